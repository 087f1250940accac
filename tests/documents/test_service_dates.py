"""The day of service is the law's: of the receipt, of arrival, or when an announcement has run its time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from diagrams import diagram

from engine.bpmn.marking import Marking
from engine.casework import founding, jobs
from engine.casework.commands import Receive
from engine.definitions.bundles import Bundle
from engine.errors import Malformed
from engine.organisation.model import Actor
from engine.records import blobs
from timers.laboratory import Laboratory
from web.casefile import paper

DAY = date(2026, 3, 2)
DIAGRAM = diagram(
    """
    <startEvent id="begun"/>
    <callActivity id="service">
      <extensionElements>
        <zeebe:calledElement processId="sp_service" propagateAllChildVariables="false"/>
        <zeebe:ioMapping>
          <zeebe:input source='={kind: "决定书", number: "南城管决字〔2026〕第0001号"}' target="document"/>
          <zeebe:input source='="周立民"' target="recipient"/>
          <zeebe:input source="=e_service_consent" target="e_service_consent"/>
          <zeebe:input source="=e_address" target="e_address"/>
          <zeebe:output source="=delivered_on" target="delivered_on"/>
          <zeebe:output source="=service_method" target="service_method"/>
        </zeebe:ioMapping>
      </extensionElements>
    </callActivity>
    <userTask id="keep"/>
    <endEvent id="done"/>
    begun -> service
    service -> keep
    keep -> done
    """,
    process="deliver",
)
ITEM = '[[item]]\ncode = "DELIVER"\nprocedure = "deliver"\nname = "送达"\nunits = ["shinan.cg"]\n'


@pytest.fixture
def lab(laboratory: Any) -> Laboratory:
    return standing(laboratory(DAY))


def standing(made: Laboratory) -> Laboratory:
    """A laboratory in which a case that only serves can begin."""
    founding.deploy(made.runtime, Bundle("package", "deliver", {"deliver.bpmn": DIAGRAM}), Actor.system())
    with made.runtime.store.reading() as connection:
        made.runtime.shelf.refresh(connection)
        shelf = made.runtime.shelf
        shipped = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
    bundle = Bundle("catalogue", "catalogue", {**shipped.files, "deliver.toml": ITEM.encode()})
    founding.deploy(made.runtime, bundle, Actor.system())
    return made


def receive(lab: Laboratory, **variables: Any) -> int:
    command = Receive(item="DELIVER", unit="shinan.cg", channel="window", variables=variables)
    case_id = lab.runtime.handle(command, lab.runtime.directory.actor("wangli")).case_id
    jobs.run_waiting(lab.runtime, case_id)
    return case_id


def served(lab: Laboratory, case_id: int) -> tuple[Any, Any]:
    """Day and way of service, as the calling case has them."""
    state = lab.case(case_id)
    assert [item["element"] for item in state.items.values()] == ["keep"]
    with lab.runtime.store.reading() as connection:
        row = lab.runtime.load(connection, case_id)
    variables = Marking.load(row.marking.encode()).variables(state.root)
    return variables["delivered_on"], variables["service_method"]


def test_who_consents_to_electronic_service_is_served_on_the_day_it_arrives(lab: Laboratory) -> None:
    case_id = receive(lab, e_service_consent=True, e_address="zhou@example.test")

    assert served(lab, case_id) == ("2026-03-02", "electronic")


@pytest.mark.parametrize(
    "given",
    [
        {"e_address": "zhou@example.test"},
        {"e_service_consent": False, "e_address": "zhou@example.test"},
        {"e_service_consent": True},
        {"e_service_consent": True, "e_address": "  "},
    ],
    ids=["never asked", "not agreed", "no address", "a blank address"],
)
def test_without_consent_or_an_address_a_person_chooses_the_way_and_its_day_counts(
    lab: Laboratory, given: dict[str, Any]
) -> None:
    case_id = receive(lab, **given)
    assert [item["element"] for item in lab.case(case_id).items.values()] == ["choose_way"]

    lab.complete(case_id, "choose_way", service_way="in_person")
    lab.at(date(2026, 3, 5))
    lab.complete(case_id, "serve_in_person", delivered_on="2026-03-04")

    assert served(lab, case_id) == ("2026-03-04", "in_person")


def test_what_cannot_arrive_is_served_another_way_and_that_day_counts(lab: Laboratory) -> None:
    case_id = receive(lab, e_service_consent=True, e_address="没有")
    assert [item["element"] for item in lab.case(case_id).items.values()] == ["choose_way"]

    lab.complete(case_id, "choose_way", service_way="mail")
    lab.at(date(2026, 3, 6))
    lab.complete(case_id, "serve_by_mail", mail_result="delivered", delivered_on="2026-03-05")

    assert served(lab, case_id) == ("2026-03-05", "mail")


@pytest.mark.parametrize("result", ["refused", "absent"])
def test_whoever_refuses_or_is_not_met_is_served_another_way(lab: Laboratory, result: str) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="in_person")
    with pytest.raises(Malformed):
        lab.complete(case_id, "serve_in_person", in_person_result="delivered", received_by=None)
    lab.complete(case_id, "serve_in_person", in_person_result=result)
    lab.complete(case_id, "choose_way", service_way="in_person", way_reason="次日再次前往")
    lab.at(date(2026, 3, 3))
    lab.complete(case_id, "serve_in_person", delivered_on="2026-03-03")

    assert served(lab, case_id) == ("2026-03-03", "in_person")


def test_the_receipt_says_the_day_not_the_day_it_was_entered(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="in_person")
    lab.at(date(2026, 3, 6))
    lab.complete(case_id, "serve_in_person", delivered_on="2026-03-04")

    assert served(lab, case_id)[0] == "2026-03-04"


def test_nobody_is_served_tomorrow(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="in_person")

    with pytest.raises(Malformed):
        lab.complete(case_id, "serve_in_person", delivered_on="2026-03-03")


def test_an_announcement_serves_after_thirty_natural_days(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="announce", way_reason="下落不明")
    lab.at(date(2026, 3, 31), 23)
    assert lab.case(case_id).items == {}

    lab.at(date(2026, 4, 2))

    assert served(lab, case_id) == ("2026-04-01", "announcement")


def test_a_machine_that_stood_still_does_not_move_the_day_of_service(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="announce", way_reason="下落不明")

    lab.clock.set(datetime.fromisoformat("2026-03-02T02:00:00+00:00") + timedelta(days=45))
    lab.heartbeat.beat()

    assert served(lab, case_id) == ("2026-04-01", "announcement")


def test_a_letter_that_comes_back_is_served_another_way(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="mail")
    lab.at(date(2026, 3, 9))
    lab.complete(case_id, "serve_by_mail", mail_result="failed")
    lab.complete(case_id, "choose_way", service_way="leave", way_reason="拒收")
    lab.complete(case_id, "leave_at_place", leave_witness="居委会李主任", delivered_on="2026-03-09")

    assert served(lab, case_id)[0] == "2026-03-09"


def test_an_announcement_made_before_2022_serves_after_sixty(laboratory: Any) -> None:
    """The text of 民事诉讼法 in force on the day of the announcement counts, not that of the day it ends."""
    old = standing(laboratory(date(2021, 12, 20)))
    case_id = receive(old)
    old.complete(case_id, "choose_way", service_way="announce", way_reason="下落不明")
    old.at(date(2022, 2, 19))

    assert served(old, case_id) == ("2022-02-18", "announcement")


WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "in_person": (
        {"received_by": "周立", "received_by_relation": "family", "delivered_on": "2026-03-02"},
        "直接送达。签收人：周立（同住成年家属）",
    ),
    "mail": (
        {"mail_no": "EMS123", "mail_result": "delivered", "delivered_on": "2026-03-02"},
        "邮件号：EMS123",
    ),
    "transfer": ({"transfer_organ": "某部", "delivered_on": "2026-03-02"}, "转交单位：某部"),
    "leave": (
        {"leave_reason": "拒不开门", "leave_witness": "居委会李主任", "delivered_on": "2026-03-02"},
        "拒收情况：拒不开门。见证人：居委会李主任",
    ),
}
ELEMENTS = {
    "in_person": "serve_in_person",
    "mail": "serve_by_mail",
    "transfer": "serve_by_transfer",
    "leave": "leave_at_place",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_service_leaves_a_proof_that_says_how(lab: Laboratory, way: str) -> None:
    given, told = WAYS[way]
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way=way, way_reason="其他方式无法送达")
    lab.complete(case_id, ELEMENTS[way], **given)

    (proof,) = lab.case(case_id).documents
    with lab.runtime.store.reading() as connection:
        page = paper.as_html(blobs.get(connection, proof["sha256"]), proof["media_type"])

    assert served(lab, case_id) == ("2026-03-02", way)
    assert proof["kind"] == "送达回证"
    for words in (told, "周立民", "南城管决字〔2026〕第0001号", "送达日期：2026年3月2日"):
        assert words in page


def test_service_by_leaving_needs_a_witness_or_a_picture(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "choose_way", service_way="leave", way_reason="拒收")

    with pytest.raises(Malformed):
        lab.complete(case_id, "leave_at_place", leave_reason="拒收", leave_witness=None, leave_evidence=None)


def test_electronic_service_says_that_arrival_counts(lab: Laboratory) -> None:
    case_id = receive(lab, e_service_consent=True, e_address="zhou@example.test")
    (proof,) = lab.case(case_id).documents
    with lab.runtime.store.reading() as connection:
        page = paper.as_html(blobs.get(connection, proof["sha256"]), proof["media_type"])

    assert "zhou@example.test" in page
    assert "到达受送达人特定系统的日期" in page
    assert "邮寄" not in page
