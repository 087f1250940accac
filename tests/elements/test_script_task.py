"""Script tasks: a FEEL value becomes a variable, or a job does the work."""

from __future__ import annotations

from decimal import Decimal

from diagrams import diagram

from engine.bpmn.trial import Trial

SCRIPT = diagram(
    """
    <startEvent id="s"/>
    <scriptTask id="sum"><extensionElements>
      <zeebe:script expression="=sum(for one in lines return one.fee)" resultVariable="total"/>
    </extensionElements></scriptTask>
    <endEvent id="e"/>
    s -> sum
    sum -> e
    """
)


def test_a_script_is_feel_and_its_value_a_variable() -> None:
    trial = Trial(SCRIPT).start(lines=[{"fee": Decimal("0.10")}, {"fee": Decimal("0.20")}])
    assert trial.variables["total"] == Decimal("0.30")


def test_temporal_values_become_iso_text() -> None:
    data = SCRIPT.replace(
        b"=sum(for one in lines return one.fee)", b"=date(2026, 3, 2) + duration(&quot;P1D&quot;)"
    )
    assert Trial(data).start().variables["total"] == "2026-03-03"


def test_a_script_by_job_waits_for_the_job() -> None:
    data = SCRIPT.replace(
        b'<zeebe:script expression="=sum(for one in lines return one.fee)" resultVariable="total"/>',
        b'<zeebe:taskDefinition type="calc"/>',
    )
    trial = Trial(data).start()
    trial.complete_job("sum", total=1)
    assert trial.variables == {"total": 1}


def test_without_a_script_or_a_job_it_is_passed_like_an_abstract_task() -> None:
    data = diagram('<startEvent id="s"/><scriptTask id="t"/><endEvent id="e"/>\ns -> t\nt -> e')
    assert Trial(data).start().done == ["t"]
