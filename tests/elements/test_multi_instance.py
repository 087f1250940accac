"""Multi-instance: sequential and parallel, by cardinality and collection, with every behaviour."""

from __future__ import annotations

from itertools import permutations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition

ROOTS = '<signal id="sig" name="one more"/><signalEventDefinition id="sd" signalRef="sig"/>'


def _many(
    inside: str, attributes: str = "", *, zeebe: str = "", host: str = '<userTask id="u">{}</userTask>'
) -> bytes:
    loop = (
        f"<multiInstanceLoopCharacteristics {attributes}>"
        f"<extensionElements><zeebe:loopCharacteristics {zeebe}/></extensionElements>{inside}"
        "</multiInstanceLoopCharacteristics>"
    )
    return diagram(
        f"""
        <startEvent id="s"/>{host.format(loop)}<task id="after"/><endEvent id="e"/>
        s -> u
        u -> after
        after -> e
        """,
        roots=ROOTS,
    )


JOINT = 'inputCollection="=units" inputElement="unit" outputCollection="opinions" outputElement="=opinion"'
UNITS = ["fire", "health", "environment"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parallel_results_stand_in_the_order_of_the_collection_whoever_is_first(
    order: tuple[int, ...],
) -> None:
    trial = Trial(_many("", zeebe=JOINT)).start(units=UNITS)
    items = [one.instance for one in trial.waiting("item")]
    for place in order:
        trial.complete(items[place], opinion=UNITS[place].upper())
    assert trial.variables == {"units": UNITS, "opinions": ["FIRE", "HEALTH", "ENVIRONMENT"]}
    assert trial.done == ["u", "u", "u", "after"]
    assert trial.ended


def test_each_instance_has_its_own_variables() -> None:
    trial = Trial(_many("", zeebe=JOINT)).start(units=UNITS)
    marking = trial.marking
    assert marking is not None
    seen = [marking.variables(one.scope) for one in marking.waiting()]
    assert seen == [{"loopCounter": n + 1, "unit": unit, "opinion": None} for n, unit in enumerate(UNITS)]


def test_sequential_instances_come_one_after_the_other() -> None:
    trial = Trial(_many("", 'isSequential="true"', zeebe=JOINT)).start(units=[None, "b"])
    assert trial.open("item") == ["u"]
    trial.complete("u", opinion=1)
    assert trial.open("item") == ["u"]
    trial.complete("u", opinion=2)
    assert trial.variables["opinions"] == [1, 2]
    assert trial.ended


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_an_empty_collection_passes_at_once_with_an_empty_result(sequential: str) -> None:
    trial = Trial(_many("", f'isSequential="{sequential}"', zeebe=JOINT)).start(units=[])
    assert trial.done == ["after"]
    assert trial.variables["opinions"] == []


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_the_completion_condition_ends_it_and_cancels_what_is_open(sequential: str) -> None:
    condition = "<completionCondition>=numberOfCompletedInstances >= 2</completionCondition>"
    trial = Trial(_many(condition, f'isSequential="{sequential}"', zeebe=JOINT)).start(units=UNITS)
    trial.complete("u", opinion=1)
    trial.complete("u", opinion=2)
    assert trial.ended
    assert trial.variables["opinions"] == [1, 2, None]


def test_the_condition_may_read_the_results_so_far() -> None:
    condition = "<completionCondition>=some one in opinions satisfies one = false</completionCondition>"
    trial = Trial(_many(condition, zeebe=JOINT)).start(units=UNITS)
    trial.complete("u", opinion=True)
    assert not trial.ended
    trial.complete("u", opinion=False)
    assert trial.ended


def test_a_cardinality_makes_so_many() -> None:
    trial = Trial(_many("<loopCardinality>=n + 1</loopCardinality>")).start(n=2)
    assert trial.open("item") == ["u", "u", "u"]


@pytest.mark.parametrize("count", [-1, 10**9, 1.5, "many", None])
def test_an_absurd_number_is_an_incident(count: object) -> None:
    values = {"n": count} if not isinstance(count, float) else {}
    trial = Trial(_many("<loopCardinality>=n</loopCardinality>")).start(**values)
    assert trial.open("incident") == ["u"]
    trial.retry("u", n=1)
    assert trial.open("item") == ["u"]


def test_a_negative_number_in_the_diagram_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(_many("<loopCardinality>-3</loopCardinality>"))
    assert refusal.value.findings[0].rule == "bpmn.multi-instance.number"


def test_a_collection_that_is_no_list_is_an_incident() -> None:
    trial = Trial(_many("", zeebe=JOINT)).start(units="fire")
    assert trial.open("incident") == ["u"]
    trial.retry("u", units=["fire"])
    trial.complete("u", opinion=1)
    assert trial.ended


def test_neither_collection_nor_cardinality_is_refused() -> None:
    with pytest.raises(IllegalDefinition):
        read(_many(""))


SUB = (
    '<subProcess id="u">{}<startEvent id="is"/><userTask id="ask"/><userTask id="sign"/><endEvent id="ie"/>\n'
    "is -> ask\nask -> sign\nsign -> ie\n</subProcess>"
)


def test_a_sub_process_for_each_department_runs_on_its_own() -> None:
    trial = Trial(_many("", zeebe=JOINT, host=SUB)).start(units=["fire", "health"])
    first, second = [one.instance for one in trial.waiting("item")]
    trial.complete(second, opinion="no")
    assert trial.open("item") == ["ask", "sign"]
    trial.complete("sign")
    trial.complete(first, opinion="yes")
    trial.complete("sign")
    assert trial.variables["opinions"] == ["yes", "no"]
    assert trial.ended


def test_in_a_loop_the_results_begin_afresh() -> None:
    body = (
        _many("", zeebe=JOINT)
        .replace(
            b'<bpmn:sequenceFlow id="s_u" sourceRef="s" targetRef="u"/>',
            b'<bpmn:exclusiveGateway id="m"/><bpmn:exclusiveGateway id="g" default="out"/>'
            b'<bpmn:sequenceFlow id="s_m" sourceRef="s" targetRef="m"/>'
            b'<bpmn:sequenceFlow id="m_u" sourceRef="m" targetRef="u"/>'
            b'<bpmn:sequenceFlow id="back" sourceRef="g" targetRef="m"><bpmn:conditionExpression>=again'
            b"</bpmn:conditionExpression></bpmn:sequenceFlow>"
            b'<bpmn:sequenceFlow id="out" sourceRef="g" targetRef="e"/>',
        )
        .replace(
            b'id="after_e" sourceRef="after" targetRef="e"', b'id="after_g" sourceRef="after" targetRef="g"'
        )
    )
    trial = Trial(body).start(units=["a"], again=True)
    trial.complete("u", opinion=1, again=True)
    assert trial.variables["opinions"] == [1]
    trial.complete("u", opinion=2, again=False)
    assert trial.variables["opinions"] == [2]
    assert trial.ended


def test_an_interrupting_boundary_event_takes_all_instances() -> None:
    body = _many("", zeebe=JOINT).replace(
        b'<bpmn:task id="after"/>',
        b'<bpmn:task id="after"/><bpmn:boundaryEvent id="edge" attachedToRef="u"><bpmn:errorEventDefinition/>'
        b'</bpmn:boundaryEvent><bpmn:task id="instead"/>'
        b'<bpmn:sequenceFlow id="ei" sourceRef="edge" targetRef="instead"/>',
    )
    trial = Trial(body).start(units=UNITS)
    trial.throw("u", "E")
    assert trial.done == ["instead"]
    assert trial.waiting() == []
    assert trial.ended


def _behaviour(attributes: str, inside: str = "") -> Trial:
    body = _many(f"{inside}<loopCardinality>3</loopCardinality>", attributes).replace(
        b'<bpmn:task id="after"/>',
        b'<bpmn:task id="after"/><bpmn:boundaryEvent id="edge" attachedToRef="u" cancelActivity="false">'
        b'<bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent><bpmn:task id="told"/>'
        b'<bpmn:sequenceFlow id="et" sourceRef="edge" targetRef="told"/>',
    )
    trial = Trial(body).start()
    while trial.open("item"):
        trial.complete("u")
    return trial


def test_behaviour_none_throws_for_each_completed_instance() -> None:
    trial = _behaviour('behavior="None" noneBehaviorEventRef="sd"')
    assert trial.done.count("told") == 3
    assert trial.ended


def test_behaviour_one_throws_for_the_first_alone() -> None:
    assert _behaviour('behavior="One" oneBehaviorEventRef="sd"').done.count("told") == 1


def test_behaviour_all_throws_nothing() -> None:
    assert _behaviour('behavior="All" oneBehaviorEventRef="sd"').done.count("told") == 0


def test_behaviour_complex_throws_where_its_condition_holds() -> None:
    definition = (
        "<complexBehaviorDefinition><condition>=numberOfCompletedInstances = 2</condition>"
        '<event><signalEventDefinition signalRef="sig"/></event></complexBehaviorDefinition>'
    )
    body = _many("<loopCardinality>3</loopCardinality>" + definition, 'behavior="Complex"').replace(
        b'<bpmn:task id="after"/>',
        b'<bpmn:task id="after"/><bpmn:boundaryEvent id="edge" attachedToRef="u" cancelActivity="false">'
        b'<bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent><bpmn:task id="told"/>'
        b'<bpmn:sequenceFlow id="et" sourceRef="edge" targetRef="told"/>',
    )
    trial = Trial(body).start()
    while trial.open("item"):
        trial.complete("u")
    assert trial.done.count("told") == 1


def test_hundreds_of_instances_complete_one_by_one() -> None:
    trial = Trial(_many("<loopCardinality>300</loopCardinality>")).start()
    assert len(trial.open("item")) == 300
    for one in trial.waiting("item")[:40]:
        trial.complete(one.instance)
    assert len(trial.open("item")) == 260


def test_a_call_activity_may_be_repeated() -> None:
    child = diagram('<startEvent id="cs"/><userTask id="cu"/>\ncs -> cu', process="child")
    host = (
        '<callActivity id="u"><extensionElements><zeebe:calledElement processId="child"/><zeebe:ioMapping>'
        '<zeebe:input source="=unit" target="whose"/><zeebe:output source="=said" target="opinion"/>'
        "</zeebe:ioMapping></extensionElements>{}</callActivity>"
    )
    trial = Trial(_many("", zeebe=JOINT, host=host), others=[child]).start(units=["a", "b"])
    marking = trial.marking
    assert marking is not None
    assert [marking.variables(one.scope)["whose"] for one in marking.waiting()] == ["a", "b"]
    trial.complete("cu", said=1)
    trial.complete("cu", said=2)
    assert trial.variables["opinions"] == [1, 2]


def test_the_collection_and_the_results_may_be_named_as_bpmn_itself_names_them() -> None:
    inside = """
        <dataObject id="d1" name="departments" isCollection="true"/>
        <dataObjectReference id="d1r" dataObjectRef="d1"/>
        <dataObjectReference id="d2r" name="all opinions" dataObjectRef="d2"/><dataObject id="d2"/>
        <startEvent id="s"/><userTask id="u">
          <ioSpecification><dataInput id="di" isCollection="true"/><dataOutput id="do" isCollection="true"/>
            <inputSet id="is"><dataInputRefs>di</dataInputRefs></inputSet>
            <outputSet id="os"><dataOutputRefs>do</dataOutputRefs></outputSet></ioSpecification>
          <dataInputAssociation id="in"><sourceRef>d1r</sourceRef><targetRef>di</targetRef>
          </dataInputAssociation>
          <dataOutputAssociation id="out"><sourceRef>do</sourceRef><targetRef>d2r</targetRef>
          </dataOutputAssociation>
          <multiInstanceLoopCharacteristics><loopDataInputRef>di</loopDataInputRef>
            <loopDataOutputRef>do</loopDataOutputRef><inputDataItem id="one" name="department"/>
            <outputDataItem id="said" name="opinion"/></multiInstanceLoopCharacteristics></userTask>
        <endEvent id="e"/>
        s -> u
        u -> e
    """
    trial = Trial(diagram(inside)).start(departments=["fire", "health"])
    marking = trial.marking
    assert marking is not None
    assert [marking.variables(one.scope)["department"] for one in marking.waiting()] == ["fire", "health"]
    trial.complete("u", opinion="yes")
    trial.complete("u", opinion="no")
    assert trial.variables["all opinions"] == ["yes", "no"]


def test_a_collection_may_be_a_data_object_itself() -> None:
    inside = """
        <dataObject id="units"/><startEvent id="s"/><userTask id="u">
        <multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>units</loopDataInputRef>
        <inputDataItem id="unit"/></multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>
        s -> u
        u -> e
    """
    trial = Trial(diagram(inside)).start(units=["a", "b"])
    trial.complete("u")
    assert trial.open() == ["u"]
    trial.complete("u")
    assert trial.ended
