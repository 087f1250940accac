"""Reading a diagram: what a definition tells, and refusals with all findings at once."""

from __future__ import annotations

import pytest
from diagrams import diagram
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition, Malformed, NotFound

TWO = diagram(
    """
    <documentation>How it goes</documentation>
    <extensionElements><zeebe:versionTag value="2026-1"/><zeebe:properties>
      <zeebe:property name="banjie.period" value="xk.decision"/></zeebe:properties></extensionElements>
    <startEvent id="s"/><userTask id="u" name="受理"><documentation>Look closely</documentation>
      <extensionElements><zeebe:formDefinition formId="p/u"/></extensionElements></userTask>
    <subProcess id="sub"><task id="inner"/></subProcess>
    s -> u
    u -> sub : x = 1
    """,
    more='<process id="drawing"><task id="loose"/><serviceTask id="nothing_said"/></process>',
)


def test_it_is_stored_byte_for_byte_and_known_by_its_digest() -> None:
    definition = read(TWO)
    assert definition.source == TWO
    assert definition == read(TWO)
    assert hash(definition) == hash(read(TWO))
    assert definition != read(TWO + b"\n")


def test_it_tells_processes_elements_flows_and_expressions() -> None:
    definition = read(TWO)
    process = definition.processes["p"]
    assert (process.executable, process.version_tag) == (True, "2026-1")
    assert process.properties == {"banjie.period": "xk.decision"}
    assert not definition.processes["drawing"].executable
    element = definition.element("u")
    assert (element.name, element.kind, element.parent, element.process) == ("受理", "userTask", "p", "p")
    assert (element.form, element.documentation) == ("p/u", "Look closely")
    assert element.line is not None
    assert definition.element("inner").parent == "sub"
    assert definition.flows["u_sub"].condition is not None
    assert [where for where, _ in definition.expressions()] == ["u_sub"]
    with pytest.raises(NotFound):
        definition.element("nowhere")


def test_a_drawing_that_is_not_meant_to_run_may_lack_what_running_needs() -> None:
    assert "nothing_said" in read(TWO).elements


def test_all_findings_come_at_once_each_with_element_rule_and_line() -> None:
    faulty = diagram(
        """
        <startEvent id="s"/><serviceTask id="a"/><receiveTask id="c"/>
        <callActivity id="d"/><boundaryEvent id="f" attachedToRef="gone"><timerEventDefinition/>
        </boundaryEvent>
        <exclusiveGateway id="g"/><choreographyTask id="h"/>
        s -> a
        g -> nowhere
        a -> g : x ==
        """
    )
    with pytest.raises(IllegalDefinition) as refusal:
        read(faulty)
    findings = refusal.value.findings
    assert {one.where for one in findings} >= {"a", "c", "d", "f", "h", "g_nowhere", "a_g"}
    assert all(one.rule and one.line and one.sentence.startswith("Expected") for one in findings)


def test_a_flow_that_crosses_the_edge_of_a_sub_process_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram('<startEvent id="s"/><subProcess id="sub"><task id="a"/></subProcess>\ns -> a'))
    assert [one.rule for one in refusal.value.findings] == ["bpmn.flow.scope"]


def test_what_is_no_bpmn_is_malformed() -> None:
    with pytest.raises(Malformed):
        read(b"<a/>")


def test_ids_may_be_the_librarys_own_words() -> None:
    definition = read(
        diagram('<startEvent id="Start"/><task id="End"/><task id="Root"/>\nStart -> End\nEnd -> Root')
    )
    assert set(definition.nodes) == {"Start", "End", "Root"}


def test_the_model_is_carried_by_the_librarys_own_classes_of_specs() -> None:
    definition = read(TWO)
    body = definition.bodies["p"]
    assert isinstance(body, BpmnProcessSpec)
    node = body.task_specs["u"]
    assert isinstance(node, TaskSpec)
    assert [spec.name for spec in node.outputs] == ["sub"]


def test_running_changes_nothing_in_the_definition() -> None:
    definition = read(TWO)
    before = {name: dict(vars(node)) for name, node in definition.nodes.items()}
    for _ in range(2):
        trial = Trial(definition).start("p", x=1)
        trial.complete("u")
    after = {name: dict(vars(node)) for name, node in definition.nodes.items()}
    assert {name: set(facts) for name, facts in before.items()} == {name: set(f) for name, f in after.items()}
    assert all(before[name]["_outputs"] == after[name]["_outputs"] for name in before)


@pytest.mark.parametrize(
    ("event", "definition"),
    [
        ("intermediateCatchEvent", "errorEventDefinition"),
        ("intermediateCatchEvent", "escalationEventDefinition"),
        ("intermediateCatchEvent", "compensateEventDefinition"),
        ("intermediateCatchEvent", "terminateEventDefinition"),
        ("intermediateThrowEvent", "errorEventDefinition"),
        ("intermediateThrowEvent", "terminateEventDefinition"),
        ("intermediateThrowEvent", "cancelEventDefinition"),
        ("endEvent", "conditionalEventDefinition"),
        ("startEvent", "errorEventDefinition"),
        ("startEvent", "compensateEventDefinition"),
    ],
)
def test_a_trigger_an_event_cannot_have_is_refused_and_never_passed_over(event: str, definition: str) -> None:
    inside = "<condition>=true</condition>" if "conditional" in definition else ""
    body = (
        f'<startEvent id="s"/><task id="a"/><{event} id="x"><{definition}>{inside}</{definition}></{event}>'
    )
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram(body + "\ns -> a"))
    assert [(one.where, one.rule) for one in refusal.value.findings] == [("x", "bpmn.event.kind")]


@pytest.mark.parametrize(
    "body",
    [
        '<subProcess id="x"><startEvent id="y"><messageEventDefinition messageRef="m"/></startEvent>'
        "</subProcess>",
        '<subProcess id="x" triggeredByEvent="true"><startEvent id="y"/></subProcess>',
        '<subProcess id="x" triggeredByEvent="true"><task id="y"/></subProcess>',
    ],
)
def test_a_sub_process_that_can_never_begin_is_refused(body: str) -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram('<startEvent id="s"/>' + body, roots='<message id="m" name="m"/>'))
    assert [(one.where, one.rule) for one in refusal.value.findings] == [("x", "bpmn.sub-process.start")]


def test_a_process_that_is_bound_to_an_operation_runs() -> None:
    body = """
        <ioSpecification><dataInput id="di"/><dataOutput id="do"/>
        <inputSet id="is"><dataInputRefs>di</dataInputRefs></inputSet>
        <outputSet id="os"><dataOutputRefs>do</dataOutputRefs></outputSet></ioSpecification>
        <ioBinding operationRef="op" inputDataRef="is" outputDataRef="os"/>
        <startEvent id="s"/><endEvent id="e"/>
        s -> e
    """
    roots = (
        '<message id="m" name="m"/><interface id="i" name="i"><operation id="op" name="o">'
        "<inMessageRef>m</inMessageRef></operation></interface>"
    )
    assert Trial(diagram(body, roots=roots)).start().ended
