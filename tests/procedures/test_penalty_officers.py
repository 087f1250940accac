"""Officers of a penalty case: who may open one, who is withdrawn from it, whose certificate is looked up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.casework import commands, jobs, registers
from engine.errors import ActBlocked, NotAuthorised
from engine.organisation.model import Actor
from engine.records import journal
from timers import officers
from timers.laboratory import Laboratory

LEAD = {
    "lead_source": "patrol", "lead_description": "擅自设置户外广告", "item_code": "advertising",
    "act_on": "2026-03-05", "party_type": "enterprise", "party_name": "琴岛广告有限公司",
    "party_id": "91350100M000100Y43", "phone": "13800001234",
}  # fmt: skip
CERTIFICATES = {"officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202"}
ROW = {"valid_from": "2024-01-01", "valid_to": "2028-12-31", "fields": ["城市管理"], "state": "valid"}
OFFICERS = [
    {**ROW, "key": "鲁B370201", "name": "张伟", "person": "zhangwei"},
    {**ROW, "key": "鲁B370202", "name": "刘洋", "person": "liuyang"},
    {**ROW, "key": "鲁B370203", "name": "孙立", "person": "sunli"},
    {**ROW, "key": "鲁B370204", "name": "钱进", "person": "qianjin", "valid_to": "2025-12-31"},
    {**ROW, "key": "鲁B370205", "name": "周正", "person": "zhouzheng", "fields": ["卫生"]},
    {**ROW, "key": "鲁B370206", "name": "吴越", "person": "wuyue", "area": "laoshan"},
]


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """A founded city on 10 March 2026 with six officers in the register."""
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'officers.db')}"
    with Laboratory(*runtime_over(url, date(2026, 3, 10)), 3) as laboratory:
        registers.bring(laboratory.runtime, "officers", OFFICERS, Actor.system())
        yield laboratory


def opened_by(city: Laboratory, actor: Actor) -> int:
    command = commands.Receive(item="CF-CG-0001", unit="shinan.cg", channel="window", variables=LEAD)
    case_id = city.runtime.handle(command, actor).case_id
    jobs.run_waiting(city.runtime, case_id)
    city.given[case_id] = {**LEAD, **CERTIFICATES}
    return case_id


def investigated(city: Laboratory, **certificates: str) -> int:
    """A case whose officers have been named."""
    case_id = opened_by(city, city.runtime.directory.actor("zhangwei"))
    city.complete(case_id, "check", check_finding="open")
    city.complete(case_id, "open_case", open_approved=True)
    city.complete(case_id, "assign", **{**CERTIFICATES, **certificates})
    return case_id


def test_an_officer_opens_a_penalty_case_without_standing_at_the_window(city: Laboratory) -> None:
    case = city.case(opened_by(city, city.runtime.directory.actor("liuyang")))
    assert [item["element"] for item in case.items.values()] == ["check"]


def test_nobody_applies_to_be_punished(city: Laboratory) -> None:
    with pytest.raises(NotAuthorised):
        opened_by(city, Actor.party("琴岛广告有限公司"))


def test_an_officer_of_another_post_opens_none(city: Laboratory) -> None:
    with pytest.raises(NotAuthorised):
        opened_by(city, city.runtime.directory.actor("zhaoguodong"))


def test_the_party_of_a_case_may_be_found_out_later(city: Laboratory) -> None:
    lead = {name: value for name, value in LEAD.items() if not name.startswith(("party", "phone"))}
    command = commands.Receive(item="CF-CG-0001", unit="shinan.cg", channel="window", variables=lead)
    case_id = city.runtime.handle(command, city.runtime.directory.actor("zhangwei")).case_id
    jobs.run_waiting(city.runtime, case_id)
    assert city.case(case_id).applicant == ""

    city.complete(case_id, "check", check_finding="open", **CERTIFICATES, **LEAD)

    assert (city.case(case_id).applicant, city.case(case_id).phone_tail) == ("琴岛广告有限公司", "1234")


def test_a_withdrawn_officer_loses_what_he_holds_and_takes_no_further_part(city: Laboratory) -> None:
    case_id = investigated(city)
    zhang = city.runtime.directory.actor("zhangwei")
    (key,) = city.case(case_id).items
    city.runtime.handle(commands.Claim(case_id=case_id, key=key), zhang)
    city.send(case_id, "recusal_asked", recusal_of="鲁B370201", recusal_reason="与当事人有亲属关系")

    city.complete(case_id, "decide_recusal", recusal_accepted=True, officer1_cert="鲁B370203",
                  officer2_cert="鲁B370202")  # fmt: skip

    item = city.case(case_id).items[key]
    assert (item["status"], item["person"]) == ("offered", None)
    with pytest.raises(ActBlocked, match="回避"):
        city.runtime.handle(commands.Claim(case_id=case_id, key=key), zhang)
    city.runtime.handle(commands.Claim(case_id=case_id, key=key), city.runtime.directory.actor("liuyang"))


def test_a_recusal_refused_changes_nothing(city: Laboratory) -> None:
    case_id = investigated(city)
    city.send(case_id, "recusal_asked", recusal_of="鲁B370201", recusal_reason="态度不好")
    city.complete(case_id, "decide_recusal", recusal_accepted=False)
    (key,) = city.case(case_id).items
    city.runtime.handle(commands.Claim(case_id=case_id, key=key), city.runtime.directory.actor("zhangwei"))


def cards(city: Laboratory, case_id: int) -> set[tuple[Any, Any]]:
    return {(card["rule"], card["level"]) for card in city.case(case_id).cards}


@pytest.mark.parametrize(
    ("second", "card"),
    [
        ("鲁B370202", None),
        ("鲁B370201", ("E1", "R")),  # the same officer twice
        ("鲁B370204", ("E1", "R")),  # a certificate that has run out
        ("鲁B999999", ("E1", "R")),  # one nobody knows
        ("鲁B370205", ("E2", "Y")),  # of another field
        ("鲁B370206", ("E2", "Y")),  # of another district
    ],
)
def test_the_register_of_officers_judges_certificates(
    city: Laboratory, second: str, card: tuple[str, str] | None
) -> None:
    assert cards(city, investigated(city, officer2_cert=second)) == ({card} if card else set())


def test_what_a_called_procedure_wrote_is_judged_and_replays(city: Laboratory) -> None:
    """A simple case that turns general: the rules see the facts of the procedure that was called."""
    given = {"item_code": "advertising", "act_on": "2026-03-10", "act_place": "太平路1号", **CERTIFICATES}
    case_id = city.receive("CF-CG-0002", "shinan.cg", given, channel="window").case_id
    city.complete(case_id, "show_certificates")
    city.complete(case_id, "inspect", **LEAD, prohibited=True, area_m2=25, facts_certain=True)
    city.complete(case_id, "order_correction", corrected_on_spot=False)
    city.complete(case_id, "check", check_finding="open")
    city.complete(case_id, "open_case", open_approved=True)
    city.complete(case_id, "assign", **{**CERTIFICATES, "officer2_cert": "鲁B370204"})

    assert cards(city, case_id) == {("E1", "R")}
    with city.runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, city.runtime.shelf, city.runtime.settings, entries)
    assert verdict.conforms, verdict.sentence()


def test_a_made_up_officer_shows_a_certificate_that_exists(city: Laboratory) -> None:
    case_id = city.receive("CF-CG-0001", "laoshan.cg", {"item_code": "advertising"}).case_id
    city.complete(case_id, "check", check_finding="open", act_on="2026-03-05")
    city.complete(case_id, "open_case", open_approved=True)
    city.complete(case_id, "assign")
    assert cards(city, case_id) == set()


def test_the_demo_city_does_not_write_over_what_its_register_says(city: Laboratory) -> None:
    gone = {**OFFICERS[0], "state": "revoked"}
    registers.bring(city.runtime, "officers", [gone], Actor.system())
    officers.certify(city.runtime)
    assert cards(city, investigated(city)) == {("E1", "R")}
