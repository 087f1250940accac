"""Business rule tasks: the decision asked for, its evidence, its refusal."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.happenings import DecisionMade
from engine.bpmn.trial import Trial
from engine.errors import NotFound

RULE = diagram(
    """
    <startEvent id="s"/>
    <businessRuleTask id="rule"><extensionElements>
      <zeebe:calledDecision decisionId="fee" resultVariable="fee"/>
    </extensionElements></businessRuleTask>
    <endEvent id="e"/>
    s -> rule
    rule -> e
    """
)


def test_a_decision_is_asked_on_the_variables_in_sight_and_its_evidence_reported() -> None:
    trial = Trial(RULE, decisions={"fee": lambda variables: variables["area"] * 2}).start(area=21)
    (made,) = [one for one in trial.happenings if isinstance(one, DecisionMade)]
    assert (made.decision, made.value) == ("fee", 42)
    assert trial.variables["fee"] == 42


def test_a_decision_that_is_refused_is_an_incident() -> None:
    def refuse(variables: object) -> object:
        raise NotFound("Expected a table in force, but there is none")

    trial = Trial(RULE, decisions={"fee": refuse}).start(area=21)
    (incident,) = trial.waiting("incident")
    assert incident.name == "Expected a table in force, but there is none"
    assert read(RULE).decisions() == ("fee",)
