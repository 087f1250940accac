"""What a supervisor decides reaches the penalty case: its decision is annulled and made anew.

Real: both procedures, the card that opens the supervision case, the job that carries the decision over, the
registers and the public list. Not real: the clock and the people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from penalising import BY_BOTH, FIRM, city_on, file_of
from sqlalchemy import select

from engine.casework import registers
from engine.casework.crossing import supervision_of
from engine.records.shared_tables import publication
from timers.laboratory import Laboratory

LEAD: dict[str, Any] = {
    **FIRM, **BY_BOTH, "item_code": "spilling", "act_on": "2026-01-05", "lead_source": "patrol",
    "e_service_consent": False,
}  # fmt: skip
IN_PERSON = {"service_way": "in_person"}


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with city_on(founded_sqlite, tmp_path / "city.db", date(2026, 1, 6)) as laboratory:
        yield laboratory


def decided_beside_the_table(city: Laboratory) -> int:
    """A penalty of 4 200 yuan by the table, decided as 4 000, served and published."""
    number = city.receive("CF-CG-0001", "shinan.cg", LEAD, channel="window").case_id
    do(city, number, date(2026, 1, 7), "check", check_finding="open")
    do(city, number, date(2026, 1, 7), "open_case", open_approved=True)
    do(city, number, date(2026, 1, 8), "assign")
    do(city, number, date(2026, 1, 8), "investigate", needed_steps=[])
    do(city, number, date(2026, 1, 8), "order_correction")
    facts: dict[str, Any] = {
        "fact_finding": "established",
        "measurable": True,
        "length_m": 12,
        "lane_full_width_m": Decimal("3.5"),
    }
    do(city, number, date(2026, 1, 9), "record_facts", **facts)
    weighed(city, number, date(2026, 1, 12), told=date(2026, 1, 13))
    do(city, number, date(2026, 1, 27), "decide", decision="penalise", decided_amount=4000)
    delivered(city, number, date(2026, 1, 28))
    do(city, number, date(2026, 1, 29), "check_content", disclosure="public")
    return number


def weighed(city: Laboratory, number: int, day: date, told: date) -> None:
    do(city, number, day, "report", major=False, complex=False, several_relations=False)
    do(city, number, day, "review", review_opinion="agree")
    do(city, number, day, "inform")
    delivered(city, number, told)


def delivered(city: Laboratory, number: int, day: date) -> None:
    do(city, number, day, "choose_way", **IN_PERSON)
    do(city, number, day, "serve_in_person", delivered_on=day.isoformat())


def do(city: Laboratory, number: int, day: date, element: str, /, **given: Any) -> None:
    city.at(max(day, city.today))
    city.complete(number, element, **given)


def supervision(city: Laboratory, number: int) -> int:
    with city.runtime.store.reading() as connection:
        (belongs,) = {one["case_id"]: one for one in supervision_of(connection, number).values()}.values()
    return int(belongs["case_id"])


def penalties(city: Laboratory) -> list[tuple[str, float]]:
    """State and fine of the party's rows in the register of penalties."""
    with city.runtime.store.reading() as connection:
        register = registers.book(city.runtime, connection).registers["penalties"]
        found = registers.find(connection, register, {"party_id": LEAD["party_id"]})
    return sorted((row.data["state"], row.data["amount"]) for row in found)


def test_a_penalty_beside_its_table_is_annulled_and_made_anew(city: Laboratory) -> None:
    number = decided_beside_the_table(city)
    ticket = supervision(city, number)

    do(city, ticket, date(2026, 1, 30), "screen", screen_outcome="proceed")
    do(city, ticket, date(2026, 2, 2), "order", asks="explain")
    do(city, ticket, date(2026, 2, 4), "explain")
    do(city, ticket, date(2026, 2, 6), "verify", finding="to_correct")
    do(city, ticket, date(2026, 3, 12), "write_opinion")
    delivered(city, ticket, date(2026, 3, 16))
    do(city, ticket, date(2026, 4, 16), "recheck", recheck="not_ok")
    do(city, ticket, date(2026, 4, 17), "decide", decision_effect="annul", decision_text="撤销，重新作出决定")
    delivered(city, ticket, date(2026, 4, 20))

    assert file_of(city, ticket)["told"] is True
    assert file_of(city, number)["supervised_on"] == "2026-04-17"
    city.at(date(2026, 4, 21))  # the heartbeat does the jobs of the case that was told
    assert [item["element"] for item in city.case(number).items.values()] == ["return_fine"]
    with city.runtime.store.reading() as connection:
        withdrawn = connection.execute(
            select(publication.c.withdrawn_at).where(publication.c.case_id == number)
        )
        assert all(row.withdrawn_at for row in withdrawn)

    do(city, number, date(2026, 4, 21), "return_fine", refund_amount=0)
    weighed(city, number, date(2026, 4, 22), told=date(2026, 4, 23))
    do(city, number, date(2026, 5, 8), "decide", decision="penalise")
    delivered(city, number, date(2026, 5, 9))
    do(city, ticket, date(2026, 5, 11), "report_execution")

    assert file_of(city, number)["decided_amount"] == 4200
    kinds = [document["kind"] for document in city.case(number).documents]
    assert kinds.count("行政处罚决定书") == 2
    assert penalties(city) == [("annulled", 4000), ("standing", 4200)]
    assert "A10" not in {card["rule"] for card in city.case(number).cards}
