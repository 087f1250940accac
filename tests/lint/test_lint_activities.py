"""Activities: sub-processes, ad-hoc, calls, tasks, quantities, repetition, data and what the engine needs."""

from __future__ import annotations

import pytest
from lint_diagrams import (
    END,
    START,
    TASK,
    Case,
    around,
    case,
    chain,
    definitions,
    errors,
    extended,
    found,
    judge,
    line,
    process,
)

M = '<message id="m" name="m"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def task(inside: str, attributes: str = "", kind: str = "userTask") -> str:
    return around(f'<{kind} id="n" {attributes}>{inside}</{kind}>')


def sub(inside: str, kind: str = "subProcess", attributes: str = "") -> str:
    return around(f'<{kind} id="n" {attributes}>{inside}</{kind}>')


def esp(inside: str = "", attributes: str = "") -> str:
    body = f'{inside}<startEvent id="x">{TIMER}</startEvent><endEvent id="y"/>{chain("x", "y")}'
    return line(f'<subProcess id="esp" triggeredByEvent="true" {attributes}>{body}</subProcess>')


def multi(inside: str, attributes: str = "") -> str:
    return task(
        f'<multiInstanceLoopCharacteristics id="mi" {attributes}>{inside}</multiInstanceLoopCharacteristics>'
    )


def standard(inside: str = "", attributes: str = "") -> str:
    return task(f'<standardLoopCharacteristics id="sl" {attributes}>{inside}</standardLoopCharacteristics>')


INNER = f'<startEvent id="s2"/>{TASK}<endEvent id="e2"/>{chain("s2", "u", "e2")}'
CARDINALITY = "<loopCardinality>3</loopCardinality>"
CONDITION = "<loopCondition>= again</loopCondition>"
COLLECTED = extended('<zeebe:loopCharacteristics inputCollection="= units" {}/>')
OUT = 'outputCollection="answers" outputElement="= answer"'
SCRIPT = extended('<zeebe:script expression="= 1" resultVariable="x"/>')
JOB = extended('<zeebe:taskDefinition type="work"/>')
DECISION = extended('<zeebe:calledDecision decisionId="d1" resultVariable="x"/>')
BOTH = extended('<zeebe:taskDefinition type="work"/><zeebe:script expression="= 1" resultVariable="x"/>')
EVENTS = '<signal id="sg" name="sg"/><signalEventDefinition id="sd" signalRef="sg"/>'
COMPLEX = (
    '<complexBehaviorDefinition id="cb"><condition xsi:type="tFormalExpression">= ok</condition>'
    "</complexBehaviorDefinition>"
)
CALLED = process('<startEvent id="x"/><endEvent id="y"/>', chain("x", "y"), identifier="q")
IO = (
    '<ioSpecification id="io">{}<inputSet id="is">{}</inputSet>'
    '<outputSet id="os">{}</outputSet></ioSpecification>'
)
DATA_IN, DATA_OUT = '<dataInput id="di"{}/>', '<dataOutput id="do"/>'
ITEMS = '<itemDefinition id="i1" structureRef="text"/><itemDefinition id="i2" structureRef="number"/>'
ASSOCIATED = '<dataInputAssociation id="da">{}<targetRef>di</targetRef></dataInputAssociation>'


def fed(target: str) -> str:
    """A task whose data association leads to an element."""
    io = IO.format(DATA_IN.format(""), "<dataInputRefs>di</dataInputRefs>", "")
    association = f'<dataInputAssociation id="da"><sourceRef>o</sourceRef><targetRef>{target}</targetRef>'
    data = '<dataObject id="o"/><dataObject id="o2"/>'
    return process(
        data,
        START,
        f'<userTask id="n">{io}{association}</dataInputAssociation></userTask>',
        END,
        chain("s", "n", "e"),
    )


def reading(sources: str, item: str = "", top: str = "") -> str:
    io = IO.format(DATA_IN.format(item), "<dataInputRefs>di</dataInputRefs>", "")
    objects = '<dataObject id="o1" itemSubjectRef="i1"/><dataObject id="o2" itemSubjectRef="i1"/>'
    return (
        top
        + ITEMS
        + around(objects, f'<userTask id="n">{io}{ASSOCIATED.format(sources)}</userTask>')
        .replace(chain("s", "n", "e"), "")
        .replace("</process>", chain("s", "n", "e") + "</process>")
    )


def source(*names: str) -> str:
    return "".join(f"<sourceRef>{name}</sourceRef>" for name in names)


HIDDEN = (
    '<subProcess id="n"><startEvent id="s2"/><dataObject id="o"/>'
    f'<endEvent id="e2"/>{chain("s2", "e2")}</subProcess>'
)


def idle(*inside: str) -> str:
    return process(START, *inside, END, chain("s", "n", "e"), executable=False)


SETS = '<ioSpecification id="io"><dataInput id="di"/><inputSet id="is">{}</inputSet>{}</ioSpecification>'
LISTED, OUTS = "<dataInputRefs>di</dataInputRefs>", '<outputSet id="os"/>'
READS = SETS.format(LISTED, OUTS)
AGREEING = (
    '<ioSpecification id="io"><inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet>'
    '<outputSet id="os">{}</outputSet></ioSpecification>'
)
COLLECTION = '<itemDefinition id="i" isCollection="true"/>'
LOOPING = (
    "<multiInstanceLoopCharacteristics><loopDataInputRef>{}</loopDataInputRef>"
    "</multiInstanceLoopCharacteristics>"
)

CASES = [
    case("bpmn.activity.quantity", "n", task("", 'startQuantity="0"'), task("", 'startQuantity="2"')),
    case(
        "bpmn.activity.quantity", "n", task("", 'completionQuantity="-1"'), task("", 'completionQuantity="2"')
    ),
    case(
        "bpmn.sub-process.one-start", "n", sub(INNER + '<startEvent id="s3"/>' + chain("s3", "u")), sub(INNER)
    ),
    case(
        "bpmn.process.one-none-start",
        "p",
        line('<startEvent id="s3"/>', chain("s3", "u")),
        line(f'<startEvent id="s3">{TIMER}</startEvent>', chain("s3", "u")),
        "note",
    ),
    case(
        "bpmn.sub-process.can-start", "n", sub(f'{TASK}<userTask id="v"/>{chain("u", "v", "u")}'), sub(TASK)
    ),
    case("bpmn.sub-process.empty", "n", sub(""), sub(INNER), "note"),
    case(
        "bpmn.task.receive-instantiate",
        "n",
        M + task("", 'messageRef="m" instantiate="true"', "receiveTask"),
        M + process('<receiveTask id="n" messageRef="m" instantiate="true"/>', END, chain("n", "e")),
    ),
    case(
        "bpmn.event-sub-process.triggered",
        "n",
        sub(INNER, "transaction", 'triggeredByEvent="true"'),
        sub(INNER, "transaction"),
        "note",
    ),
    case(
        "bpmn.event-sub-process.repeats", "esp", esp('<standardLoopCharacteristics loopMaximum="2"/>'), esp()
    ),
    case("bpmn.event-sub-process.repeats", "esp", esp("", 'isForCompensation="true"'), esp()),
    case("bpmn.ad-hoc.activities", "n", sub("", "adHocSubProcess"), sub(TASK, "adHocSubProcess")),
    case("bpmn.ad-hoc.forbidden", "s2", sub(INNER, "adHocSubProcess"), sub(TASK, "adHocSubProcess")),
    case(
        "bpmn.call.target",
        "n",
        around('<callActivity id="n"/>'),
        CALLED + around('<callActivity id="n" calledElement="q"/>'),
    ),
    case(
        "bpmn.task.receive-message",
        "n",
        task("", "", "receiveTask"),
        M + task("", 'messageRef="m"', "receiveTask"),
    ),
    case("bpmn.task.send-message", "n", task("", "", "sendTask"), task(JOB, "", "sendTask")),
    case("bpmn.loop.collection", "n", multi(""), multi(CARDINALITY)),
    case(
        "bpmn.loop.output", "n", multi(COLLECTED.format('outputCollection="x"')), multi(COLLECTED.format(OUT))
    ),
    case(
        "bpmn.loop.behavior",
        "n",
        multi(CARDINALITY, 'behavior="One"'),
        EVENTS + multi(CARDINALITY, 'behavior="One" oneBehaviorEventRef="sd"'),
    ),
    case(
        "bpmn.loop.behavior",
        "n",
        multi(CARDINALITY, 'behavior="Complex"'),
        multi(CARDINALITY + COMPLEX, 'behavior="Complex"'),
    ),
    case("bpmn.loop.ends", "n", standard(), standard(CONDITION)),
    case("bpmn.loop.maximum", "n", standard("", 'loopMaximum="-1"'), standard("", 'loopMaximum="3"')),
    case("bpmn.loop.cardinality", "n", multi("<loopCardinality>-1</loopCardinality>"), multi(CARDINALITY)),
    case(
        "engine.task.script-missing", "n", task("", "", "scriptTask"), task(SCRIPT, "", "scriptTask"), "note"
    ),
    case(
        "engine.task.script",
        "n",
        task("<script>x = 1</script>", 'scriptFormat="javascript"', "scriptTask"),
        task(SCRIPT, 'scriptFormat="feel"', "scriptTask"),
    ),
    case("engine.task.job-type", "n", task("", "", "serviceTask"), task(JOB, "", "serviceTask")),
    case(
        "engine.task.decision", "n", task("", "", "businessRuleTask"), task(DECISION, "", "businessRuleTask")
    ),
    case("engine.task.one-work", "n", task(BOTH, "", "scriptTask"), task(SCRIPT, "", "scriptTask")),
    case("engine.loop.no-maximum", "n", standard(CONDITION), standard(CONDITION, 'loopMaximum="9"'), "note"),
    case(
        "bpmn.data.object-state",
        "o",
        line('<dataObject id="o"><dataState name="old"/></dataObject>'),
        line(
            '<dataObject id="o"/><dataObjectReference id="r" dataObjectRef="o"><dataState name="old"/>'
            "</dataObjectReference>"
        ),
    ),
    case(
        "bpmn.data.association-own",
        "da",
        fed("o2"),
        fed("di"),
    ),
    case("bpmn.data.io-in-sub-process", "n", sub(IO.format("", "", "") + INNER), sub(INNER)),
    case(
        "bpmn.data.input-in-set",
        "di",
        task(IO.format(DATA_IN.format(""), "", "")),
        task(IO.format(DATA_IN.format(""), "<dataInputRefs>di</dataInputRefs>", "")),
    ),
    case(
        "bpmn.data.output-in-set",
        "do",
        task(IO.format(DATA_OUT, "", "")),
        task(IO.format(DATA_OUT, "", "<dataOutputRefs>do</dataOutputRefs>")),
    ),
    case("bpmn.data.single-source", "da", reading(source("o1", "o2")), reading(source("o1"))),
    case(
        "bpmn.data.same-item",
        "da",
        reading(source("o1"), ' itemSubjectRef="i2"'),
        reading(source("o1"), ' itemSubjectRef="i1"'),
    ),
    case(
        "bpmn.data.scope",
        "r",
        around(HIDDEN, '<dataObjectReference id="r" dataObjectRef="o"/>'),
        around(HIDDEN, '<dataObject id="o3"/><dataObjectReference id="r" dataObjectRef="o3"/>'),
    ),
    case(
        "bpmn.task.script-format",
        "n",
        task("<script>x</script>", "", "scriptTask"),
        idle('<scriptTask id="n" scriptFormat="text/javascript"><script>x</script></scriptTask>'),
    ),
    case(
        "bpmn.data.listed-input",
        "is",
        task(SETS.format(LISTED + "<optionalInputRefs>di</optionalInputRefs>", OUTS).replace(LISTED, "")),
        task(SETS.format(LISTED + "<optionalInputRefs>di</optionalInputRefs>", OUTS)),
    ),
    case(
        "bpmn.data.sets-agree",
        "is",
        task(AGREEING.format("")),
        task(AGREEING.format("<inputSetRefs>is</inputSetRefs>")),
    ),
    case(
        "bpmn.data.collection",
        "o",
        COLLECTION + line('<dataObject id="o" itemSubjectRef="i"/>'),
        COLLECTION + line('<dataObject id="o" itemSubjectRef="i" isCollection="true"/>'),
    ),
    case(
        "bpmn.loop.data-input",
        "n",
        '<dataStore id="store"/>' + task(READS + LOOPING.format("store")),
        task(READS + LOOPING.format("di")),
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_activities_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_multi_instance_over_a_collection_expression_is_legal() -> None:
    assert errors(definitions(multi(COLLECTED.format('inputElement="unit"')))) == []


def test_an_ad_hoc_sub_process_may_hold_events_and_flows_between_its_activities() -> None:
    inside = f'{TASK}<intermediateThrowEvent id="t"/><userTask id="v"/>{chain("u", "t", "v")}'
    assert errors(definitions(sub(inside, "adHocSubProcess", 'ordering="Sequential"'))) == []


def test_a_data_association_with_a_transformation_may_join_several_sources_of_other_types() -> None:
    joined = source("o1", "o2")
    diagram = reading(joined, ' itemSubjectRef="i2"').replace(
        "<targetRef>di</targetRef>", "<targetRef>di</targetRef><transformation>= 1</transformation>"
    )
    assert errors(definitions(diagram)) == []


def test_what_execution_needs_is_only_noted_where_a_process_is_not_executable() -> None:
    diagram = definitions(
        process(START, '<serviceTask id="n"/>', END, chain("s", "n", "e"), executable=False)
    )
    assert [one.severity for one in found(diagram, "engine.task.job-type")] == ["note"]
    assert errors(diagram) == []
