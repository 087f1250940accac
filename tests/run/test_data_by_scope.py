"""Variables by scope: whole values, nearest holder, nothing merged; every write is told."""

from __future__ import annotations

from decimal import Decimal

from diagrams import diagram

from engine.bpmn.happenings import ScopeClosed, ScopeOpened, VariableSet
from engine.bpmn.trial import Trial


def _mapped(mapping: str) -> bytes:
    return diagram(
        f"""
        <startEvent id="s"/><userTask id="u"><extensionElements><zeebe:ioMapping>{mapping}</zeebe:ioMapping>
        </extensionElements></userTask><endEvent id="e"/>
        s -> u
        u -> e
        """
    )


def test_an_input_is_local_and_gone_when_the_task_is_left() -> None:
    trial = Trial(_mapped('<zeebe:input source="=x * 2" target="y"/>')).start(x=21)
    marking = trial.marking
    assert marking is not None
    assert marking.variables(marking.waiting()[0].scope) == {"y": 42}
    trial.complete("u", y=1, z=2)
    assert trial.variables == {"x": 21, "z": 2}


def test_later_inputs_see_earlier_ones() -> None:
    mapping = '<zeebe:input source="=x + 1" target="y"/><zeebe:input source="=y + 1" target="z"/>'
    marking = Trial(_mapped(mapping)).start(x=1).marking
    assert marking is not None
    assert marking.variables(marking.waiting()[0].scope) == {"y": 2, "z": 3}


def test_where_there_are_output_mappings_nothing_else_passes() -> None:
    trial = Trial(_mapped('<zeebe:output source="=answer.text" target="reply"/>')).start()
    trial.complete("u", answer={"text": "yes", "by": "li"}, other=1)
    assert trial.variables == {"reply": "yes"}


def test_a_path_replaces_one_part_and_leaves_the_others() -> None:
    mapping = '<zeebe:output source="=v" target="opinion.fire.text"/>'
    trial = Trial(_mapped(mapping)).start(opinion={"health": "ok", "fire": {"by": "wang"}})
    trial.complete("u", v="no")
    assert trial.variables["opinion"] == {"health": "ok", "fire": {"by": "wang", "text": "no"}}


def test_lists_and_objects_are_replaced_whole() -> None:
    trial = Trial(_mapped("")).start(items=[1, 2, 3], person={"a": 1, "b": 2})
    trial.complete("u", items=[2], person={"a": 9})
    assert trial.variables == {"items": [2], "person": {"a": 9}}


def test_decimals_keep_every_digit_through_the_marking() -> None:
    trial = Trial(_mapped("")).start(fee=Decimal("1234567890.123456789012345678901234"))
    marking = trial.marking
    assert marking is not None
    assert marking.variables(marking.root)["fee"] == Decimal("1234567890.123456789012345678901234")


def test_a_variable_named_like_anything_of_the_engines_is_only_a_variable() -> None:
    names = {"typename": "licence", "instance": 1, "item": 2, "job": 3, "result": [], "__class__": "x"}
    trial = Trial(_mapped("")).start(**names)
    trial.complete("u", typename={"typename": "UUID"})
    assert trial.variables == {**names, "typename": {"typename": "UUID"}}


def test_every_scope_that_opens_closes_once() -> None:
    trial = Trial(_mapped('<zeebe:input source="=1" target="y"/>')).start()
    trial.complete("u")
    opened = [one.scope for one in trial.happenings if isinstance(one, ScopeOpened)]
    closed = [one.scope for one in trial.happenings if isinstance(one, ScopeClosed)]
    assert sorted(opened) == sorted(closed)
    assert len(set(opened)) == len(opened)


def test_the_events_alone_give_the_variables_of_every_scope() -> None:
    trial = Trial(_mapped('<zeebe:input source="=x" target="y"/>')).start(x=1)
    trial.set(x=5)
    folded: dict[int, dict[str, object]] = {}
    for one in trial.happenings:
        if isinstance(one, ScopeOpened):
            folded[one.scope] = {}
        elif isinstance(one, VariableSet):
            folded[one.scope][one.name] = one.value
        elif isinstance(one, ScopeClosed):
            del folded[one.scope]
    marking = trial.marking
    assert marking is not None
    assert folded == {scope: marking.variables(scope) for scope in folded}


def test_names_with_spaces_and_chinese_names_are_variables_too() -> None:
    data = diagram(
        """
        <startEvent id="s"/><scriptTask id="t"><extensionElements>
          <zeebe:script expression="=收费标准 * 2" resultVariable="应缴 金额"/></extensionElements>
          </scriptTask>
        <scriptTask id="t2"><extensionElements>
          <zeebe:script expression="=应缴 金额 + 1" resultVariable="total"/></extensionElements></scriptTask>
        s -> t
        t -> t2
        """
    )
    trial = Trial(data).start(收费标准=20)
    assert trial.variables["total"] == 41
