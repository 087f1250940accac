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
from timers.laboratory import Laboratory

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
    made: Laboratory = laboratory(DAY)
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
