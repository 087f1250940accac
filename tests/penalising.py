"""Cities in which penalties are imposed: two officers with certificates, and a case lived up to a point once.

Imported by the tests of penalties, of their registers and of supervision; `conftest.py` offers the fixture.
Living a case costs far more than copying a database: what several tests begin with is lived into a file, and
each of them goes on in a copy.

Real: the database, the procedures, the registers. Not real: the clock and the people.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.audit.history import case_file
from engine.casework import registers
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

Row = Mapping[str, Any]
ROW: dict[str, Any] = {"valid_from": "2010-01-01", "valid_to": "2028-12-31", "state": "valid"}
HANDLER: dict[str, Any] = {**ROW, "unit": "shinan.cg", "fields": ["城市管理"], "area": "shinan"}
ZHANG: dict[str, Any] = {**HANDLER, "key": "鲁B370201", "name": "张伟", "person": "zhangwei"}
LIU: dict[str, Any] = {**HANDLER, "key": "鲁B370202", "name": "刘洋", "person": "liuyang"}
FIRM: dict[str, Any] = {
    "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": "91350100M000100Y43",
    "phone": "13800001234",
}  # fmt: skip
BY_BOTH: dict[str, Any] = {"officer1_cert": ZHANG["key"], "officer2_cert": LIU["key"]}
LEAD: dict[str, Any] = {
    **FIRM, **BY_BOTH, "lead_source": "patrol", "lead_description": "擅自设置户外广告",
    "item_code": "advertising", "act_on": "2026-03-01",
}  # fmt: skip
FOUND: dict[str, Any] = {
    **BY_BOTH, "item_code": "street_trading", "act_on": "2026-03-10", "act_place": "中山路",
    "source": "patrol",
}  # fmt: skip
GOODS: dict[str, Any] = {"facts_certain": True, "place": "人行道", "area_m2": 7}
FINED_ON = date(2026, 3, 10)


@contextmanager
def city_on(
    founded: Path, own: Path, day: date, *, officers: Sequence[Row] = (ZHANG, LIU)
) -> Iterator[Laboratory]:
    """A copy of a founded city in the file `own` on a day, with those officers in the register."""
    shutil.copyfile(founded, own)
    with Laboratory(*runtime_over(f"sqlite:///{own}", day), 7) as laboratory:
        if officers:
            registers.bring(laboratory.runtime, "officers", list(officers), Actor.system())
        yield laboratory


def lived(founded: Path, own: Path, day: date, life: Callable[[Laboratory], object], **city: Any) -> Path:
    """The file `own` of a city in which that much has been lived, to be copied by each test."""
    with city_on(founded, own, day, **city) as laboratory:
        life(laboratory)
    return own


@contextmanager
def resumed(before: Path, own: Path, day: date) -> Iterator[Laboratory]:
    """A copy of a city that was lived in, on the day its clock goes on from."""
    with city_on(before, own, day, officers=()) as laboratory:
        yield laboratory


def assigned(city: Laboratory, **lead: Any) -> int:
    """A case of the general procedure on that lead, opened, and its two officers assigned."""
    given = {**LEAD, **lead}
    case_id = city.receive("CF-CG-0001", "shinan.cg", given, channel="window").case_id
    city.complete(case_id, "check", check_finding="open")
    city.complete(case_id, "open_case", open_approved=True)
    city.complete(case_id, "assign", **given)
    return case_id


def fined(city: Laboratory, *, published: bool = True) -> int:
    """A fine of 1 000 yuan on the spot, delivered on 10 March 2026 and published the day after (or not)."""
    case_id = city.receive("CF-CG-0002", "shinan.cg", FOUND, channel="window").case_id
    city.complete(case_id, "show_certificates", certificates_shown=True)
    city.complete(case_id, "inspect", **FIRM, **GOODS, e_service_consent=False)
    city.complete(case_id, "order_correction", corrected_on_spot=False)
    city.complete(case_id, "hear_party", statement_adopted="none")
    city.complete(case_id, "write_decision", officers_signed=True)
    city.complete(case_id, "hand_over", signed=True, collection_mode="bank")
    if published:
        city.at(date(2026, 3, 11))
        city.complete(case_id, "check_content", disclosure="public")
    return case_id


@pytest.fixture(scope="session")
def fined_sqlite(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city in which one firm was fined on the spot: case 1, of 10 March 2026."""
    return lived(founded_sqlite, tmp_path_factory.mktemp("fined") / "fined.db", FINED_ON, fined)


def file_of(city: Laboratory, case_id: int) -> dict[str, Any]:
    """The case file as it stands."""
    with city.runtime.store.reading() as connection:
        return dict(case_file(journal.read(connection, journal.case_stream(case_id))))


def faults(city: Laboratory, case_id: int) -> list[str]:
    """What verification and replay of a case find wrong; nothing where it is proven."""
    with city.runtime.store.reading() as connection:
        row = connection.execute(case_table.select().where(case_table.c.case_id == case_id)).one()
        checks = audit.verify_case(connection, case_id, row._mapping)
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, city.runtime.shelf, city.runtime.settings, entries)
    broken = [check.detail for check in checks if not check.holds]
    return broken if verdict.conforms else [*broken, verdict.sentence()]
