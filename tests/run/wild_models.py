"""Random diagrams without any structure: loops, crossings, every kind of element and event."""

from __future__ import annotations

import random

ROOTS = (
    '<message id="m" name="m"/><signal id="sig" name="sig"/><error id="err" errorCode="E"/>'
    '<error id="err2" errorCode="F"/><escalation id="esc" escalationCode="X"/>'
)
DEFINITIONS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="sig"/>',
    "timer": "<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>",
    "conditional": "<conditionalEventDefinition><condition>=x > 5</condition></conditionalEventDefinition>",
    "error": '<errorEventDefinition errorRef="err"/>',
    "any error": "<errorEventDefinition/>",
    "escalation": '<escalationEventDefinition escalationRef="esc"/>',
    "compensation": "<compensateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "terminate": "<terminateEventDefinition/>",
    "link": '<linkEventDefinition name="{}"/>',
}
CATCH = ("message", "signal", "timer", "conditional")
THROW = ("message", "signal", "escalation", "compensation")
LOOPS = (
    "<standardLoopCharacteristics loopMaximum='2'/>",
    "<multiInstanceLoopCharacteristics><loopCardinality>=modulo(x, 4)</loopCardinality>"
    "</multiInstanceLoopCharacteristics>",
    '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>=modulo(x, 4)</loopCardinality>'
    "<completionCondition>=numberOfCompletedInstances >= 2</completionCondition>"
    "</multiInstanceLoopCharacteristics>",
)
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway")
TESTS = ("x > 3", "modulo(x, 2) = 0", "y = null", "not(x > 7)", "x > missing")


class Wild:
    """Draws one diagram from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.hosts: dict[str, str] = {}
        self.xml = self.body(2, "process")

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def body(self, depth: int, kind: str) -> str:
        """A body with a start, some nodes and flows anywhere."""
        choose = self.random
        start = self.name()
        out = [f'<startEvent id="{start}"/>']
        nodes = [self.node(depth, out, kind) for _ in range(choose.randint(3, 8))]
        sources = [start, *nodes]
        if choose.random() < 0.25:
            sources += self.link(out)
        for node in nodes:
            sources += self.edges(node, nodes, out) if node in self.hosts else []
        ends = [node for node in nodes if choose.random() < 0.2]
        for index, source in enumerate(sources):
            if source not in ends:
                self.flows(index, source, nodes, out)
        if depth and choose.random() < 0.4:
            out.append(self.event_sub_process(depth))
        if choose.random() < 0.5:
            end = choose.choice(["terminate", "error", "escalation", "compensation", "signal"])
            end = "cancel" if kind == "transaction" and choose.random() < 0.5 else end
            name = self.name()
            out += [
                f'<endEvent id="{name}">{DEFINITIONS[end]}</endEvent>',
                self.flow(choose.choice(nodes), name),
            ]
        return "".join(out)

    def node(self, depth: int, out: list[str], around: str) -> str:
        """A random node."""
        name = self.name()
        roll = self.random.random()
        if depth and roll < 0.2:
            kind = self.random.choice(["subProcess", "subProcess", "transaction"])
            out.append(f'<{kind} id="{name}">{self.loop()}{self.body(depth - 1, kind)}</{kind}>')
            self.hosts[name] = kind
        elif roll < 0.55:
            kind = self.random.choice(["userTask", "userTask", "task", "serviceTask"])
            job = '<extensionElements><zeebe:taskDefinition type="t"/></extensionElements>'
            inside = (job if kind == "serviceTask" else "") + self.loop()
            out.append(f'<{kind} id="{name}">{inside}</{kind}>')
            self.hosts[name] = kind
        elif roll < 0.8:
            kind = self.random.choice(GATEWAYS)
            test = "=activationCount > 1" if kind == "complexGateway" else ""
            inside = f"<activationCondition>{test}</activationCondition>" if test else ""
            out.append(f'<{kind} id="{name}">{inside}</{kind}>')
        elif roll < 0.9:
            inside = DEFINITIONS[self.random.choice(CATCH)]
            out.append(f'<intermediateCatchEvent id="{name}">{inside}</intermediateCatchEvent>')
        else:
            inside = DEFINITIONS[self.random.choice(THROW)]
            out.append(f'<intermediateThrowEvent id="{name}">{inside}</intermediateThrowEvent>')
        return name

    def loop(self) -> str:
        """A repetition, now and then."""
        return self.random.choice(LOOPS) if self.random.random() < 0.15 else ""

    def link(self, out: list[str]) -> list[str]:
        """A pair of links; the one that catches."""
        thrown, caught = self.name(), self.name()
        definition = DEFINITIONS["link"].format(thrown)
        out.append(f'<intermediateThrowEvent id="{thrown}">{definition}</intermediateThrowEvent>')
        out.append(f'<intermediateCatchEvent id="{caught}">{definition}</intermediateCatchEvent>')
        return [caught]

    def edges(self, host: str, nodes: list[str], out: list[str]) -> list[str]:
        """Boundary events of an activity; those that have a way on."""
        found = []
        for kind in self.random.sample([*CATCH, "error", "any error", "escalation", "compensation"], 2):
            if self.random.random() < 0.6:
                continue
            name = self.name()
            cancels = "true" if "error" in kind or self.random.random() < 0.5 else "false"
            out.append(
                f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{cancels}">'
                f"{DEFINITIONS[kind]}</boundaryEvent>"
            )
            if kind == "compensation":
                handler = self.name()
                out.append(f'<userTask id="{handler}" isForCompensation="true"/>')
                out.append(f'<association id="{self.name()}" sourceRef="{name}" targetRef="{handler}"/>')
            else:
                found.append(name)
        if self.hosts[host] == "transaction":
            name = self.name()
            cancel = DEFINITIONS["cancel"]
            out.append(f'<boundaryEvent id="{name}" attachedToRef="{host}">{cancel}</boundaryEvent>')
            found.append(name)
        return found

    def flows(self, index: int, source: str, nodes: list[str], out: list[str]) -> None:
        """One or two ways out, mostly forward."""
        for _ in range(self.random.choice([1, 1, 1, 2])):
            ahead = nodes[index:] if self.random.random() < 0.8 else nodes
            test = self.random.choice(TESTS) if self.random.random() < 0.2 else ""
            if ahead:
                out.append(self.flow(source, self.random.choice(ahead), test))

    def flow(self, source: str, target: str, test: str = "") -> str:
        """A flow."""
        head = f'<sequenceFlow id="{self.name()}" sourceRef="{source}" targetRef="{target}"'
        if not test:
            return head + "/>"
        return f"{head}><conditionExpression>={test}</conditionExpression></sequenceFlow>"

    def event_sub_process(self, depth: int) -> str:
        """An event sub-process with any trigger."""
        name, start, task, end = (self.name() for _ in range(4))
        kind = self.random.choice([*CATCH, "error", "any error", "escalation", "compensation"])
        interrupting = "true" if "error" in kind or self.random.random() < 0.5 else "false"
        inside = self.random.choice(["", DEFINITIONS["compensation"], DEFINITIONS["error"]])
        return (
            f'<subProcess id="{name}" triggeredByEvent="true">'
            f'<startEvent id="{start}" isInterrupting="{interrupting}">{DEFINITIONS[kind]}</startEvent>'
            f'<userTask id="{task}"/><endEvent id="{end}">{inside}</endEvent>'
            f"{self.flow(start, task)}{self.flow(task, end)}</subProcess>"
        )
