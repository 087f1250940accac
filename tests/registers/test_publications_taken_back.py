"""What was published is taken back when the decision changes, and no longer shown when its term is over.

《行政处罚法》第四十八条第二款: within three working days, with the reasons. Real: the procedure and the
public list. Not real: the clock and the people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from penalising import FINED_ON, city_on, fined, resumed
from sqlalchemy import select

from engine.records import registers as kept
from engine.records.shared_tables import publication
from timers.laboratory import Laboratory

CASE = 1


@pytest.fixture
def city(fined_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """A fine of 1 000 yuan, delivered on 10 March and published the day after."""
    with resumed(fined_sqlite, tmp_path / "city.db", FINED_ON) as laboratory:
        laboratory.at(date(2026, 3, 11), 11)
        yield laboratory


def entry(city: Laboratory) -> Any:
    with city.runtime.store.reading() as connection:
        return connection.execute(select(publication).where(publication.c.case_id == CASE)).one()


def test_a_small_penalty_is_shown_for_three_months_under_the_number_of_its_decision(city: Laboratory) -> None:
    shown = entry(city)
    decision = next(one for one in city.case(CASE).documents if one["kind"] == "当场行政处罚决定书")
    assert (shown.shown_until, shown.withdrawn_at) == ("2026-06-10", None)
    assert (shown.number, shown.decided_on) == (decision["number"], "2026-03-10")


def test_the_register_keeps_the_tier_the_version_of_its_table_and_the_ground(city: Laboratory) -> None:
    with city.runtime.store.reading() as connection:
        rows = list(kept.every(connection, "penalties"))
    assert [city.case(CASE).number] == [row.data["case_number"] for row in rows]
    told = {name: rows[0].data[name] for name in ("item", "tier", "tier_table", "ground", "amount")}
    assert told == {
        "item": "street_trading",
        "tier": "擅自占用道路等公共场地从事经营活动 R2",
        "tier_table": "street_trading 2018-01-01",
        "ground": "按阶裁量",
        "amount": 1000,
    }


def test_a_fine_reduced_on_review_takes_the_entry_back_with_its_reason(city: Laboratory) -> None:
    city.at(date(2026, 3, 20))
    city.send(CASE, "remedy_started", remedy_kind="review", stay_from="2026-03-20")
    city.at(date(2026, 5, 6))
    city.send(CASE, "remedy_ended", remedy_result="changed", stay_to="2026-05-06", changed_fine=500)
    taken = entry(city)
    assert taken.withdrawn_at is not None
    assert taken.withdrawn_reason == "复议决定变更处罚：罚款500元"


def test_a_decision_upheld_stays_published(city: Laboratory) -> None:
    city.at(date(2026, 3, 20))
    city.send(CASE, "remedy_started", remedy_kind="review", stay_from="2026-03-20")
    city.at(date(2026, 5, 6))
    city.send(CASE, "remedy_ended", remedy_result="maintained", stay_to="2026-05-06")
    assert entry(city).withdrawn_at is None


@pytest.fixture
def unpublished(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with city_on(founded_sqlite, tmp_path / "unpublished.db", FINED_ON) as laboratory:
        yield laboratory


def reviewed(city: Laboratory, **result: Any) -> int:
    """A fine of 1 000 yuan that is not yet published when the review of it ends."""
    case = fined(city, published=False)
    city.at(date(2026, 3, 20))
    city.send(case, "remedy_started", remedy_kind="review", stay_from="2026-03-20")
    city.at(date(2026, 5, 6))
    city.send(case, "remedy_ended", stay_to="2026-05-06", **result)
    return case


def test_a_fine_varied_before_it_was_published_is_published_and_registered_as_varied(
    unpublished: Laboratory,
) -> None:
    case = reviewed(unpublished, remedy_result="changed", changed_fine=500)
    assert rows_of(unpublished, case) == [("changed", 500)]
    unpublished.complete(case, "check_content", disclosure="public")
    (shown,) = entries(unpublished, case)
    assert (shown.withdrawn_at, json.loads(shown.content)["content"]["amount"]) == (None, 500)


def test_a_decision_annulled_before_it_was_published_is_not_published_and_counts_no_more(
    unpublished: Laboratory,
) -> None:
    case = reviewed(unpublished, remedy_result="annulled")
    assert rows_of(unpublished, case) == [("annulled", 1000)]
    unpublished.complete(case, "check_content", disclosure="public")
    assert entries(unpublished, case) == []


def rows_of(city: Laboratory, case: int) -> list[tuple[str, Any]]:
    with city.runtime.store.reading() as connection:
        rows = list(kept.every(connection, "penalties"))
    number = city.case(case).number
    return [(one.data["state"], one.data["amount"]) for one in rows if one.data["case_number"] == number]


def entries(city: Laboratory, case: int) -> list[Any]:
    with city.runtime.store.reading() as connection:
        return list(connection.execute(select(publication).where(publication.c.case_id == case)))
