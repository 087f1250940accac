"""Errors: caught around the thrower, from the inside out; uncaught ones are incidents."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

ROOTS = (
    '<error id="err" errorCode="E"/><error id="other" errorCode="F"/>'
    '<escalation id="esc" escalationCode="X"/><escalation id="esc2" escalationCode="Y"/>'
)


def _two_levels(inner_edge: str, outer_edge: str, end: str) -> Trial:
    data = diagram(
        f"""
        <startEvent id="s"/>
        <subProcess id="outer"><startEvent id="os"/>
          <subProcess id="inner"><startEvent id="is"/><parallelGateway id="f"/><userTask id="beside"/>
            <userTask id="u"/><endEvent id="ie">{end}</endEvent>
            is -> f
            f -> u
            f -> beside
            u -> ie
          </subProcess>
          <boundaryEvent id="i_edge" attachedToRef="inner"><errorEventDefinition {inner_edge}/>
          </boundaryEvent>
          <task id="by_inner"/>
          os -> inner
          i_edge -> by_inner
        </subProcess>
        <boundaryEvent id="o_edge" attachedToRef="outer"><errorEventDefinition {outer_edge}/></boundaryEvent>
        <task id="by_outer"/><endEvent id="e"/>
        s -> outer
        outer -> e
        o_edge -> by_outer
        """,
        roots=ROOTS,
    )
    return Trial(data).start()


ERROR_END = '<errorEventDefinition errorRef="err"/>'


def test_the_innermost_catcher_of_the_code_gets_it() -> None:
    trial = _two_levels('errorRef="err"', 'errorRef="err"', ERROR_END)
    trial.complete("u")
    assert trial.done == ["u", "by_inner", "outer"]
    assert ("cancelled", "beside") in trial.trace
    assert trial.ended


def test_one_for_another_code_lets_it_pass() -> None:
    trial = _two_levels('errorRef="other"', 'errorRef="err"', ERROR_END)
    trial.complete("u")
    assert trial.done == ["u", "by_outer"]
    assert ("failed", "outer") in trial.trace
    assert trial.ended


def test_one_without_a_code_gets_any() -> None:
    trial = _two_levels("", 'errorRef="err"', ERROR_END)
    trial.complete("u")
    assert trial.done == ["u", "by_inner", "outer"]


def test_an_error_nobody_catches_is_an_incident_and_the_rest_goes_on() -> None:
    trial = _two_levels('errorRef="other"', 'errorRef="other"', ERROR_END)
    trial.complete("u")
    (incident,) = trial.waiting("incident")
    assert incident.element == "ie"
    assert incident.name == "Expected the error 'E' to be caught, but nothing catches it"
    trial.complete("beside")
    assert not trial.ended


def test_an_error_reported_on_a_task_that_nobody_catches_is_an_incident_with_its_words() -> None:
    trial = Trial(diagram('<startEvent id="s"/><userTask id="u"/>\ns -> u')).start()
    trial.throw("u", "NO_DEED")
    (incident,) = trial.waiting("incident")
    assert incident.name is not None
    assert "NO_DEED" in incident.name
    trial.retry("u")
    assert trial.open("item") == ["u"]
