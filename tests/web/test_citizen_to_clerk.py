"""The main job over the pages alone: from a citizen's form to the register, on both databases."""

from __future__ import annotations

import re
from datetime import timedelta

from town import MONDAY, Town, Visitor, apply_online, complete, paper

from engine.audit import replay, verify_case
from engine.records import journal

REVIEWED = {"review_outcome": "complete"}
SIGNED = {
    "applicant_signed#asked": "1",
    "applicant_signed": "true",
    "applicant_signature_method": "tablet",
    "clerk_signed#asked": "1",
    "clerk_signed": "true",
    "clerk_signature_method": "tablet",
}
INVESTIGATED = {
    "population_checked#asked": "1",
    "population_checked": "true",
    "real_estate_checked#asked": "1",
    "real_estate_checked": "true",
    "relation_verified": "confirmed",
    "residence_verified": "confirmed",
    "investigation_report": "已走访核实，情况属实。",
}


def test_a_household_runs_from_the_citizens_form_to_the_register_over_pages_alone(any_town: Town) -> None:
    town, citizen = any_town, any_town.visitor()
    number, code = apply_online(town, citizen)

    steps = [
        ("lihua", REVIEWED),
        ("lihua", SIGNED),
        ("lihua", {**INVESTIGATED, "investigation_file": paper(name="走访记录.pdf")}),
        ("dongbo", {"station_agrees": "agree"}),
        ("tianjun", {"district_opinion": "agree"}),
        ("caiming", {"outcome": "approved", "reasons": "符合条件。"}),
        ("lihua", {"told_how": "phone", "told_on": "2026-03-03"}),
    ]
    for login, data in steps:
        town.clock.advance(timedelta(hours=3))
        answer = complete(town, login, number, data)
        assert answer.status_code == 303, (login, answer.text)

    asked = citizen.post("/citizen/query", {"number": code.lower(), "tail": "0017"}, at="/citizen/query")
    assert asked.headers["Location"] == f"/citizen/cases/{number}"
    page = citizen.get(f"/citizen/cases/{number}").text
    assert "申报迁入登记" in page
    assert "准予迁入证明" in page
    led_to_the_periods_told_and_to_no_other(town, citizen, number, page)
    key = town.act_of_the_party(number)
    act = f"/citizen/cases/{number}/acts/{key}"
    arrival = {"/arrival_way": "electronic", "/arrived_on": town.house.directory.today().isoformat()}
    answer = citizen.post(act, arrival, at=act)
    assert answer.status_code == 303, answer.text
    state = town.state(number)
    while state.items:
        answer = complete(town, "lihua", number, {})
        assert answer.status_code == 303, answer.text
        state = town.state(number)
    assert not state.open
    assert "办结" in citizen.get(f"/citizen/cases/{number}").text

    clerk = town.officer("lihua")
    case = clerk.get(f"/clerk/cases/{number}").text
    assert "走访记录.pdf" in case
    assert "20个工作日" in case


def led_to_the_periods_told_and_to_no_other(town: Town, citizen: Visitor, number: str, page: str) -> None:
    """The progress page leads to the drawings of the periods it tells; the authority's own are not told."""
    place = f"/citizen/cases/{number}/periods"
    told = set(re.findall(rf'href="{place}/(\d+)\.svg"', page))
    assert told
    for key in told:
        assert citizen.get(f"{place}/{key}.svg").text.startswith("<svg")
        assert "起算日，不计入" in citizen.get(f"{place}/{key}.txt").text
        assert (
            town.visitor().get(f"{place}/{key}.txt").headers["Location"] == f"/citizen/query?number={number}"
        )
    kept_back = {str(one) for one in town.state(number).periods} - told
    assert kept_back
    assert all(citizen.get(f"{place}/{key}.svg").status_code == 404 for key in kept_back)


def test_what_the_pages_did_replays_and_verifies(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    assert complete(town, "lihua", number, REVIEWED).status_code == 303
    with town.house.store.reading() as connection:
        runtime = town.house.runtime
        row = runtime.load(connection, town.case_id(number))
        checks = verify_case(connection, town.case_id(number), row._mapping)
        stream = journal.case_stream(town.case_id(number))
        verdict = replay(connection, runtime.shelf, runtime.settings, journal.read(connection, stream))
    assert [check.question for check in checks if not check.holds] == []
    assert verdict.conforms, verdict.sentence()


def test_the_due_day_on_the_citizens_page_is_twenty_working_days_after_acceptance(town: Town) -> None:
    citizen = town.visitor()
    number, _code = apply_online(town, citizen)
    complete(town, "lihua", number, REVIEWED)
    complete(town, "lihua", number, SIGNED)
    assert town.clock.now() == MONDAY
    page = citizen.get(f"/citizen/cases/{number}").text
    assert "2026年3月30日" in page
    assert "还有 20 个工作日" in page
    assert "第20日" in page


def test_every_reading_of_a_file_by_an_officer_is_journalled(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    stream = journal.access_stream(town.case_id(number))
    before = len(town.entries(stream))
    town.officer("lihua").get(f"/clerk/cases/{number}")
    entry = town.entries(stream)[-1]
    assert len(town.entries(stream)) == before + 1
    assert entry.actor["person"] == "lihua"
    assert entry.events[0].type == "FileRead"


def test_a_citizens_act_is_recorded_with_how_it_was_signed(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    (entry,) = town.entries(journal.access_stream(town.case_id(number)))
    assert entry.events[0].data["method"] == "query code + phone"
    assert entry.events[0].data["entry"] == 1
