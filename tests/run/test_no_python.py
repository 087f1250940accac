"""Nothing in a diagram reaches Python's eval or exec, not even through the library below."""

from __future__ import annotations

import ast
import builtins
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from block_models import Drawing, Maker
from diagrams import diagram
from SpiffWorkflow.bpmn.script_engine import python_environment

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.clock import read_moment
from engine.errors import IllegalDefinition


@pytest.fixture
def no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any use of eval or exec from now on fails."""
    read_moment("2026-03-02T01:00:00.000Z")  # the standard library loads its reader of dates at first use

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("Python was asked to execute a text")

    for name in ("eval", "exec"):
        monkeypatch.setattr(builtins, name, refuse)
        monkeypatch.setattr(python_environment, name, refuse, raising=False)


EVERYTHING = """
    <startEvent id="s"/>
    <scriptTask id="script"><extensionElements><zeebe:script expression="=x + 1" resultVariable="x"/>
    </extensionElements></scriptTask>
    <businessRuleTask id="rule"><extensionElements>
    <zeebe:calledDecision decisionId="=name" resultVariable="r"/>
    </extensionElements></businessRuleTask>
    <userTask id="user"><extensionElements><zeebe:assignmentDefinition assignee="=who"/><zeebe:ioMapping>
      <zeebe:input source="=x" target="y"/><zeebe:output source="=y" target="z"/></zeebe:ioMapping>
      <zeebe:properties><zeebe:property name="banjie.period" value="=&quot;xk&quot;"/></zeebe:properties>
    </extensionElements><multiInstanceLoopCharacteristics><loopCardinality>=2</loopCardinality>
      <completionCondition>=numberOfCompletedInstances = 1</completionCondition>
    </multiInstanceLoopCharacteristics></userTask>
    <serviceTask id="job"><extensionElements><zeebe:taskDefinition type="=who" retries="=2"/>
    </extensionElements>
      <standardLoopCharacteristics loopMaximum="3"><loopCondition>=x &lt; 100</loopCondition>
      </standardLoopCharacteristics></serviceTask>
    <intermediateCatchEvent id="timer"><timerEventDefinition><timeDuration>=wait</timeDuration>
    </timerEventDefinition></intermediateCatchEvent>
    <receiveTask id="receive" messageRef="m"/>
    <intermediateCatchEvent id="when"><conditionalEventDefinition><condition>=x > 0</condition>
    </conditionalEventDefinition></intermediateCatchEvent>
    <adHocSubProcess id="ah"><task id="inner"/><completionCondition>=x > 0</completionCondition>
    </adHocSubProcess>
    <complexGateway id="cg"><activationCondition>=activationCount >= 1</activationCondition></complexGateway>
    <inclusiveGateway id="ig"/><exclusiveGateway id="xg"/><endEvent id="e"/>
    s -> script
    script -> rule
    rule -> user
    user -> job
    job -> timer
    timer -> receive
    receive -> when
    when -> ah
    ah -> cg
    cg -> ig
    ig -> xg : x > 0
    xg -> e : x > 0
"""
ROOTS = (
    '<message id="m" name="go"><extensionElements><zeebe:subscription correlationKey="=who"/>'
    "</extensionElements></message>"
)


@pytest.mark.usefixtures("no_python")
def test_every_kind_of_expression_runs_without_python() -> None:
    trial = Trial(diagram(EVERYTHING, roots=ROOTS), decisions={"fee": lambda facts: 7})
    trial.start(x=1, name="fee", who="li", wait="PT1H")
    trial.complete("user")
    for _ in range(3):
        trial.complete_job("job")
    trial.move(timedelta(hours=2))
    trial.message("go", "li")
    assert trial.ended, trial.waiting()


@pytest.mark.usefixtures("no_python")
def test_random_models_run_without_python() -> None:
    for seed in range(40):
        drawing = Drawing(Maker(seed).model())
        roots = "".join(f'<message id="m_{name}" name="m_{name}"/>' for name in drawing.messages)
        Trial(diagram(drawing.xml, roots=roots)).start(a=1, b=2, c=3, d=4)


ATTACKS = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0]",
    "open('/etc/passwd').read()",
    "exec('1')",
]


@pytest.mark.usefixtures("no_python")
@pytest.mark.parametrize("text", ATTACKS)
def test_python_in_a_diagram_is_a_finding_or_a_null_never_an_act(text: str) -> None:
    body = f"""<startEvent id="s"/><scriptTask id="t"><extensionElements>
        <zeebe:script expression="={text}" resultVariable="x"/></extensionElements></scriptTask>
        s -> t"""
    try:
        trial = Trial(diagram(body)).start()
    except IllegalDefinition:
        return
    assert trial.open("incident") == ["t"] or trial.variables["x"] is None


def test_nothing_of_the_engine_names_eval_exec_or_pickle() -> None:
    root = Path(__file__).parents[2] / "engine"
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "__import__"), file
            if isinstance(node, ast.Import):
                assert not {name.name for name in node.names} & {"pickle", "marshal", "shelve"}, file


def test_the_script_engine_of_a_run_is_feel_from_the_first_moment() -> None:
    definition = read(diagram('<startEvent id="s"/>'))
    from_library = type(definition.processes["p"].body).__mro__
    assert any(cls.__module__.startswith("SpiffWorkflow") for cls in from_library)
