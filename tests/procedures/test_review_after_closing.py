"""Review or suit after a penalty case was closed: the register, the public list and the money follow.

Real: both procedures, the register of penalties, the public list, the report, the replay. Not real: the clock
and the people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from penalising import FINED_ON, FIRM, faults, file_of, resumed
from sqlalchemy import select

from engine.audit import reports as counting
from engine.audit.reports import Asked
from engine.casework import registers
from engine.records.shared_tables import publication
from engine.records.tables import case as cases
from timers.laboratory import Laboratory

FIRST = 1


@pytest.fixture
def city(fined_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """A fine of 1 000 yuan, paid four days late with 120 yuan on top, published, archived and closed."""
    with resumed(fined_sqlite, tmp_path / "city.db", FINED_ON) as laboratory:
        laboratory.at(date(2026, 3, 29))
        laboratory.send(FIRST, "paid_late", paid_amount=1120, paid_on="2026-03-29", bank_ref="B1")
        laboratory.at(date(2026, 3, 30))
        laboratory.complete(FIRST, "check_file")
        assert not laboratory.case(FIRST).open
        yield laboratory


def penalty(city: Laboratory) -> dict[str, Any]:
    with city.runtime.store.reading() as connection:
        register = registers.book(city.runtime, connection).registers["penalties"]
        (row,) = registers.find(connection, register, {"party_id": FIRM["party_id"]})
    return {**row.data, "key": row.key}


def result(city: Laboratory, **given: Any) -> int:
    city.at(date(2026, 5, 6))
    application = {
        "decision_number": penalty(city)["key"],
        "remedy_kind": "review",
        "remedy_body": "市南区人民政府",
        "effective_on": "2026-05-06",
        **given,
    }
    case = city.receive("CF-CG-0003", "shinan.cg", application, channel="window").case_id
    known = penalty(city)
    city.complete(case, "check", paid_total=known["paid_total"], late_fee=known["late_fee"], **given)
    city.complete(case, "confirm")
    return case


def numbered(city: Laboratory, number: str) -> int:
    with city.runtime.store.reading() as connection:
        return int(connection.execute(select(cases.c.case_id).where(cases.c.number == number)).scalar_one())


def entries(city: Laboratory) -> list[tuple[str | None, str]]:
    """Why an entry was withdrawn, and the last day it is shown."""
    with city.runtime.store.reading() as connection:
        rows = connection.execute(select(publication).order_by(publication.c.published_at)).all()
    return [(row.withdrawn_reason if row.withdrawn_at else None, row.shown_until) for row in rows]


def fines(city: Laboratory) -> tuple[Any, Any]:
    """Decisions and fines of the year, as the report of penalties counts them."""
    with city.runtime.store.reading() as connection:
        found = registers.book(city.runtime, connection).reports
        report = next(one for one in found if one.id == "penalties")
        asked = Asked(date(2026, 1, 1), date(2026, 12, 31))
        counted = counting.count(city.runtime, connection, report, asked)
    return counted.total.figures["decided"], counted.total.figures["amount"]


def test_a_fine_varied_after_closing_is_refunded_shown_and_counted_as_varied(city: Laboratory) -> None:
    assert fines(city) == (1, 1000)

    late = result(city, remedy_result="changed", changed_fine=Decimal(600))
    city.complete(late, "check_content", disclosure="public")
    city.complete(late, "refund", refund_receipt="TK1")

    told = {
        name: penalty(city)[name] for name in ("state", "amount", "late_fee", "changed_by", "case_number")
    }
    assert told == {
        "state": "changed",
        "amount": 600,
        "late_fee": 72,
        "changed_by": city.case(late).number,
        "case_number": city.case(FIRST).number,
    }
    assert file_of(city, late)["refund_due"] == 448
    assert entries(city) == [("市南区人民政府：变更为罚款600元", "2026-06-10"), (None, "2026-06-10")]
    assert fines(city) == (1, 600)
    assert faults(city, FIRST) == []
    assert faults(city, late) == []


def test_an_annulled_decision_is_counted_no_longer_and_made_anew_in_a_case_of_its_own(
    city: Laboratory,
) -> None:
    late = result(city, remedy_result="annulled", remade_ordered=True)
    city.complete(late, "refund", refund_receipt="TK1")

    assert penalty(city)["state"] == "annulled"
    assert fines(city) == (1, 0)
    assert file_of(city, late)["refund_due"] == 1120
    anew = file_of(city, numbered(city, file_of(city, late)["remade_case"]))
    assert (anew["item_code"], anew["act_on"], anew["found_on"]) == (
        "street_trading",
        "2026-03-10",
        "2026-03-10",
    )
    assert faults(city, late) == []
