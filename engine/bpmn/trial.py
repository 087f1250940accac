"""A case in memory: what a designer's test and `banjie try` hold in their hands.

Starts, completes, throws, moves the clock and reads back trace and variables, without a store. After every
push the marking is written, read again and continued from, so that a trial proves the marking as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.bpmn import stimuli
from engine.bpmn.context import Decided
from engine.bpmn.definition import Definition
from engine.bpmn.happenings import (
    DueArmed,
    DueDisarmed,
    ElementEntered,
    ElementLeft,
    Happening,
    MessageThrown,
    RunEnded,
    VariableSet,
)
from engine.bpmn.marking import Marking, Waiting
from engine.bpmn.reader import read
from engine.bpmn.run import advance
from engine.canonical import digest
from engine.clock import read_moment
from engine.errors import Conflict, NotFound, listed, said

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "eventSubProcess",
        "transaction",
        "adHocSubProcess",
        "callActivity",
    }
)
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Where a trial's clock stands unless it is told otherwise: nine in the morning in China."""
Decision = Callable[[Mapping[str, Any]], Any]


class TrialContext:
    """A host of nothing but memory."""

    def __init__(self, moment: datetime, zone: str, names: Mapping[str, Any]) -> None:
        self.moment = moment
        self.zone = ZoneInfo(zone)
        self.given = dict(names)
        self.known: dict[str, Definition] = {}
        self.decisions: dict[str, Decision] = {}

    def names(self, scopes: tuple[int, ...]) -> Mapping[str, Any]:
        """The names a test lends, and the present moment in the zone."""
        return {"now": self.moment.astimezone(self.zone), **self.given}

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        """Ask the test's decision. Raises NotFound."""
        if decision not in self.decisions:
            raise NotFound(said("Expected a decision '{decision}', but there is none", decision=decision))
        return Decided(value=self.decisions[decision](variables), digest=digest(decision))

    def procedure(self, process: str) -> Definition:
        """The definition that holds a process. Raises NotFound."""
        for definition in self.known.values():
            if process in definition.processes and definition.processes[process].executable:
                return definition
        raise NotFound(said("Expected a procedure '{process}', but there is none", process=process))

    def definition(self, digest: str) -> Definition:
        """A definition by digest. Raises NotFound."""
        if digest not in self.known:
            raise NotFound(said("Expected a definition {digest}, but there is none", digest=digest[:12]))
        return self.known[digest]


class Trial:
    """One case of a diagram, run in memory."""

    def __init__(
        self,
        diagram: bytes | str | Definition,
        *,
        others: Iterable[bytes | str | Definition] = (),
        decisions: Mapping[str, Decision] | None = None,
        names: Mapping[str, Any] | None = None,
        moment: datetime = MONDAY,
        zone: str = "Asia/Shanghai",
        watch: Callable[[Happening], None] | None = None,
    ) -> None:
        self.definition = _definition(diagram)
        self.context = TrialContext(moment, zone, names or {})
        for one in (self.definition, *map(_definition, others)):
            self.context.known.setdefault(one.digest, one)
        self.context.decisions.update(decisions or {})
        self.marking: Marking | None = None
        self.happenings: list[Happening] = []
        self._delivered = 0
        self._watch = watch
        self._due: dict[int, str] = {}

    # -- pushing -------------------------------------------------------------------------------------

    def push(self, stimulus: stimuli.Stimulus) -> list[Happening]:
        """Any stimulus; what it made happen. Raises as `advance`."""
        run = advance(self.definition, self.marking, stimulus, self.context)
        happened = []
        for happening in run:
            happened.append(happening)
            self._fold(happening)
        self.marking = Marking.load(run.marking.dump())
        self.happenings += happened
        return happened

    def start(self, process: str | None = None, *, event: str | None = None, **variables: Any) -> Trial:
        """Begin the case."""
        self.push(stimuli.Start(process=process, event=event, variables=variables))
        return self

    def complete(self, where: str | int, **variables: Any) -> list[Happening]:
        """Complete the (oldest) work item of an element, or that of an instance."""
        return self.push(stimuli.CompleteItem(instance=self._at(where, "item"), variables=variables))

    def complete_job(self, where: str | int, **variables: Any) -> list[Happening]:
        """Complete the (oldest) job of an element, or that of an instance."""
        return self.push(stimuli.CompleteJob(instance=self._at(where, "job"), variables=variables))

    def fail_job(self, where: str | int, sentence: str = "no answer") -> list[Happening]:
        """Report a job that is out of retries."""
        return self.push(stimuli.FailJob(instance=self._at(where, "job"), sentence=sentence))

    def throw(self, where: str | int, code: str, **variables: Any) -> list[Happening]:
        """Report a BPMN error on a work item or job."""
        instance = self._at(where, "item", "job")
        return self.push(stimuli.ThrowError(instance=instance, code=code, variables=variables))

    def message(self, name: str, key: str | None = None, **variables: Any) -> list[Happening]:
        """Send the case a message."""
        return self.push(stimuli.Correlate(name=name, key=key, variables=variables))

    def signal(self, name: str, **variables: Any) -> list[Happening]:
        """Broadcast a signal to the case."""
        return self.push(stimuli.Broadcast(name=name, variables=variables))

    def retry(self, where: str | int, **variables: Any) -> list[Happening]:
        """Try the element of an incident again."""
        return self.push(stimuli.Retry(instance=self._at(where, "incident"), variables=variables))

    def set(self, scope: int | None = None, **variables: Any) -> list[Happening]:
        """Correct variables of a scope (the outermost where None)."""
        at = self._now().root if scope is None else scope
        return self.push(stimuli.SetVariables(scope=at, variables=variables))

    def terminate(self) -> list[Happening]:
        """End the case now."""
        return self.push(stimuli.Terminate())

    def deliver(self) -> int:
        """Give messages the case threw to elements of it that wait for them; how many got one."""
        thrown = [one for one in self.happenings if isinstance(one, MessageThrown)]
        fresh, count = thrown[self._delivered :], 0
        self._delivered = len(thrown)
        for one in fresh:
            try:
                self.push(stimuli.Correlate(name=one.name, key=one.key, variables=one.variables))
                count += 1
            except Conflict:
                continue
        return count

    # -- the clock -----------------------------------------------------------------------------------

    def move(self, by: timedelta) -> Trial:
        """Move the clock forward; timers that come due fire in their order, each at its moment."""
        end = self.context.moment + by
        while self._due and not self.ended:
            at, instance = min((at, instance) for instance, at in self._due.items())
            if read_moment(at) > end:
                break
            self.context.moment = max(self.context.moment, read_moment(at))
            self.push(stimuli.Fire(instance=instance))
        self.context.moment = end
        return self

    def due(self) -> list[tuple[str, str]]:
        """Armed timers as (moment, element), the next first."""
        return sorted((one.at, one.element) for one in self.waiting("timer") if one.at is not None)

    # -- reading -------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return self.marking is not None and self.marking.ended

    @property
    def ends(self) -> tuple[str, ...]:
        """The end events reached in the outermost process."""
        return next((one.ends for one in reversed(self.happenings) if isinstance(one, RunEnded)), ())

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the outermost scope, also when the case is over."""
        root = None
        found: dict[str, Any] = {}
        for one in self.happenings:
            if root is None:
                root = getattr(one, "scope", None)
            if isinstance(one, VariableSet) and one.scope == root:
                found[one.name] = one.value
        return found

    def waiting(self, *kinds: str) -> list[Waiting]:
        """What the case waits for (of these kinds; of any)."""
        found = [] if self.marking is None else self.marking.waiting()
        return [one for one in found if not kinds or one.kind in kinds]

    def open(self, *kinds: str) -> list[str]:
        """The elements the case waits at, oldest first."""
        return [one.element for one in self.waiting(*kinds)]

    @property
    def trace(self) -> list[tuple[str, str]]:
        """Activities entered and completed (or cancelled, failed), in order, as (what, element)."""
        found = []
        for one in self.happenings:
            if isinstance(one, ElementEntered) and self._counts(one):
                found.append(("entered", one.element))
            elif isinstance(one, ElementLeft) and self._counts(one):
                found.append((one.outcome, one.element))
        return found

    @property
    def done(self) -> list[str]:
        """The activities completed, in order."""
        return [element for what, element in self.trace if what == "completed"]

    @property
    def passed(self) -> list[str]:
        """Every element completed but processes, in order."""
        return [
            one.element
            for one in self.happenings
            if isinstance(one, ElementLeft)
            and one.outcome == "completed"
            and not one.repeats
            and self._kind(one.element) != "process"
        ]

    # -- inside --------------------------------------------------------------------------------------

    def _now(self) -> Marking:
        if self.marking is None:
            raise Conflict(said("Expected a case that has begun, but this one has not"))
        return self.marking

    def _at(self, where: str | int, *kinds: str) -> int:
        if isinstance(where, int):
            return where
        found = [one.instance for one in self.waiting(*kinds) if one.element == where]
        if not found:
            raise Conflict(
                said(
                    "Expected an open {kinds} of '{where}', but the case waits at {open}",
                    kinds=listed(kinds, " or "),
                    where=where,
                    open=self.open(),
                )
            )
        return found[0]

    def _counts(self, one: ElementEntered | ElementLeft) -> bool:
        return not one.repeats and self._kind(one.element) in ACTIVITIES

    def _kind(self, element: str) -> str:
        for definition in self.context.known.values():
            if element in definition.elements:
                return definition.elements[element].kind
        return ""

    def _fold(self, happening: Happening) -> None:
        if isinstance(happening, DueArmed):
            self._due[happening.instance] = happening.at
        elif isinstance(happening, DueDisarmed):
            self._due.pop(happening.instance, None)
        if self._watch is not None:
            self._watch(happening)


def _definition(diagram: bytes | str | Definition) -> Definition:
    if isinstance(diagram, Definition):
        return diagram
    return read(diagram if isinstance(diagram, bytes) else diagram.encode())
