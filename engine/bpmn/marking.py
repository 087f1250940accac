"""The marking: everything a case is between two stimuli, and nothing that was.

Made by `resting` when a case has come to rest, stored by casework beside its digest. Plain data in one
canonical written form; integers name scopes, tokens and watches. It never holds the diagram and never a
history, and it never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.bpmn.event import START
from engine.bpmn.rows import Table
from engine.errors import Broken, NotFound, said

if TYPE_CHECKING:
    from engine.bpmn.case import Case

VERSION = 1
HEAD = ("v", "d", "p", "n", "z", "e")
"""Version, digest of the definition, process, last id given, whether it is over, end events reached."""
TABLES = ("s", "f", "t", "w")
"""Scopes, frames (running bodies), tokens, watches."""
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
    """An immutable marking. Two are equal when their written forms are.

    `live` is the case at rest that the newest marking of a run was written from, so that going on with it
    restores nothing; a marking that was gone on from, or loaded, has its rows alone.
    """

    def __init__(self, head: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
        self.head = head
        self.tables = tables
        self.live: Case | None = None

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Marking:
        """The marking of plain data. Raises Broken where it is no whole one."""
        try:
            tables = {name: Table.of(plain[name]) for name in TABLES}
            return cls({name: plain[name] for name in HEAD}, tables)
        except (KeyError, IndexError, TypeError) as error:
            raise Broken(
                said("Expected a whole marking, but {error!r} is missing in it", error=error)
            ) from error

    @classmethod
    def load(cls, data: bytes | str) -> Marking:
        """The marking of a written form. Raises Malformed for no JSON, Broken for no marking."""
        plain = canonical.loads(data)
        if not isinstance(plain, dict) or plain.get("v") != VERSION:
            raise Broken(
                said("Expected a marking of version {version}, but the stored data is none", version=VERSION)
            )
        return cls.of(plain)

    def dump(self) -> bytes:
        """The canonical written form."""
        return self._written

    @cached_property
    def _written(self) -> bytes:
        parts = {name: canonical.dumps(value) for name, value in self.head.items()}
        for name, table in self.tables.items():
            parts[name] = f"[{','.join([row.text for row in table.ordered()])}]"
        return ("{" + ",".join([f'"{name}":{parts[name]}' for name in sorted(parts)]) + "}").encode()

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
        return str(self.head["d"])

    @property
    def process(self) -> str:
        """Id of the outermost process."""
        return str(self.head["p"])

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return bool(self.head["z"])

    @property
    def root(self) -> int:
        """Id of the outermost scope; 0 when the case is over."""
        return min(self.tables["s"].rows(), default=0)

    def tokens(self) -> list[tuple[int, str, int, str]]:
        """Live stays as (instance, element, scope, state), oldest first; state started, waiting, incident."""
        rows = self._rows("t")
        return [(row[0], row[2], row[6] or row[1], _WORDS[row[3]]) for row in rows]

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
        found = [one for row in self._rows("t") if (one := _waits(row)) is not None]
        tokens = self.tables["t"].rows()
        for identifier, role, host, element, _, notes in self._rows("w"):
            if not notes.get("got"):
                scope = host if role == START else _scope_of(tokens[host].fields)
                name, key, at = notes.get("name"), notes.get("key"), notes.get("at")
                found.append(Waiting(identifier, element, scope, str(notes["k"]), name, key, at))
        return sorted(found, key=lambda one: one.instance)

    def _rows(self, table: str) -> list[Any]:
        return [row.fields for row in self.tables[table].ordered()]

    def _scope(self, scope: int) -> list[Any]:
        found = self.tables["s"].rows().get(scope)
        if found is None:
            raise NotFound(said("Expected an open scope of the case, but {scope} is none", scope=scope))
        return found.fields

    @property
    def plain(self) -> dict[str, Any]:
        """The marking as plain data; not to be changed."""
        return {**self.head, **{name: self._rows(name) for name in TABLES}}


def _scope_of(token: list[Any]) -> int:
    return int(token[6] or token[1])


def _waits(row: list[Any]) -> Waiting | None:
    notes = row[9]
    scope = _scope_of(row)
    if row[3] == "e":
        return Waiting(row[0], row[2], scope, "incident", notes["incident"][1])
    if "job" in notes:
        return Waiting(notes["job"], row[2], scope, "job")
    return Waiting(row[0], row[2], scope, "item") if notes.get("item") else None
