"""The token run beside stock SpiffWorkflow: CPU time per completed user task, create, dump + load.

    python benchmarks/token_run.py [--rounds 5] [--only PART]

Every figure is microseconds of CPU time, the least of several rounds in one process, so compare columns of
one run, never runs. A step is: complete one user task, run to the next one; the case stays in memory. The
first and the last steps of a case tell whether its history costs anything. Load + step + dump is what
casework pays for a work item.
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


WINDOW = 50
"""Steps whose cost is taken together: long enough for the clock, short enough to fall between others' work."""


def cpu(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def windows(kind: Any, data: bytes, number: int, *, reload: bool, **variables: Any) -> list[float]:
    """CPU seconds a step of one case, window by window from its first step to its last."""
    one, found = kind(data, **variables), []

    def work(count: int) -> None:
        for _ in range(count):
            if reload:
                one.reload()
            one.step(**variables)

    while number > 0:
        count = min(number, WINDOW)
        found.append(cpu(lambda count=count: work(count)) / count)
        number -= count
    return found


def least(rounds: int, measure: Callable[[], list[float]]) -> list[int]:
    """Microseconds of each window: the least of several rounds."""
    return [round(1e6 * min(window)) for window in zip(*(measure() for _ in range(rounds)), strict=True)]


CASES = (
    ("linear 10", linear(10), 9, {}),
    ("linear 50", linear(50), 49, {}),
    ("linear 200", linear(200), 199, {}),
    ("licensing, 22 nodes", licensing(), 9, {}),
    ("AND in a loop × 100", and_in_loop(), 200, {"done": False}),
    ("AND in a loop × 500", and_in_loop(), 1000, {"done": False}),
    ("multi-instance × 100", multi_instance(100), 100, {}),
    ("multi-instance × 1,000", multi_instance(1000), 1000, {}),
    ("multi-instance × 10,000", multi_instance(10_000), 1000, {}),
)
STOCK_CANNOT = {"AND in a loop × 500"}  # cubic


def row_of(name: str, data: bytes, number: int, variables: dict[str, Any], rounds: int) -> dict[str, Any]:
    """One line of the table."""
    row: dict[str, Any] = {"model": name}
    for label, kind in (("ours", Ours), ("stock", Stock)):
        if label == "stock" and (name in STOCK_CANNOT or name.startswith("multi-instance")):
            continue  # its dialect has no such collection
        row[f"{label} create"] = least(rounds, lambda k=kind: [cpu(lambda: k(data, **variables))])[0]
        plain = least(rounds, lambda k=kind: windows(k, data, number, reload=False, **variables))
        row[f"{label} first steps"], row[f"{label} last steps"] = plain[0], plain[-1]
        stored = least(rounds, lambda k=kind: windows(k, data, min(number, WINDOW), reload=True, **variables))
        row[f"{label} load+step+dump"] = stored[0]
        one = kind(data, **variables)
        for _ in range(min(3, number)):
            one.step(**variables)
        row[f"{label} bytes"] = one.reload()
    return row


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only", default="", help="part of a model's name")
    given = arguments.parse_args()
    for name, data, number, variables in CASES:
        if given.only in name:
            print(json.dumps(row_of(name, data, number, variables, given.rounds), ensure_ascii=False))


if __name__ == "__main__":
    main()
