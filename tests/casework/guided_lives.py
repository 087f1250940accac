"""Where a life on paper goes next: by chance, drawn to what no life has passed yet.

Used by `test_a_thousand_lives.py` and the mining tests. Lives may share their beginning: a life forks off
from where an earlier one stood before a choice, and whatever it comes to is a case of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from followed_examples import followed
from paper_lives import Life, Paper

from timers.examples import Example

Place = tuple[str, str]  # digest of a diagram, id of an element
PAUSES = (30, 90, 240, 1440, 2880, 4320, 20_160)  # minutes between acts; the last lets limits pass
LONGEST, BRIEF, LED_ON = 40, 1, 4
"""Things done in a life after it began or forked: one in four is led on, the others are left under way."""
FAR = 1_000
KEPT = 3  # lives kept that stand at the same place


@dataclass(frozen=True)
class Option:
    """What may be done next: complete an item, send a message, or wait until something is due."""

    kind: str
    key: int = 0
    due: tuple[datetime, str] | None = None
    far: int = FAR


@dataclass
class Crossroads:
    """Lives that stand before the same choice, and how often one was led on from there."""

    lives: list[Life] = field(default_factory=list)
    seen: int = 0
    tried: int = 0
    far: int = FAR


class Guide:
    """Leads lives to where nobody has been."""

    def __init__(self, paper: Paper, led_on: int = LED_ON) -> None:
        self.paper = paper
        self.led_on = led_on
        self.rng = paper.rng
        self.flows = paper.flows()
        self.crossroads: dict[str, dict[tuple[Place, ...], Crossroads]] = {}
        self.ends: set[int] = set()  # which entries others may have gone on from
        self._far: dict[Place, int] = {}
        self._known = (-1, -1)

    @property
    def untaken(self) -> list[tuple[str, str]]:
        """The flows that no life has taken, each with the digest of its diagram."""
        return sorted(set(self.flows) - set(self.paper.passed))

    def live(self, number: int, procedure: str) -> Life:
        """A life of a procedure, begun anew or forked off; without entries where nobody received the case."""
        self._measure()
        life = self._forked(procedure) or self.paper.begin(number, procedure)
        most = LONGEST if self.rng.randrange(self.led_on) == 0 else BRIEF
        for _ in range(most if life.entries else 0):
            options = self._options(life)
            if not (life.state.open and options):
                break
            self._remember(life, procedure, options)
            self._go(life, self._chosen(options))
        return life

    def follow(self, number: int, example: Example) -> Life:
        """A life that an example tells; others may go on from wherever it stood."""
        life = Life()
        for life in followed(self.paper, number, example):
            options = self._options(life)
            if life.state.open and options:
                self._remember(life, life.state.procedure, options)
        return life

    # -- where to go on from -------------------------------------------------------------------------

    def _forked(self, procedure: str) -> Life | None:
        """A life that goes on from a crossroads near to something new; None to begin one anew."""
        near = [one for one in self.crossroads.get(procedure, {}).values() if one.far < FAR]
        if not near or self.rng.random() < 0.15:
            return None
        weights = [1 / ((1 + one.tried) * one.far) for one in near]
        found = self.rng.choices(near, weights)[0]
        found.tried += 1
        return self.rng.choice(found.lives).fork()

    def _remember(self, life: Life, procedure: str, options: list[Option]) -> None:
        waiting = tuple(sorted(self._waiting(life)))
        found = self.crossroads.setdefault(procedure, {}).setdefault(waiting, Crossroads())
        found.seen += 1
        self.ends.add(id(life.entries[-1]))
        found.far = min(option.far for option in options)
        if len(found.lives) < KEPT:
            found.lives.append(life.fork())
        elif self.rng.random() < KEPT / found.seen:
            found.lives[self.rng.randrange(KEPT)] = life.fork()

    def _waiting(self, life: Life) -> Iterator[Place]:
        state = life.state
        for row in (*state.items.values(), *state.subscriptions.values(), *state.timers.values()):
            yield self.paper.diagram(life, row.get("scope")), str(row["element"])

    # -- what to do ----------------------------------------------------------------------------------

    def _options(self, life: Life) -> list[Option]:
        state = life.state
        found = [Option("item", key, None, self._near(life, row)) for key, row in sorted(state.items.items())]
        for key in self.paper.messages(life):
            found.append(Option("message", key, None, self._near(life, state.subscriptions[key])))
        due = self.paper.next_due(life)
        if due is not None:
            # Whatever is due next: the timer that leads on comes up in the end.
            far = min((self._near(life, row) for row in state.timers.values()), default=FAR)
            found.append(Option("due", 0, due, far))
        return found

    def _near(self, life: Life, row: dict[str, object]) -> int:
        scope = row.get("scope")
        place = self.paper.diagram(life, scope if isinstance(scope, int) else None), str(row["element"])
        return self._far.get(place, FAR)

    def _chosen(self, options: list[Option]) -> Option:
        plain = {"item": 0.02, "message": 0.003, "due": 0.004}
        weights = [plain[one.kind] + (1 / one.far**2 if one.far < FAR else 0) for one in options]
        return self.rng.choices(options, weights)[0]

    def _go(self, life: Life, option: Option) -> None:
        if option.due is not None:
            self.paper.wait(life, option.due)
            return
        after = timedelta(minutes=self.rng.choice(PAUSES))
        due = self.paper.next_due(life)
        if due is not None and due[0] <= life.moment + after:
            after = timedelta(minutes=30)  # in time, where time is short
        if due is not None and due[0] <= life.moment + after:
            self.paper.wait(life, due)
        else:
            self.paper.act(life, option.kind, option.key, after)

    # -- how far it is to something new ----------------------------------------------------------------

    def _measure(self) -> None:
        """For every element, how many flows it is to one that nobody has taken."""
        known = (len(self.paper.passed), sum(map(len, self.paper.called.values())))
        if known == self._known:
            return
        self._known = known
        before: dict[Place, list[Place]] = {}
        for source, target in self._ways():
            before.setdefault(target, []).append(source)
        self._far = {(digest, self.flows[digest, flow].source): 1 for digest, flow in self.untaken}
        todo = deque(self._far)
        while todo:
            place = todo.popleft()
            for source in before.get(place, ()):
                if source not in self._far:
                    self._far[source] = self._far[place] + 1
                    todo.append(source)
        for procedure in self.crossroads.values():
            for waiting, found in procedure.items():
                found.far = min((self._far.get(place, FAR) for place in waiting), default=FAR)

    def _ways(self) -> Iterator[tuple[Place, Place]]:
        """From which element a token may come to which: flows, into and out of bodies, calls and back."""
        for (digest, _), flow in self.flows.items():
            yield (digest, flow.source), (digest, flow.target)
        for digest in {digest for digest, _ in self.flows}:
            elements = self.paper.definition(digest).elements
            for one in elements.values():
                if one.parent or one.kind != "process":
                    outer = (digest, one.parent or one.process)
                    yield outer, (digest, one.id)
                    if one.kind == "endEvent":
                        yield (digest, one.id), outer
            for caller in self.paper.called.get(digest, ()):
                for process in (one for one in elements.values() if one.kind == "process"):
                    yield caller, (digest, process.id)
                    yield (digest, process.id), caller


def lives(guide: Guide, number: int, told: Sequence[Example] = ()) -> Iterator[Life]:
    """So many lives, no two the same: those that examples tell, then the procedures in turn."""
    procedures = guide.paper.procedures()
    made: set[str] = set()
    for tried in range(1, number * 3 + 1):
        if len(made) >= number:
            return
        if tried <= len(told):
            life = guide.follow(tried, told[tried - 1])
        else:
            life = guide.live(tried, procedures[tried % len(procedures)])
        if life.entries and life.entries[-1].hash not in made:
            made.add(life.entries[-1].hash)
            yield life
