"""The token run beside stock SpiffWorkflow: CPU time per completed user task, create, dump + load.

    python benchmarks/token_run.py [--rounds 5]

Every figure is the least of several rounds of CPU time in one process, so compare columns of one run,
never runs. A step is: restore nothing, complete one user task, run to the next one. Load + step + dump is
what casework pays for a work item.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import Marking, advance, read
from engine.bpmn.happenings import WorkItemOffered
from engine.bpmn.stimuli import CompleteItem, Start
from engine.bpmn.trial import TrialContext

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = (
    f'<definitions xmlns="{BPMN}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:bench">'
)


def file(body: str) -> bytes:
    return f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def flow(source: str, target: str, condition: str = "") -> str:
    if not condition:
        return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'
    test = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">{test}</sequenceFlow>'


def chain(*names: str) -> str:
    return "".join(flow(a, b) for a, b in itertools.pairwise(names))


def linear(n: int) -> bytes:
    tasks = [f"t{i}" for i in range(n)]
    nodes = "".join(f'<userTask id="{t}"/>' for t in tasks)
    return file(f'<startEvent id="s"/>{nodes}<endEvent id="e"/>{chain("s", *tasks, "e")}')


def licensing() -> bytes:
    """22 nodes: review, three opinions in parallel, a return loop, legal review, decision."""
    users = ("review", "accept", "examine", "a", "b", "c", "check", "legal", "decide", "serve", "file")
    nodes = "".join(f'<userTask id="{u}"/>' for u in users)
    gateways = (
        '<exclusiveGateway id="x1" default="x1-accept"/><exclusiveGateway id="x0"/><exclusiveGateway id="m0"/>'
        '<parallelGateway id="split"/><parallelGateway id="join"/>'
        '<exclusiveGateway id="x2" default="x2-x3"/><exclusiveGateway id="x3" default="x3-m1"/>'
        '<exclusiveGateway id="m1"/>'
    )
    no = "1 = 2"
    flows = (
        chain("s", "x0", "review", "x1", "accept", "m0", "examine", "split")
        + "".join(flow("split", o) + flow(o, "join") for o in "abc")
        + chain("join", "check", "x2", "x3", "m1", "decide", "serve", "file", "e")
        + flow("x1", "x0", no)
        + flow("x2", "m0", no)
        + flow("x3", "legal", no)
        + flow("legal", "m1")
    )
    return file(f'<startEvent id="s"/>{nodes}{gateways}<endEvent id="e"/>{flows}')


def and_in_loop() -> bytes:
    """Two approvals in parallel, again and again until `done`."""
    nodes = (
        '<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="split"/><userTask id="a"/>'
        '<userTask id="b"/><parallelGateway id="join"/><exclusiveGateway id="x" default="x-m"/><endEvent id="e"/>'
    )
    flows = chain("s", "m", "split", "a", "join", "x", "m") + chain("split", "b", "join")
    return file(nodes + flows + flow("x", "e", "done = true"))


def multi_instance(n: int) -> bytes:
    zeebe = (
        "<extensionElements><zeebe:loopCharacteristics inputCollection="
        f'"=for i in 1..{n} return i" inputElement="one"/></extensionElements>'
    )
    loop = f"<multiInstanceLoopCharacteristics>{zeebe}</multiInstanceLoopCharacteristics>"
    body = f'<startEvent id="s"/><userTask id="t">{loop}</userTask><endEvent id="e"/>{chain("s", "t", "e")}'
    return file(body)


class Ours:
    """One case in memory, driven by its marking as casework drives it."""

    def __init__(self, data: bytes, **variables: Any) -> None:
        self.definition = read(_feel(data))
        self.context = TrialContext(_MOMENT, "Asia/Shanghai", {})
        self.offered: deque[int] = deque()
        self.marking = self._run(None, Start(variables=variables))

    def _run(self, marking: Marking | None, stimulus: Any) -> Marking:
        run = advance(self.definition, marking, stimulus, self.context)
        self.offered.extend(one.instance for one in run if isinstance(one, WorkItemOffered))
        return run.marking

    def step(self, **variables: Any) -> bool:
        if not self.offered:
            return False
        item = CompleteItem(instance=self.offered.popleft(), variables=variables)
        self.marking = self._run(self.marking, item)
        return True

    def reload(self) -> int:
        data = self.marking.dump()
        self.marking = Marking.load(data)
        return len(data)


def _feel(data: bytes) -> bytes:
    """Conditions with the sign that makes them FEEL."""
    return data.replace(b'"tFormalExpression">', b'"tFormalExpression">=')


class Stock:
    """SpiffWorkflow as it comes, with its own serializer."""

    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def __init__(self, data: bytes, **variables: Any) -> None:
        parser = BpmnParser()
        python = (
            data.replace(b" = ", b" == ")
            .replace(b"true", b"True")
            .replace(b'isExecutable="True"', b'isExecutable="true"')
        )
        parser.add_bpmn_xml(etree.parse(io.BytesIO(python)))
        self.workflow = BpmnWorkflow(parser.get_spec("p"))
        self.workflow.task_tree.data.update(variables)
        self.workflow.do_engine_steps()

    def step(self, **variables: Any) -> bool:
        ready = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        if not ready:
            return False
        ready[0].data.update(variables)
        ready[0].run()
        self.workflow.do_engine_steps()
        return True

    def reload(self) -> int:
        text = self.serializer.serialize_json(self.workflow)
        self.workflow = self.serializer.deserialize_json(text)
        return len(text)


_MOMENT = datetime(2026, 1, 26, 9, tzinfo=UTC)


def least(rounds: int, measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(rounds))


def cpu(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def steps(kind: Any, data: bytes, number: int, *, reload: bool, **variables: Any) -> Callable[[], float]:
    def measure() -> float:
        one = kind(data, **variables)

        def work() -> None:
            for _ in range(number):
                if reload:
                    one.reload()
                if not one.step(**variables):
                    return

        return cpu(work) / number

    return measure


CASES = (
    ("linear 10", linear(10), 9, {}),
    ("linear 50", linear(50), 49, {}),
    ("linear 200", linear(200), 199, {}),
    ("licensing, 22 nodes", licensing(), 9, {}),
    ("AND in a loop × 100", and_in_loop(), 200, {"done": False}),
    ("AND in a loop × 500", and_in_loop(), 1000, {"done": False}),
    ("multi-instance × 1,000", multi_instance(1000), 300, {}),
)
STOCK_CANNOT = {"AND in a loop × 500", "multi-instance × 1,000"}  # cubic, or another dialect


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    rows = []
    for name, data, number, variables in CASES:
        row: dict[str, Any] = {"model": name}
        for label, kind in (("ours", Ours), ("stock", Stock)):
            if label == "stock" and name in STOCK_CANNOT:
                continue
            rounds = given.rounds
            row[f"{label} create µs"] = round(
                1e6 * least(rounds, lambda k=kind, d=data, v=variables: cpu(lambda: k(d, **v)))
            )
            row[f"{label} step µs"] = round(
                1e6 * least(rounds, steps(kind, data, number, reload=False, **variables))
            )
            row[f"{label} load+step+dump µs"] = round(
                1e6 * least(rounds, steps(kind, data, min(number, 100), reload=True, **variables))
            )
            one = kind(data, **variables)
            for _ in range(min(3, number)):
                one.step(**variables)
            row[f"{label} bytes"] = one.reload()
        rows.append(row)
        print(json.dumps(row, ensure_ascii=False) if given.json else row)


if __name__ == "__main__":
    main()
