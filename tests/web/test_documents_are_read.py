"""When the party first opened a document is kept, once; the day of service stays that of arrival."""

from __future__ import annotations

import pytest
from town import HUJI, STATION, Town

from engine.records import journal
from timers.laboratory import Laboratory
from web.casefile import readings


@pytest.fixture
def accepted(town: Town) -> tuple[Town, int, str]:
    lab = Laboratory(town.house.runtime, town.clock, 7)
    received = lab.receive(HUJI, STATION, {"phone": "13905320017"})
    lab.complete(received.case_id, "review", review_outcome="complete")
    return town, received.case_id, received.query_code


def test_the_first_reading_of_a_document_is_recorded_and_shown_to_the_clerk(accepted):
    town, case_id, code = accepted
    number = f"2026{case_id:07d}"
    digest = town.state(number).documents[0]["sha256"]
    clerk, visitor = town.officer("lihua"), town.visitor()
    assert "首次查看" not in clerk.get(f"/clerk/cases/{number}").text

    visitor.post("/citizen/query", {"number": code, "tail": "0017"}, at="/citizen/query")
    for _ in range(2):
        assert visitor.get(f"/citizen/cases/{number}/documents/{digest}").status_code == 200

    entries = town.entries(journal.access_stream(case_id))
    read = [event for entry in entries for event in entry.events if event.type == readings.READ]
    assert [event.data["sha256"] for event in read] == [digest]
    assert "首次查看" in clerk.get(f"/clerk/cases/{number}").text


def test_a_clerk_who_opens_a_document_is_not_the_party(accepted):
    town, case_id, _code = accepted
    number = f"2026{case_id:07d}"
    digest = town.state(number).documents[0]["sha256"]

    assert town.officer("lihua").get(f"/clerk/cases/{number}/documents/{digest}").status_code == 200

    assert readings.first_readings(town.house, case_id) == {}


def test_an_approval_within_the_authority_is_not_opened_to_the_party(town: Town) -> None:
    lab = Laboratory(town.house.runtime, town.clock, 7)
    given = {"item_code": "advertising", "party_type": "enterprise", "phone": "13905320017"}
    received = lab.receive("CF-CG-0001", "shinan.cg", given)
    lab.complete(received.case_id, "check", check_finding="open")
    lab.complete(received.case_id, "open_case", open_approved=True)
    number = f"2026{received.case_id:07d}"
    [approval] = town.state(number).documents
    clerk, visitor = town.officer("zhangwei"), town.visitor()
    visitor.post("/citizen/query", {"number": received.query_code, "tail": "0017"}, at="/citizen/query")
    page = visitor.get(f"/citizen/cases/{number}")

    assert approval["kind"] == "立案审批表"
    assert page.status_code == 200
    assert approval["sha256"] not in page.text
    for kind in ("documents", "files"):
        assert visitor.get(f"/citizen/cases/{number}/{kind}/{approval['sha256']}").status_code == 404
    assert approval["sha256"] in clerk.get(f"/clerk/cases/{number}").text
