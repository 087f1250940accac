"""How the product behaves with a city's whole catalogue of penalty tables in force.

    python -m benchmarks.catalogue_in_use [--tables 6274] [--seed 1] [--cases 5]

Draws the catalogue from the seed (`penalty_catalogue`), brings it into an installation beside the tables that
ship, and prints what deployment, the first reading by a process, the step of a case that fixes the penalty and
the report of the tiers take, against the same step under the shipped tables alone. Prints figures; proves nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from benchmarks.penalty_catalogue import TABLES, catalogue
from engine.casework import founding, registers
from engine.definitions.bundles import Bundle
from engine.definitions.deployment import shipped
from engine.organisation.model import Actor
from timers.laboratory import Laboratory, of_its_own

DAY = date(2026, 3, 10)
FOUND: dict[str, Any] = {
    "item_code": "street_trading", "act_on": "2026-03-10", "act_place": "中山路", "source": "patrol",
    "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip
FIRM: dict[str, Any] = {
    "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": "91350100M000100Y43",
    "facts_certain": True, "place": "人行道", "area_m2": 7,
}  # fmt: skip
OFFICER: dict[str, Any] = {
    "unit": "shinan.cg", "valid_from": "2010-01-01", "valid_to": "2028-12-31", "state": "valid",
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description="A catalogue of penalty tables in use.")
    asked.add_argument("--tables", type=int, default=TABLES)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--cases", type=int, default=5)
    chosen = asked.parse_args()
    with of_its_own(DAY, chosen.seed) as laboratory:
        people = zip(("鲁B370201", "鲁B370202"), ("zhangwei", "liuyang"), strict=True)
        rows = [{"key": key, "name": person, "person": person, **OFFICER} for key, person in people]
        registers.bring(laboratory.runtime, "officers", rows, Actor.system())
        fixing(laboratory)  # the first step of a process reads the packages
        told("fixing a penalty, shipped tables", statistics.median(cases(laboratory, chosen.cases)))
        bundle, seconds = timed(lambda: whole(chosen.seed, chosen.tables))
        told(f"drawing {len(bundle.files)} files", seconds)
        told("deployment, every table proven", timed(lambda: deploy(laboratory, bundle))[1])
        told("first fixing after it: all tables read", fixing(laboratory))
        told(
            f"fixing a penalty, {chosen.tables} tables beside",
            statistics.median(cases(laboratory, chosen.cases)),
        )


def whole(seed: int, tables: int) -> Bundle:
    """The shipped tables and the drawn ones in one bundle."""
    ours = next(bundle for bundle in shipped() if bundle.kind == "penalties")
    drawn = {f"{one.item.id}.dmn": one.data for one in catalogue(seed, tables)}
    return Bundle("penalties", "penalties", {**ours.files, **drawn})


def deploy(laboratory: Laboratory, bundle: Bundle) -> None:
    """Into force, as an import does it."""
    founding.deploy(laboratory.runtime, bundle, Actor.system())


def cases(laboratory: Laboratory, number: int) -> list[float]:
    """Seconds of the step that fixes the penalty, in some cases."""
    return [fixing(laboratory) for _ in range(number)]


def fixing(laboratory: Laboratory) -> float:
    """Seconds of the step of one case in which general grounds, tier and procedure are looked up."""
    laboratory.at(DAY)
    case = laboratory.receive("CF-CG-0002", "shinan.cg", FOUND, channel="window").case_id
    laboratory.complete(case, "show_certificates", certificates_shown=True)
    laboratory.complete(case, "inspect", **FIRM)
    return timed(lambda: laboratory.complete(case, "order_correction", corrected_on_spot=False))[1]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and the seconds of the processor it took."""
    begun = time.process_time()
    found = work()
    return found, time.process_time() - begun


def told(what: str, seconds: float) -> None:
    """One line."""
    print(f"{what:50} {seconds:9.3f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
