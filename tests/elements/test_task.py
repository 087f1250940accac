"""Tasks without a type: nothing to do, the token passes; mappings work all the same."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial


def test_an_abstract_task_passes_at_once() -> None:
    trial = Trial(diagram('<startEvent id="s"/><task id="a"/>\ns -> a')).start()
    assert trial.trace == [("entered", "a"), ("completed", "a")]
    assert trial.ended


def test_its_mappings_are_applied() -> None:
    data = diagram(
        """
        <startEvent id="s"/><task id="a"><extensionElements><zeebe:ioMapping>
          <zeebe:input source="=x + 1" target="y"/><zeebe:output source="=y * 2" target="z"/>
        </zeebe:ioMapping></extensionElements></task>
        s -> a
        """
    )
    assert Trial(data).start(x=1).variables == {"x": 1, "z": 4}
