"""The amount of a penalty follows from recorded facts alone: a case asks the shipped table, in time."""

from __future__ import annotations

from datetime import date
from typing import Any

from diagrams import diagram

from engine import audit
from engine.casework import founding
from engine.casework.commands import Receive
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.records import journal

DIAGRAM = diagram(
    """
    <startEvent id="begun"/>
    <businessRuleTask id="amount">
      <extensionElements>
        <zeebe:calledDecision decisionId="street_trading" resultVariable="penalty"/>
      </extensionElements>
    </businessRuleTask>
    <userTask id="sign" name="签发"/>
    <endEvent id="done"/>
    begun -> amount
    amount -> sign
    sign -> done
    """,
    process="fine",
)
ITEM = """
[[item]]
code = "CF-1"
procedure = "fine"
name = {zh = "占道经营", en = "Street trading"}
units = ["shinan.cg"]
""".encode()
FACTS = {"place": "车行道", "area_m2": 4, "prior_12m": 0, "act_on": "2017-12-20"}


def receive(lab: Any, **facts: Any) -> Any:
    """A case whose first step fixes the amount, on top of what ships."""
    runtime = lab.runtime
    founding.deploy(runtime, Bundle("package", "fine", {"fine.bpmn": DIAGRAM}), Actor.system())
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        shipped = runtime.shelf.bundle(connection, runtime.shelf.newest("catalogue", "catalogue"))
    files = {**shipped.files, "street.toml": ITEM}
    founding.deploy(runtime, Bundle("catalogue", "catalogue", files), Actor.system())
    command = Receive(item="CF-1", unit="shinan.cg", channel="window", variables=facts)
    return runtime.handle(command, runtime.directory.actor("wangli"))


def test_a_party_who_corrected_the_act_has_the_milder_new_law(laboratory: Any) -> None:
    lab = laboratory(date(2018, 2, 5))

    (made,) = receive(lab, **FACTS, corrected=True).of("DecisionMade")

    assert made.data["value"] == {"kind": "不予罚款", "amount": 0}
    assert made.data["evidence"]["in_time"]["chosen"] == "decision"


def test_a_party_who_refused_keeps_the_law_of_the_act_and_the_case_replays(laboratory: Any) -> None:
    lab = laboratory(date(2018, 2, 5))

    outcome = receive(lab, **FACTS, corrected=False)
    (made,) = outcome.of("DecisionMade")

    assert made.data["value"] == {"kind": "罚款", "amount": 300}
    with lab.runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(outcome.case_id))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
    assert verdict.conforms, verdict.sentence()


def test_a_missing_date_of_the_act_is_an_incident_not_a_guess(laboratory: Any) -> None:
    lab = laboratory(date(2018, 2, 5))

    outcome = receive(lab, place="车行道", area_m2=4, prior_12m=0, corrected=False)

    assert [event.data["element"] for event in outcome.of("IncidentRaised")] == ["amount"]
    assert lab.case(outcome.case_id).open
