"""Length and depth cost no stack and no growth."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import advance, read
from engine.bpmn.stimuli import Retry
from engine.bpmn.trial import Trial

ADD = (
    '<scriptTask id="add"><extensionElements><zeebe:script expression="=n + 1" resultVariable="n"/>'
    "</extensionElements></scriptTask>"
)


def _loop(test: str) -> bytes:
    return diagram(
        f"""
        <startEvent id="s"/><exclusiveGateway id="m"/>{ADD}<exclusiveGateway id="g" default="g_e"/>
        <endEvent id="e"/>
        s -> m
        m -> add
        add -> g
        g -> m : {test}
        g -> e
        """
    )


def test_a_loop_of_ten_thousand_rounds_runs_flat_and_completes() -> None:
    trial = Trial(_loop("n < 10000")).start(n=0)
    assert trial.ended
    assert trial.variables["n"] == 10_000


def test_a_chain_of_five_thousand_activities_is_read_and_runs() -> None:
    count = 5000
    tasks = "".join(f'<task id="t{n}"/>' for n in range(count))
    flows = "\n".join(f"t{n} -> t{n + 1}" for n in range(count - 1))
    trial = Trial(diagram(f'<startEvent id="s"/>{tasks}\ns -> t0\n{flows}')).start()
    assert trial.ended
    assert len(trial.done) == count


def test_a_loop_that_never_rests_becomes_an_incident_an_operator_can_resolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.bpmn.case.STEP_LIMIT", 20_000)
    definition = read(_loop("stop = null"))
    trial = Trial(definition)
    trial.start(n=0)
    (incident,) = trial.waiting("incident")
    assert incident.name is not None
    assert "come to rest" in incident.name
    run = advance(
        definition, trial.marking, Retry(instance=incident.instance, variables={"stop": True}), trial.context
    )
    assert [one.type for one in run][-1] == "RunEnded"


def test_the_state_after_many_rounds_is_as_small_as_after_one() -> None:
    body = """
        <startEvent id="s"/><exclusiveGateway id="m"/><userTask id="u"/>
        <exclusiveGateway id="g" default="g_e"/>
        <endEvent id="e"/>
        s -> m
        m -> u
        u -> g
        g -> m : more
        g -> e
    """
    trial = Trial(diagram(body)).start()
    sizes = set()
    for _ in range(300):
        trial.complete("u", more=True)
        assert trial.marking is not None
        sizes.add(len(trial.marking.dump()))
    assert max(sizes) - min(sizes) <= 8


def test_sub_processes_as_deep_as_a_file_may_nest_run() -> None:
    depth = 90
    body = '<userTask id="u"/>'
    for level in range(depth):
        body = f'<subProcess id="n{level}">{body}</subProcess>'
    trial = Trial(diagram(body)).start()
    assert trial.open() == ["u"]
    trial.complete("u")
    assert trial.ended
    assert len(trial.done) == depth + 1
