"""Random block-structured models, their diagrams, and an interpreter of the blocks that knows no engine.

The reference walks the blocks; the diagram of the same blocks is what the engine runs. Choices read
variables that completions alone write, so both sides decide alike whatever the order of inner steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

NAMES = ("a", "b", "c", "d")
KINDS = (
    *("task", "seq", "seq", "xor", "and", "or", "loop", "many", "again", "sub", "edge", "esp", "catch"),
    *("race", "free"),
)
"""`many` is multi-instance, `again` a standard loop, `race` an event-based gateway, `free` ad-hoc."""
SCOPES = ("sub", "edge", "esp", "catch")
Path = tuple[int, ...]
Place = tuple[str, Path]


@dataclass
class Block:
    """One block; `name` is unique in its model, `number` counts instances."""

    kind: str
    name: str
    parts: list[Block] = field(default_factory=list)
    variable: str = "a"
    number: int = 2
    sequential: bool = False
    interrupting: bool = True


class Maker:
    """Makes a random model from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def model(self) -> Block:
        """A model of moderate size."""
        return Block("sub", "top", [self.block(self.random.randint(3, 5))])

    def block(self, depth: int) -> Block:
        """A random block of at most that depth; in `edge`, `esp`, `catch` the second part handles.

        In a `race` the parts are what is waited for, each with what follows it as its own part.
        """
        kind = "task" if depth <= 0 else self.random.choice(KINDS)
        block = self.fresh(kind)
        if kind in ("seq", "xor", "and", "or"):
            block.parts = [self.part(depth - 1, kind) for _ in range(self.random.randint(2, 3))]
        elif kind == "loop":
            block.parts = [self.fresh("task"), self.block(depth - 1)]
        elif kind == "free":
            block.parts = [self.fresh("task") for _ in range(self.random.randint(1, 3))]
        elif kind == "race":
            block.parts = [self.fresh("wait") for _ in range(self.random.randint(2, 3))]
            for part in block.parts:
                part.parts = [self.part(depth - 1, kind)]
        elif kind != "task":
            block.parts = [self.block(depth - 1), self.fresh("task")]
        return block

    def part(self, depth: int, kind: str) -> Block:
        """A part; a branch may be empty."""
        if kind != "seq" and self.random.random() < 0.15:
            return self.fresh("empty")
        return self.block(depth)

    def fresh(self, kind: str) -> Block:
        """A block without parts."""
        self.count += 1
        choose = self.random
        return Block(
            kind,
            f"{kind}{self.count}",
            variable=choose.choice(NAMES),
            number=choose.randint(0, 3),
            sequential=choose.random() < 0.4,
            interrupting=choose.random() < 0.5,
        )


class Live:
    """A block that runs. `floating` are handlers that run beside it."""

    def __init__(self, block: Block, parent: Live | None, path: Path) -> None:
        self.block = block
        self.parent = parent
        self.path = path
        self.parts: list[Live] = []
        self.floating: list[Live] = []
        self.place = 0
        self.opening = False
        self.handled = False


class Reference:
    """Runs a model directly, block by block."""

    def __init__(self, model: Block, values: dict[str, int]) -> None:
        self.values = dict(values)
        self.top = Live(model, None, ())
        self.ended = False
        self._open(self.top, [model.parts[0]])

    def offered(self) -> list[Place]:
        """The open tasks, sorted."""
        return sorted((live.block.name, live.path) for live in self._walk() if live.block.kind == "task")

    def messages(self) -> list[Place]:
        """The events that can happen now, sorted."""
        return sorted((live.block.name, live.path) for live in self._walk() if _listens(live))

    def complete(self, place: Place, values: dict[str, int]) -> None:
        """Complete an open task that wrote these variables."""
        self.values.update(values)
        self._done(self._find(place, "task"))

    def happen(self, place: Place) -> None:
        """An event happens at a live `edge` or `esp`."""
        live = self._find(place)
        if live.block.kind == "wait":
            assert live.parent is not None
            live.parent.parts = []
            self._enter(live.block.parts[0], live.parent)
            return
        handler = live.block.parts[1]
        if live.block.interrupting:
            live.parts, live.floating, live.handled = [], [], True
            self._enter(handler, live)
        else:
            scope = live if live.block.kind == "esp" else _scope(live)
            self._enter(handler, scope, floating=True)

    def catches(self, place: Place) -> bool:
        """Whether an error on that open task is caught."""
        return self._catcher(place) is not None

    def throw(self, place: Place) -> None:
        """An error on an open task goes to the innermost `catch` around it."""
        live = self._catcher(place)
        assert live is not None
        live.parts, live.floating, live.handled = [], [], True
        self._enter(live.block.parts[1], live)

    def _catcher(self, place: Place) -> Live | None:
        live = self._find(place, "task").parent
        while live is not None and (live.block.kind != "catch" or live.handled):
            live = live.parent
        return live

    def _find(self, place: Place, kind: str | None = None) -> Live:
        return next(
            live
            for live in self._walk()
            if (live.block.name, live.path) == place and (kind is None or live.block.kind == kind)
        )

    def _walk(self) -> Iterator[Live]:
        stack = [] if self.ended else [self.top]
        while stack:
            live = stack.pop()
            yield live
            stack += [*live.parts, *live.floating]

    def _enter(self, block: Block, parent: Live, index: int | None = None, floating: bool = False) -> None:
        live = Live(block, parent, parent.path if index is None else (*parent.path, index))
        (parent.floating if floating else parent.parts).append(live)
        if block.kind == "empty":
            self._done(live)
        elif block.kind in ("many", "again"):
            live.place = 1
            count = min(block.number, 1) if _one_by_one(block) else block.number
            self._open(live, [_instance(block)] * count)
        elif block.kind not in ("task", "wait"):
            self._open(live, self._chosen(block))

    def _open(self, live: Live, parts: list[Block]) -> None:
        live.opening = True
        for index, part in enumerate(parts):
            self._enter(part, live, index + 1 if live.block.kind in ("many", "again") else None)
        live.opening = False
        self._go_on(live)

    def _chosen(self, block: Block) -> list[Block]:
        value = self.values[block.variable]
        if block.kind in ("and", "race", "free"):
            return block.parts
        if block.kind == "or":
            return [part for n, part in enumerate(block.parts) if value >> n & 1] or block.parts[-1:]
        return [block.parts[value % len(block.parts) if block.kind == "xor" else 0]]

    def _done(self, live: Live) -> None:
        parent = live.parent
        if parent is None:
            self.ended = True
            return
        (parent.parts if live in parent.parts else parent.floating).remove(live)
        self._go_on(parent)

    def _go_on(self, live: Live) -> None:
        """When nothing runs in a block any more: its next part, its next round, or its end."""
        if live.opening or live.parts or live.floating:
            return
        block = live.block
        live.place += 1
        if block.kind in ("seq", "loop") and live.place < len(block.parts):
            self._enter(block.parts[live.place], live)
        elif block.kind == "loop" and self.values[block.variable] % 2 == 1:
            live.place = 0
            self._enter(block.parts[0], live)
        elif _one_by_one(block) and live.place <= block.number:
            self._enter(_instance(block), live, live.place)
        else:
            self._done(live)


def _listens(live: Live) -> bool:
    return live.block.kind == "wait" or (live.block.kind in ("edge", "esp") and not live.handled)


def _one_by_one(block: Block) -> bool:
    return block.kind == "again" or (block.kind == "many" and block.sequential)


def _instance(block: Block) -> Block:
    """One instance of a `many` is a body of its own."""
    return Block("sub", f"{block.name}#", [block.parts[0]])


def _scope(live: Live) -> Live:
    """The innermost body around a live block."""
    parent = live.parent
    while parent is not None and parent.block.kind not in SCOPES:
        parent = parent.parent
    assert parent is not None
    return parent


# -- the diagram -------------------------------------------------------------------------------------


class Drawing:
    """The same blocks as BPMN. A `many` or `again` is a repeated sub-process around its part."""

    def __init__(self, model: Block) -> None:
        self.messages: list[str] = []
        self.xml = self._body(model.parts[0], "top")

    def _body(self, block: Block, name: str) -> str:
        inside = self._draw(block)
        start, end = f"s_{name}", f"e_{name}"
        first, last = _ends(block)
        flows = _flow(start, first) + _flow(last, end)
        return f'<startEvent id="{start}"/>{inside}<endEvent id="{end}"/>{flows}'

    def _draw(self, block: Block) -> str:
        name = block.name
        if block.kind == "task":
            return f'<userTask id="{name}"/>'
        if block.kind == "empty":
            return f'<intermediateThrowEvent id="{name}"/>'
        if block.kind == "seq":
            drawn = [self._draw(part) for part in block.parts]
            pairs = zip(block.parts, block.parts[1:], strict=False)
            return "".join(drawn) + "".join(_flow(_ends(a)[1], _ends(b)[0]) for a, b in pairs)
        drawn: dict[str, Callable[[Block], str]] = {
            "xor": self._xor,
            "and": self._and,
            "or": self._or,
            "loop": self._loop,
            "many": self._many,
            "again": self._again,
            "free": self._free,
            "race": self._race,
            "sub": self._sub,
            "esp": self._esp,
            "catch": self._catch,
            "edge": self._edge,
        }
        return drawn[block.kind](block)

    def _xor(self, block: Block) -> str:
        tests = [f"modulo({block.variable}, {len(block.parts)}) = {n}" for n in range(len(block.parts))]
        return self._branches(block, "exclusiveGateway", [*tests[:-1], ""], default=True)

    def _and(self, block: Block) -> str:
        return self._branches(block, "parallelGateway", [""] * len(block.parts))

    def _or(self, block: Block) -> str:
        bits = [f"modulo(floor({block.variable} / {2**n}), 2) = 1" for n in range(len(block.parts))]
        others = " or ".join(bits[:-1])
        return self._branches(block, "inclusiveGateway", [*bits[:-1], f"{bits[-1]} or not({others})"])

    def _branches(self, block: Block, gateway: str, tests: list[str], default: bool = False) -> str:
        name = block.name
        head = f' default="{name}_{len(tests) - 1}"' if default else ""
        drawn = [f'<{gateway} id="{name}_in"{head}/><{gateway} id="{name}_out"/>']
        for n, (part, test) in enumerate(zip(block.parts, tests, strict=True)):
            first, last = _ends(part)
            drawn += [
                self._draw(part),
                _flow(f"{name}_in", first, test, f"{name}_{n}"),
                _flow(last, f"{name}_out"),
            ]
        return "".join(drawn)

    def _loop(self, block: Block) -> str:
        first, second = block.parts
        name = block.name
        return (
            f'<exclusiveGateway id="{name}_in"/><exclusiveGateway id="{name}_out" default="{name}_on"/>'
            f'<intermediateThrowEvent id="{name}_end"/>{self._draw(first)}{self._draw(second)}'
            + _flow(f"{name}_in", first.name)
            + _flow(first.name, _ends(second)[0])
            + _flow(_ends(second)[1], f"{name}_out")
            + _flow(f"{name}_out", f"{name}_in", f"modulo({block.variable}, 2) = 1")
            + _flow(f"{name}_out", f"{name}_end", "", f"{name}_on")
        )

    def _many(self, block: Block) -> str:
        loop = (
            f'<multiInstanceLoopCharacteristics isSequential="{str(block.sequential).lower()}">'
            f"<loopCardinality>={block.number}</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        return f'<subProcess id="{block.name}">{loop}{self._body(block.parts[0], block.name)}</subProcess>'

    def _again(self, block: Block) -> str:
        loop = f'<standardLoopCharacteristics loopMaximum="{block.number}"/>'
        return f'<subProcess id="{block.name}">{loop}{self._body(block.parts[0], block.name)}</subProcess>'

    def _free(self, block: Block) -> str:
        inside = "".join(self._draw(part) for part in block.parts)
        return f'<adHocSubProcess id="{block.name}">{inside}</adHocSubProcess>'

    def _race(self, block: Block) -> str:
        name = block.name
        drawn = [f'<eventBasedGateway id="{name}_in"/><exclusiveGateway id="{name}_out"/>']
        for part in block.parts:
            first, last = _ends(part.parts[0])
            self.messages.append(part.name)
            drawn += [
                f'<intermediateCatchEvent id="{part.name}"><messageEventDefinition '
                f'messageRef="m_{part.name}"/></intermediateCatchEvent>',
                self._draw(part.parts[0]),
                _flow(f"{name}_in", part.name) + _flow(part.name, first) + _flow(last, f"{name}_out"),
            ]
        return "".join(drawn)

    def _sub(self, block: Block, inside: str = "") -> str:
        return f'<subProcess id="{block.name}">{self._body(block.parts[0], block.name)}{inside}</subProcess>'

    def _esp(self, block: Block) -> str:
        self.messages.append(block.name)
        handler, name = block.parts[1].name, block.name
        inside = (
            f'<subProcess id="{name}_h" triggeredByEvent="true">'
            f'<startEvent id="{name}_hs" isInterrupting="{str(block.interrupting).lower()}">'
            f'<messageEventDefinition messageRef="m_{name}"/></startEvent>'
            f'<userTask id="{handler}"/><endEvent id="{name}_he"/>'
            + _flow(f"{name}_hs", handler)
            + _flow(handler, f"{name}_he")
            + "</subProcess>"
        )
        return self._sub(block, inside)

    def _catch(self, block: Block) -> str:
        return self._guarded(block, True, "<errorEventDefinition/>")

    def _edge(self, block: Block) -> str:
        self.messages.append(block.name)
        definition = f'<messageEventDefinition messageRef="m_{block.name}"/>'
        return self._guarded(block, block.interrupting, definition)

    def _guarded(self, block: Block, interrupting: bool, definition: str) -> str:
        handler, name = block.parts[1].name, block.name
        after = f"{name}_out" if interrupting else f"{name}_over"
        cancels = str(interrupting).lower()
        return (
            self._sub(block)
            + f'<boundaryEvent id="{name}_edge" attachedToRef="{name}" cancelActivity="{cancels}">'
            f'{definition}</boundaryEvent><userTask id="{handler}"/><exclusiveGateway id="{name}_out"/>'
            + ("" if interrupting else f'<endEvent id="{name}_over"/>')
            + _flow(name, f"{name}_out")
            + _flow(f"{name}_edge", handler)
            + _flow(handler, after)
        )


def _ends(block: Block) -> tuple[str, str]:
    """The elements a block begins and ends with."""
    name = block.name
    if block.kind == "seq":
        return _ends(block.parts[0])[0], _ends(block.parts[-1])[1]
    if block.kind in ("xor", "and", "or", "race"):
        return f"{name}_in", f"{name}_out"
    if block.kind == "loop":
        return f"{name}_in", f"{name}_end"
    return name, f"{name}_out" if block.kind in ("edge", "catch") else name


def _flow(source: str, target: str, test: str = "", name: str = "") -> str:
    identifier = name or f"{source}_to_{target}"
    head = f'<sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}"'
    return (
        f"{head}><conditionExpression>={test}</conditionExpression></sequenceFlow>" if test else head + "/>"
    )


def size(block: Block) -> int:
    """How many blocks a model has."""
    return 1 + sum(size(part) for part in block.parts)
