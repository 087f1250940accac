"""One push on a case: `advance` checks that the stimulus fits, then yields what happens, one by one.

Called by casework inside its one operation, by replay and by trials. Pure: the moment, the decisions, the
called procedures and the names of the law come from the context; nothing is stored, drawn or looked up.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.case import Case
from engine.bpmn.context import Context
from engine.bpmn.definition import Definition
from engine.bpmn.happenings import Happening
from engine.bpmn.marking import Marking
from engine.bpmn.node import Steps
from engine.bpmn.resting import part, wake, write
from engine.bpmn.stimuli import Start, Stimulus
from engine.bpmn.taking import take
from engine.bpmn.watching import follow_periods, look_outside
from engine.errors import BanjieError, Broken, Conflict, said


class Run(Iterator[Happening]):
    """What a stimulus makes happen, in order. When it is exhausted `marking` is the case after it."""

    def __init__(self, case: Case, before: Marking | None, steps: Steps) -> None:
        self._case = case
        self._before = before
        self._told = self._follow(steps)
        self._done = False
        self._marking: Marking | None = None

    def __next__(self) -> Happening:
        return next(self._told)

    def __iter__(self) -> Iterator[Happening]:
        return self._told

    def _follow(self, steps: Steps) -> Steps:
        case = self._case
        yield from steps
        yield from case.drive()
        if look_outside(case):
            yield from case.drive()
        yield from follow_periods(case)
        self._done = True

    @property
    def marking(self) -> Marking:
        """The marking after the run. Raises Conflict while happenings are still to come."""
        if not self._done:
            raise Conflict(
                said("Expected the run to be followed to its end, but happenings are still to come")
            )
        if self._marking is None:
            self._marking = write(self._case, self._before)
        return self._marking


def advance(definition: Definition, marking: Marking | None, stimulus: Stimulus, context: Context) -> Run:
    """Push on a case (`marking` None: on one that begins).

    Raises Conflict, before anything happens, where the case does not wait for the stimulus; Malformed
    for variables that are no plain JSON; Broken for a marking of another definition.
    """
    case = open_case(definition, marking, stimulus, context)
    steps = take(case, stimulus)
    if marking is not None:
        part(marking)
    return Run(case, marking, steps)


def open_case(definition: Definition, marking: Marking | None, stimulus: Stimulus, context: Context) -> Case:
    """The live case of a marking, or an empty one for a start."""
    if marking is None:
        if not isinstance(stimulus, Start):
            raise Conflict(said("Expected a case that has begun, but this one has not"))
        return Case(definition, _process(definition, stimulus), context)
    if marking.definition != definition.digest:
        raise Broken(
            said(
                "Expected the definition {definition} of the marking, but got {digest}",
                definition=marking.definition[:12],
                digest=definition.digest[:12],
            )
        )
    if marking.ended:
        raise Conflict(said("Expected a case that runs, but this one is over"))
    return wake(marking, definition, context)


def _process(definition: Definition, stimulus: Start) -> str:
    try:
        found = definition.process(stimulus.process)
    except BanjieError as refusal:
        raise Conflict(refusal.sentence) from refusal
    if not found.executable:
        raise Conflict(said("Expected an executable process, but '{id}' is a drawing only", id=found.id))
    return found.id
