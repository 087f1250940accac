"""The marking: everything a case is between two stimuli, and nothing that was.

Made by `run` when a case has come to rest, stored by casework beside its digest. Plain data in one canonical
written form; integers name scopes, tokens and watches. It never holds the diagram and never a history.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.bpmn.event import START, Watch
from engine.bpmn.scope import Frame, Scope
from engine.bpmn.token import ERROR, STARTED, WAITING, Token
from engine.errors import Broken, NotFound

if TYPE_CHECKING:
    from engine.bpmn.case import Case

VERSION = 1
_STATES = {"s": STARTED, "w": WAITING, "e": ERROR}
_LETTERS = {state: letter for letter, state in _STATES.items()}
_WORDS = {"s": "started", "w": "waiting", "e": "incident"}


@dataclass(frozen=True)
class Waiting:
    """Something the case waits for: `kind` is item, job, message, signal, timer, conditional or incident.

    `name` is the message's or signal's name or the incident's sentence, `at` a timer's due moment.
    """

    instance: int
    element: str
    scope: int
    kind: str
    name: str | None = None
    key: str | None = None
    at: str | None = None


class Marking:
    """An immutable marking. Two are equal when their written forms are."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self._plain = plain

    @classmethod
    def load(cls, data: bytes | str) -> Marking:
        """The marking of a written form. Raises Malformed for no JSON, Broken for no marking."""
        plain = canonical.loads(data)
        if not isinstance(plain, dict) or plain.get("v") != VERSION:
            raise Broken(f"Expected a marking of version {VERSION}, but the stored data is none")
        return cls(plain)

    def dump(self) -> bytes:
        """The canonical written form."""
        return self._written

    @cached_property
    def _written(self) -> bytes:
        return canonical.dumps(self._plain).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the written form."""
        return canonical.digest_bytes(self._written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Marking) and other._written == self._written

    def __hash__(self) -> int:
        return hash(self._written)

    @property
    def definition(self) -> str:
        """Digest of the definition the case began under."""
        return str(self._plain["d"])

    @property
    def process(self) -> str:
        """Id of the outermost process."""
        return str(self._plain["p"])

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return bool(self._plain.get("z"))

    @property
    def root(self) -> int:
        """Id of the outermost scope; 0 when the case is over."""
        return min((row[0] for row in self._plain["s"]), default=0)

    def tokens(self) -> list[tuple[int, str, int, str]]:
        """Live stays as (instance, element, scope, state), oldest first; state started, waiting, incident."""
        return [(row[0], row[2], row[6] or row[1], _WORDS[row[3]]) for row in self._plain["t"]]

    def variables(self, scope: int) -> dict[str, Any]:
        """The variables of this very scope. Raises NotFound."""
        return dict(self._scope(scope)[4])

    def scope_chain(self, scope: int) -> tuple[int, ...]:
        """The scope and those around it, innermost first. Raises NotFound."""
        found = []
        at: int | None = scope
        while at is not None:
            found.append(at)
            at = self._scope(at)[1]
        return tuple(found)

    def waiting(self) -> list[Waiting]:
        """All the case waits for, oldest first."""
        found = [one for row in self._plain["t"] if (one := _waits(row)) is not None]
        hosts = {row[0]: row[6] or row[1] for row in self._plain["t"]}
        for row in self._plain["w"]:
            notes = row[5]
            if not notes.get("got"):
                scope = row[2] if row[1] == START else hosts[row[2]]
                kind = _kind(notes)
                found.append(
                    Waiting(row[0], row[3], scope, kind, notes.get("name"), notes.get("key"), notes.get("at"))
                )
        return sorted(found, key=lambda one: one.instance)

    def _scope(self, scope: int) -> list[Any]:
        for row in self._plain["s"]:
            if row[0] == scope:
                return list(row)
        raise NotFound(f"Expected an open scope of the case, but {scope} is none")

    @property
    def plain(self) -> dict[str, Any]:
        """The marking as plain data; not to be changed."""
        return self._plain


def _waits(row: list[Any]) -> Waiting | None:
    notes = row[9]
    scope = row[6] or row[1]
    if row[3] == "e":
        return Waiting(row[0], row[2], scope, "incident", notes["incident"][1])
    if "job" in notes:
        return Waiting(notes["job"], row[2], scope, "job")
    return Waiting(row[0], row[2], scope, "item") if notes.get("item") else None


def _kind(notes: dict[str, Any]) -> str:
    return str(notes["k"])


def write(case: Case) -> Marking:
    """The marking of a case at rest."""
    frames = [case.root] if case.root is not None and case.root.alive else []
    frames += [frame for owner, frame in case.subprocesses.items() if owner is not None]
    return Marking(
        {
            "v": VERSION,
            "d": case.definition.digest,
            "p": case.process,
            "n": case.seq,
            "z": case.ended,
            "e": list(case.ends),
            "s": [_scope_row(scope) for _, scope in sorted(case.scopes.items())],
            "f": [_frame_row(case, frame) for frame in sorted(frames, key=lambda one: one.id)],
            "t": [_token_row(token) for _, token in sorted(case.live.items())],
            "w": [_watch_row(watch) for _, watch in sorted(case.watches.items())],
        }
    )


def _scope_row(scope: Scope) -> list[Any]:
    parent = None if scope.parent is None else scope.parent.id
    return [scope.id, parent, scope.element, scope.barrier, dict(scope.variables)]


def _frame_row(case: Case, frame: Frame) -> list[Any]:
    digest = None if frame.definition == case.definition else frame.definition.digest
    owner = None if frame.owner is None else frame.owner.id
    return [
        frame.id,
        owner,
        frame.spec.name,
        digest,
        frame.interrupted,
        list(frame.records),
        dict(frame.notes),
    ]


def _token_row(token: Token) -> list[Any]:
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
        dict(token.notes),
    ]


def _watch_row(watch: Watch) -> list[Any]:
    notes = {**watch.notes, "k": watch.definition.kind}
    return [watch.id, watch.role, watch.host.id, watch.node.name, watch.index, notes]


def restore(case: Case, marking: Marking) -> None:
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
        raise Broken(f"Expected a marking of this diagram, but {error!r} is not in it") from error


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
    frame.notes = dict(notes)
    if owner is None:
        case.root = frame


def _restore_token(case: Case, row: list[Any]) -> None:
    identifier, frame_id, node, state, phase, came_by, own, outer, entered, notes = row
    frame = case.scopes[frame_id].frame
    if frame is None:
        raise KeyError(frame_id)
    if identifier == frame_id:
        token = frame.task_tree
    else:
        parent = frame.tasks[outer] if outer is not None else frame.task_tree
        token = Token(frame, frame.spec.task_specs[node], parent, id=identifier, came_by=came_by)
    token._set_state(_STATES[state])
    token.phase = phase
    token.own = None if own is None else case.scopes[own]
    token.entered = entered
    token.internal_data.update(notes)
    case.live[identifier] = token
    if "job" in notes:
        case.jobs[notes["job"]] = identifier
    if state == "w":
        token.task_spec.rejoin(token)


def _restore_watch(case: Case, row: list[Any]) -> None:
    identifier, role, host_id, node, index, notes = row
    host = case.scopes[host_id].frame if role == START else case.live[host_id]
    if host is None:
        raise KeyError(host_id)
    spec = _event_node(case, role, host, node)
    watch = Watch(identifier, role, host, spec, index)
    watch.notes = {name: value for name, value in notes.items() if name != "k"}
    case.watches[identifier] = watch
    host.watches[identifier] = None


def _event_node(case: Case, role: str, host: Any, node: str) -> Any:
    frame = host if role == START else host.workflow
    return frame.definition.nodes[node]
