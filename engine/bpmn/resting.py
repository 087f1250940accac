"""Between two stimuli: a case that has come to rest is written to its marking, and a marking lives again.

Called by `run`. Written are the rows of what the case has touched, so a step costs what it touches; restored
is everything, and only where the live case is not at hand. Both ways go on alike, to the byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.case import Case
from engine.bpmn.event import START, Watch
from engine.bpmn.marking import TABLES, VERSION, Marking
from engine.bpmn.rows import Fields, Table
from engine.bpmn.scope import Frame, Scope
from engine.bpmn.token import ERROR, STARTED, WAITING, Token
from engine.errors import Broken, said

if TYPE_CHECKING:
    from engine.bpmn.context import Context
    from engine.bpmn.definition import Definition

_STATES = {"s": STARTED, "w": WAITING, "e": ERROR}
_LETTERS = {state: letter for letter, state in _STATES.items()}


def wake(marking: Marking, definition: Definition, context: Context) -> Case:
    """The live case of a marking, which keeps it until `part`. Raises Broken for another definition's."""
    case = marking.live
    if case is None:
        case = Case(definition, marking.process, context)
        _restore(case, marking)
        marking.live = case
    case.context = context
    return case


def part(marking: Marking) -> None:
    """The live case of a marking moves on; the marking keeps its rows."""
    marking.live = None


def write(case: Case, before: Marking | None) -> Marking:
    """The marking of a case at rest that has gone on from another (None: that has begun)."""
    tables = {name: Table({}) for name in TABLES} if before is None else before.tables
    touched = case.touched
    found = Marking(
        _head(case),
        {
            "s": tables["s"].changed(touched.scopes, case.scopes, _scope_row),
            "f": tables["f"].changed(touched.frames, case.frames, _frame_row),
            "t": tables["t"].changed(touched.tokens, case.live, _token_row),
            "w": tables["w"].changed(touched.watches, case.watches, _watch_row),
        },
    )
    if not case.ended:
        case.rest()
        found.live = case
    return found


def _head(case: Case) -> dict[str, Any]:
    return {
        "v": VERSION,
        "d": case.definition.digest,
        "p": case.process,
        "n": case.seq,
        "z": case.ended,
        "e": list(case.ends),
    }


def _scope_row(scope: Scope) -> Fields:
    parent = None if scope.parent is None else scope.parent.id
    return [scope.id, parent, scope.element, scope.barrier, dict(scope.variables)]


def _frame_row(frame: Frame) -> Fields:
    digest = None if frame.definition == frame.case.definition else frame.definition.digest
    owner = None if frame.owner is None else frame.owner.id
    return [
        frame.id,
        owner,
        frame.spec.name,
        digest,
        frame.interrupted,
        list(frame.records),
        dict(frame.memory),
    ]


def _token_row(token: Token) -> Fields:
    own = None if token.own is None else token.own.id
    outer = token.outer
    return [
        token.id,
        token.workflow.id,
        token.task_spec.name,
        _LETTERS[token._state],
        token.phase,
        token.came_by,
        own,
        None if outer is None else outer.id,
        token.entered,
        dict(token.internal_data),
    ]


def _watch_row(watch: Watch) -> Fields:
    notes = {**watch.memory, "k": watch.definition.kind}
    return [watch.id, watch.role, watch.host.id, watch.node.name, watch.index, notes]


def _restore(case: Case, marking: Marking) -> None:
    """Fill an empty case from a marking. Raises Broken where it does not fit the definitions."""
    plain = marking.plain
    case.seq = plain["n"]
    case.ended = plain["z"]
    case.ends = list(plain["e"])
    try:
        _restore_scopes(case, plain["s"])
        _restore_flow(case, plain["f"], plain["t"])
        for row in plain["w"]:
            _restore_watch(case, row)
    except (KeyError, IndexError, TypeError) as error:
        raise Broken(
            said("Expected a marking of this diagram, but {error!r} is not in it", error=error)
        ) from error
    case.rest()


def _restore_scopes(case: Case, rows: list[Any]) -> None:
    for identifier, parent, element, barrier, variables in rows:
        scope = Scope(identifier, None if parent is None else case.scopes[parent], element, barrier=barrier)
        scope.variables = dict(variables)
        case.scopes[identifier] = scope


def _restore_flow(case: Case, frames: list[Any], tokens: list[Any]) -> None:
    """Frames need their owner, tokens their frame: both are numbered in the order they were made."""
    waiting = {row[0]: row for row in frames}
    rows = {row[0]: row for row in tokens}
    for identifier in sorted({*waiting, *rows}):
        if identifier in waiting:
            _restore_frame(case, waiting[identifier], rows)
        if identifier in rows and identifier not in case.live:
            _restore_token(case, rows[identifier])


def _restore_frame(case: Case, row: list[Any], rows: dict[int, list[Any]]) -> None:
    identifier, owner, body, digest, interrupted, records, notes = row
    definition = case.definition if digest is None else case.context.definition(digest)
    holder = None
    if owner is not None:
        if owner not in case.live:
            _restore_token(case, rows[owner])
        holder = case.live[owner]
    frame = case.open_frame(definition.bodies[body], case.scopes[identifier], holder, definition)
    frame.interrupted = interrupted
    frame.records = list(records)
    frame.notes.update(notes)
    if owner is None:
        case.root = frame


def _restore_token(case: Case, row: list[Any]) -> None:
    identifier, frame_id, node, state, phase, came_by, own, outer, entered, notes = row
    frame = case.frames[frame_id]
    if identifier == frame_id:
        token = frame.task_tree
    else:
        parent = frame.tasks[outer] if outer is not None else frame.task_tree
        token = Token(frame, frame.spec.task_specs[node], parent, id=identifier, came_by=came_by)
    token._set_state(_STATES[state])
    token.phase = phase
    token.own = None if own is None else case.scopes[own]
    token.entered = entered
    token.notes.update(notes)
    case.live[identifier] = token
    if "job" in notes:
        case.jobs[notes["job"]] = identifier
    if state == "w":
        token.task_spec.rejoin(token)


def _restore_watch(case: Case, row: list[Any]) -> None:
    identifier, role, host_id, node, index, notes = row
    host = case.frames[host_id] if role == START else case.live[host_id]
    spec = _event_node(case, role, host, node)
    watch = Watch(identifier, role, host, spec, index)
    watch.notes.update({name: value for name, value in notes.items() if name != "k"})
    case.listen(watch)


def _event_node(case: Case, role: str, host: Any, node: str) -> Any:
    frame = host if role == START else host.workflow
    return frame.definition.nodes[node]
