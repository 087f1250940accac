"""What was published is taken back when the decision changes, and no longer shown when its term is over.

《行政处罚法》第四十八条第二款: within three working days, with the reasons. Real: the procedure and the
public list. Not real: the clock and the people.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import select

from engine.casework import registers
from engine.organisation.model import Actor
from engine.records import registers as kept
from engine.records.shared_tables import publication
from timers.laboratory import Laboratory

_FOUND = {
    "item_code": "street_trading", "act_on": "2026-03-10", "act_place": "中山路", "source": "patrol",
    "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip
_OFFICER: dict[str, Any] = {
    "unit": "shinan.cg", "valid_from": "2010-01-01", "valid_to": "2028-12-31", "fields": ["城市管理"],
    "area": "shinan", "state": "valid",
}  # fmt: skip
_FIRM = {
    "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": "91350100M000100Y43",
    "phone": "13800001234", "e_service_consent": False, "facts_certain": True, "place": "人行道",
    "area_m2": 7,
}  # fmt: skip


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'city.db')}"
    with Laboratory(*runtime_over(url, date(2026, 3, 10)), 7) as laboratory:
        rows = [
            {"key": "鲁B370201", "name": "张伟", "person": "zhangwei", **_OFFICER},
            {"key": "鲁B370202", "name": "刘洋", "person": "liuyang", **_OFFICER},
        ]
        registers.bring(laboratory.runtime, "officers", rows, Actor.system())
        yield laboratory


def published(city: Laboratory) -> int:
    """A fine of 1 000 yuan, delivered on 10 March and published the day after."""
    city.at(date(2026, 3, 10))
    case = city.receive("CF-CG-0002", "shinan.cg", _FOUND, channel="window").case_id
    city.complete(case, "show_certificates", certificates_shown=True)
    city.complete(case, "inspect", **_FIRM)
    city.complete(case, "order_correction", corrected_on_spot=False)
    city.complete(case, "hear_party", statement_adopted="none")
    city.complete(case, "write_decision", officers_signed=True)
    city.complete(case, "hand_over", signed=True, collection_mode="bank")
    city.at(date(2026, 3, 11))
    city.complete(case, "check_content", disclosure="public")
    return case


def entry(city: Laboratory, case: int) -> Any:
    with city.runtime.store.reading() as connection:
        return connection.execute(select(publication).where(publication.c.case_id == case)).one()


def test_a_small_penalty_is_shown_for_three_months_under_the_number_of_its_decision(city: Laboratory) -> None:
    case = published(city)
    shown = entry(city, case)
    decision = next(one for one in city.case(case).documents if one["kind"] == "当场行政处罚决定书")
    assert (shown.shown_until, shown.withdrawn_at) == ("2026-06-10", None)
    assert (shown.number, shown.decided_on) == (decision["number"], "2026-03-10")


def test_the_register_keeps_the_tier_the_version_of_its_table_and_the_ground(city: Laboratory) -> None:
    case = published(city)
    with city.runtime.store.reading() as connection:
        rows = list(kept.every(connection, "penalties"))
    assert [city.case(case).number] == [row.data["case_number"] for row in rows]
    told = {name: rows[0].data[name] for name in ("item", "tier", "tier_table", "ground", "amount")}
    assert told == {
        "item": "street_trading",
        "tier": "擅自占用道路等公共场地从事经营活动 R2",
        "tier_table": "street_trading 2018-01-01",
        "ground": "按阶裁量",
        "amount": 1000,
    }


def test_a_fine_reduced_on_review_takes_the_entry_back_with_its_reason(city: Laboratory) -> None:
    case = published(city)
    city.at(date(2026, 3, 20))
    city.send(case, "remedy_started", remedy_kind="review", stay_from="2026-03-20")
    city.at(date(2026, 5, 6))
    city.send(case, "remedy_ended", remedy_result="changed", stay_to="2026-05-06", changed_fine=500)
    taken = entry(city, case)
    assert taken.withdrawn_at is not None
    assert taken.withdrawn_reason == "复议决定变更处罚：罚款500元"


def test_a_decision_upheld_stays_published(city: Laboratory) -> None:
    case = published(city)
    city.at(date(2026, 3, 20))
    city.send(case, "remedy_started", remedy_kind="review", stay_from="2026-03-20")
    city.at(date(2026, 5, 6))
    city.send(case, "remedy_ended", remedy_result="maintained", stay_to="2026-05-06")
    assert entry(city, case).withdrawn_at is None
