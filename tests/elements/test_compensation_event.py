"""Compensation: boundary, throw, end; of sub-processes and multi-instances; the last first."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition


def _undoable(name: str, kind: str = "task", inside: str = "") -> str:
    return f"""
        <{kind} id="{name}">{inside}</{kind}>
        <boundaryEvent id="c_{name}" attachedToRef="{name}"><compensateEventDefinition/></boundaryEvent>
        <userTask id="undo_{name}" isForCompensation="true"/>
        <association id="x_{name}" sourceRef="c_{name}" targetRef="undo_{name}"/>
    """


SEQUENCE = f"""
    <startEvent id="s"/>{_undoable("a")}{_undoable("b")}{_undoable("c")}
    <intermediateThrowEvent id="t"><compensateEventDefinition {{target}}/></intermediateThrowEvent>
    <task id="after"/><endEvent id="e"/>
    s -> a
    a -> b
    b -> t
    t -> after
    after -> e
"""


def test_handlers_run_one_by_one_in_reverse_order_and_only_for_what_was_completed() -> None:
    trial = Trial(diagram(SEQUENCE.format(target=""))).start()
    assert trial.open() == ["undo_b"]
    trial.complete("undo_b")
    assert trial.open() == ["undo_a"]
    assert "after" not in trial.done
    trial.complete("undo_a")
    assert trial.done == ["a", "b", "undo_b", "undo_a", "after"]
    assert trial.ended


def test_one_activity_can_be_named() -> None:
    trial = Trial(diagram(SEQUENCE.format(target='activityRef="a"'))).start()
    assert trial.open() == ["undo_a"]
    trial.complete("undo_a")
    assert trial.done == ["a", "b", "undo_a", "after"]


def test_naming_an_activity_that_was_not_completed_does_nothing() -> None:
    trial = Trial(diagram(SEQUENCE.format(target='activityRef="c"'))).start()
    assert trial.done == ["a", "b", "after"]


def test_without_waiting_the_flow_goes_on_beside_the_handlers() -> None:
    trial = Trial(diagram(SEQUENCE.format(target='waitForCompletion="false"'))).start()
    assert "after" in trial.done
    assert trial.open() == ["undo_b"]
    trial.complete("undo_b")
    trial.complete("undo_a")
    assert trial.ended


def test_an_end_event_compensates_before_the_case_ends() -> None:
    trial = Trial(
        diagram(
            f"""
            <startEvent id="s"/>{_undoable("a")}<endEvent id="e"><compensateEventDefinition/></endEvent>
            s -> a
            a -> e
            """
        )
    ).start()
    assert trial.open() == ["undo_a"]
    trial.complete("undo_a")
    assert trial.ended
    assert trial.ends == ("e",)


def test_nothing_is_undone_twice() -> None:
    body = SEQUENCE.format(target="").replace("t -> after", "t -> t2\nt2 -> after")
    body += '<intermediateThrowEvent id="t2"><compensateEventDefinition/></intermediateThrowEvent>'
    trial = Trial(diagram(body)).start()
    trial.complete("undo_b")
    trial.complete("undo_a")
    assert trial.ended


SUB = f"""
    <startEvent id="s"/>{_undoable("first")}
    <subProcess id="sub"><extensionElements><zeebe:ioMapping><zeebe:input source="=7" target="kept"/>
      </zeebe:ioMapping></extensionElements>
      <startEvent id="is"/>{_undoable("a")}{_undoable("b")}<endEvent id="ie"/>
      is -> a
      a -> b
      b -> ie
    </subProcess>
    <intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent><endEvent id="e"/>
    s -> first
    first -> sub
    sub -> t
    t -> e
"""


def test_a_completed_sub_process_is_undone_from_the_inside_with_its_variables_as_they_were() -> None:
    trial = Trial(diagram(SUB)).start()
    assert trial.open() == ["undo_b"]
    marking = trial.marking
    assert marking is not None
    assert marking.variables(marking.waiting()[0].scope) == {"kept": 7}
    for name in ("undo_b", "undo_a", "undo_first"):
        assert trial.open() == [name]
        trial.complete(name)
    assert trial.ended


def test_a_handler_of_the_sub_process_itself_takes_the_place_of_those_inside() -> None:
    handled = SUB.replace(
        '<intermediateThrowEvent id="t">',
        '<boundaryEvent id="c_sub" attachedToRef="sub"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="undo_sub" isForCompensation="true"/>'
        '<association id="x_sub" sourceRef="c_sub" targetRef="undo_sub"/><intermediateThrowEvent id="t">',
    )
    trial = Trial(diagram(handled)).start()
    assert trial.open() == ["undo_sub"]
    trial.complete("undo_sub")
    assert trial.open() == ["undo_first"]


def test_a_compensation_event_sub_process_takes_the_place_of_the_default_and_may_call_it() -> None:
    body = SUB.replace(
        "b -> ie",
        """b -> ie
        <subProcess id="own" triggeredByEvent="true"><startEvent id="os">
        <compensateEventDefinition/></startEvent>
          <userTask id="explain"/><endEvent id="oe"><compensateEventDefinition/></endEvent>
          os -> explain
          explain -> oe
        </subProcess>""",
    )
    trial = Trial(diagram(body)).start()
    for name in ("explain", "undo_b", "undo_a", "undo_first"):
        assert trial.open() == [name]
        trial.complete(name)
    assert trial.ended


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_each_completed_instance_of_a_multi_instance_is_undone_with_its_own_item(sequential: str) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item_"/></extensionElements>'
        "</multiInstanceLoopCharacteristics>"
    )
    trial = Trial(
        diagram(
            f"""
            <startEvent id="s"/>{_undoable("a", "task", loop)}
            <endEvent id="e"><compensateEventDefinition/></endEvent>
            s -> a
            a -> e
            """
        )
    ).start(items=["x", "y", "z"])
    seen = []
    while not trial.ended:
        marking = trial.marking
        assert marking is not None
        (item,) = marking.waiting()
        seen.append(marking.variables(item.scope)["item_"])
        trial.complete(item.instance)
    assert seen == ["z", "y", "x"]


def test_a_handler_may_be_repeated_itself() -> None:
    body = SEQUENCE.format(target='activityRef="a"').replace(
        '<userTask id="undo_a" isForCompensation="true"/>',
        '<userTask id="undo_a" isForCompensation="true"><multiInstanceLoopCharacteristics>'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>",
    )
    trial = Trial(diagram(body)).start()
    assert trial.open() == ["undo_a", "undo_a"]
    trial.complete("undo_a")
    assert "after" not in trial.done
    trial.complete("undo_a")
    assert trial.done[-1] == "after"


def test_in_a_loop_every_completion_is_undone() -> None:
    body = f"""
        <startEvent id="s"/><exclusiveGateway id="m"/>{_undoable("a", "userTask")}
        <exclusiveGateway id="g" default="g_e"/><endEvent id="e"><compensateEventDefinition/></endEvent>
        s -> m
        m -> a
        a -> g
        g -> m : again
        g -> e
    """
    trial = Trial(diagram(body)).start()
    trial.complete("a", again=True)
    trial.complete("a", again=False)
    trial.complete("undo_a")
    assert trial.open() == ["undo_a"]
    trial.complete("undo_a")
    assert trial.ended


def test_a_boundary_event_without_a_handler_is_refused() -> None:
    body = """<startEvent id="s"/><task id="a"/>
        <boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>
        s -> a"""
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram(body))
    assert [one.rule for one in refusal.value.findings] == ["bpmn.compensation.handler"]


def test_an_error_handler_can_compensate_what_its_scope_had_done() -> None:
    body = f"""
        <startEvent id="s"/>{_undoable("a")}<userTask id="u"/><endEvent id="e"/>
        s -> a
        a -> u
        u -> e
        <subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><errorEventDefinition/></startEvent>
          <endEvent id="he"><compensateEventDefinition/></endEvent>
          hs -> he
        </subProcess>
    """
    trial = Trial(diagram(body)).start()
    trial.throw("u", "E")
    assert trial.open() == ["undo_a"]
    trial.complete("undo_a")
    assert trial.ended
