"""Registers in casework: procedures look rows up and write back, adaptors bring rows in, officers look.

Called by `jobs` (`banjie.register.read`, `banjie.register.write`), by the command line and the pages. What a
job reads becomes its recorded result, so a replay never asks a register again. Decides nothing in a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine import feel
from engine.casework.runtime import Runtime
from engine.casework.tasks import Result, Task, ThrownError
from engine.clock import moment_text
from engine.definitions.registers import CrossCheck, Register, RegisterBook
from engine.errors import BanjieError, Finding, Malformed, NotAuthorised, listed, said
from engine.organisation import authorization
from engine.organisation.model import Actor
from engine.records import journal
from engine.records import registers as kept
from engine.records.entries import Event, fresh_salt
from engine.records.registers import Origin, Row

ABSENT = "REGISTER_ABSENT"  # the error code of a row that had to be there
MODES = ("put", "change")


def book(runtime: Runtime, connection: Connection) -> RegisterBook:
    """The registers in force. The shelf must be fresh."""
    return runtime.shelf.registers(connection, runtime.shelf.newest("registers", "registers"))


# --- the work of jobs --------------------------------------------------------------------------------


def read(task: Task) -> Result:
    """Look rows up. Header `register`; input `key` (one or a list) or `where` {indexed field: one or a list}.

    One key gives one row or null (variable `row`); anything else a list (variable `rows`, newest first). Each
    row holds its fields and `key`; what was valid until an earlier day has the state expired. With the header
    `absent` = error a single row that is not there is the BPMN error REGISTER_ABSENT.
    """
    register = book(task.runtime, task.connection).of(task.header("register"))
    wanted, many = task.input.get("where"), isinstance(task.input.get("key"), list)
    if wanted is None and not many:
        return {task.header("variable", "row"): _single(task, register)}
    if wanted is not None:
        found = find(task.connection, register, wanted)
    else:
        keys = [str(key) for key in task.input["key"]][: kept.MOST_FOUND]
        rows = [kept.get(task.connection, register.id, key) for key in keys]
        found = [row for row in rows if row is not None]
    return {task.header("variable", "rows"): [told(register, row, task.today) for row in found]}


def _single(task: Task, register: Register) -> dict[str, Any] | None:
    key = str(task.input.get("key") or "")
    row = kept.get(task.connection, register.id, key) if key else None
    if row is None and task.headers.get("absent") == "error":
        raise ThrownError(
            ABSENT,
            said(
                "Expected {key} in register {id}, but it is not there",
                key=key or said("a key"),
                id=register.id,
            ),
        )
    return told(register, row, task.today) if row else None


def told(register: Register, row: Row, day: date) -> dict[str, Any]:
    """A row as an expression sees it on a day."""
    return {**register.on(row.data, day), "key": row.key}


def find(connection: Connection, register: Register, wanted: Any) -> list[Row]:
    """Rows by indexed fields. Raises Malformed for a field that is not indexed."""
    if not isinstance(wanted, Mapping) or not wanted or set(wanted) - set(register.indexed):
        known = ", ".join(register.indexed)
        raise Malformed(
            said(
                "Expected `where` of register {id} to name fields of {known}, but it does not",
                id=register.id,
                known=known,
            )
        )
    texts = {
        field: [kept.mark_text(one) for one in (value if isinstance(value, list) else [value])]
        for field, value in wanted.items()
    }
    return kept.find(connection, register.id, texts)


def write(task: Task) -> Result:
    """Write a row back. Headers `register`, `mode` (put: the whole row; change: some fields of one that is
    there), `variable`; input `key`, `row`.

    Raises Malformed for a row that is not what the register holds, ThrownError where one to change is absent.
    """
    register = book(task.runtime, task.connection).of(task.header("register"))
    key, row, mode = str(task.input.get("key") or ""), task.input.get("row"), task.header("mode", "put")
    if not key or len(key) > kept.LONGEST_KEY or not isinstance(row, Mapping) or mode not in MODES:
        raise Malformed(
            said(
                "Expected a key, a row and a mode of {modes} for register {id}, but found {key!r}, "
                "{name}, {mode}",
                modes=listed(MODES),
                id=register.id,
                key=key[:80],
                name=type(row).__name__,
                mode=mode,
            )
        )
    if register.source != "procedures":
        raise Malformed(
            said("Expected register {id} to be written by its adaptor, but a case writes it", id=register.id)
        )
    before = kept.get(task.connection, register.id, key)
    if mode == "change" and before is None:
        raise ThrownError(
            ABSENT, said("Expected {key} in register {id}, but it is not there", key=key, id=register.id)
        )
    old = before.data if before else None
    given = {name: value for name, value in row.items() if value is not None}
    data = register.checked({**old, **given} if mode == "change" and old else given, old)
    made = kept.put(
        task.runtime.store, task.connection, register.id, key, data, register.indexed, task.origin()
    )
    variable = task.headers.get("variable")
    return {variable: told(register, made, task.today)} if variable else {}


# --- adaptors and administrators -----------------------------------------------------------------------


@dataclass(frozen=True)
class Brought:
    """What an import did: rows written, rows that stood there already."""

    written: int
    unchanged: int


def bring(runtime: Runtime, id_: str, rows: Iterable[Mapping[str, Any]], actor: Actor) -> Brought:
    """Take rows ({"key": …, fields}) into a register: all or nothing, an entry for each that differs.

    What an adaptor sends twice is written once. Raises NotAuthorised, NotFound, or Malformed with a finding
    for each faulty row.
    """
    with runtime.store.writing() as connection:
        runtime.shelf.refresh(connection)
        authorization.at_the_door(actor, "operate", "", runtime.organisation(connection))
        register = book(runtime, connection).of(id_)
        findings: list[Finding] = []
        written = unchanged = 0
        for number, row in enumerate(rows, start=1):
            try:
                if _bring_one(runtime, connection, register, row, actor):
                    written += 1
                else:
                    unchanged += 1
            except BanjieError as error:
                findings.append(
                    Finding(said("row {number}", number=number), error.sentence, "register.row", number)
                )
        if findings:
            raise Malformed(
                said("Expected rows of register {id}, but found {count} faulty", id=id_, count=len(findings)),
                findings,
            )
    return Brought(written, unchanged)


def _bring_one(
    runtime: Runtime, connection: Connection, register: Register, row: Mapping[str, Any], actor: Actor
) -> bool:
    key = str(row.get("key") or "")
    if not key or len(key) > kept.LONGEST_KEY:
        raise Malformed(
            said(
                "Expected a key of at most {longest_key} signs, but found {key!r}",
                longest_key=kept.LONGEST_KEY,
                key=key[:80],
            )
        )
    before = kept.get(connection, register.id, key)
    # An outside system tells how things are, whatever they were: its rows need no allowed change of state.
    data = register.checked({name: value for name, value in row.items() if name != "key"})
    if before is not None and before.data == data:
        return False
    moment = moment_text(runtime.clock.now())
    origin = Origin(moment=moment, actor=actor.as_data(), salt=fresh_salt())
    kept.put(runtime.store, connection, register.id, key, data, register.indexed, origin)
    return True


def lay_anew(runtime: Runtime, id_: str, actor: Actor) -> int:
    """Lay the rows of a register anew from its stream. Raises NotAuthorised, NotFound."""
    with runtime.store.writing() as connection:
        runtime.shelf.refresh(connection)
        authorization.at_the_door(actor, "operate", "", runtime.organisation(connection))
        return kept.rebuild(runtime.store, connection, book(runtime, connection).of(id_).id)


# --- officers who look ---------------------------------------------------------------------------------


def may_look(actor: Actor, register: Register) -> bool:
    """Whether one of the posts held has a role that may look rows of the register up."""
    return any(set(held.roles) & set(register.readers) for held in actor.posts)


def look(runtime: Runtime, actor: Actor, id_: str, text: str, purpose: str) -> tuple[Register, list[Row]]:
    """Rows whose key or one of whose indexed fields is that text; the reading is journalled first.

    Raises NotFound, NotAuthorised, or Malformed without a text or a purpose.
    """
    text, purpose = text.strip(), purpose.strip()
    if not text or not purpose:
        raise Malformed(said("请填写查询内容和查询事由"))
    with runtime.store.writing() as connection:
        runtime.shelf.refresh(connection)
        register = book(runtime, connection).of(id_)
        if not may_look(actor, register):
            raise NotAuthorised(said("您的岗位不能查询“{register}”", register=register.title()))
        event = {"person": actor.person, "register": id_, "asked": text, "purpose": purpose[:400]}
        journal.record(
            connection,
            kept.access_stream(id_),
            moment_text(runtime.clock.now()),
            actor.as_data(),
            {"type": "LookUp", "register": id_},
            events=[Event("RegisterRead", event)],
            salt=fresh_salt(),
        )
    with runtime.store.reading() as connection:
        return register, _matching(connection, register, text)


def _matching(connection: Connection, register: Register, text: str) -> list[Row]:
    row = kept.get(connection, register.id, text)
    found = {row.key: row} if row else {}
    for field in register.indexed:
        for one in kept.find(connection, register.id, {field: [text]}):
            found.setdefault(one.key, one)
    return list(found.values())[: kept.MOST_FOUND]


# --- comparisons ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mismatch:
    """One row that a comparison found, with the rows of other registers it was held against."""

    check: CrossCheck
    row: Row
    beside: Mapping[str, Sequence[Mapping[str, Any]]]


def compare(runtime: Runtime, connection: Connection, check: CrossCheck) -> Iterator[Mismatch]:
    """Every row of a comparison's register for which it is true today. The shelf must be fresh."""
    known, now = book(runtime, connection), runtime.clock.now().astimezone(runtime.settings.zone)
    over = known.of(check.over)
    for row in kept.every(connection, check.over):
        beside = {
            name: _joined(connection, known.of(join["register"]), join["by"], row.key, now.date())
            for name, join in check.joins.items()
        }
        names = {"key": row.key, "row": _whole(over, told(over, row, now.date())), **beside}
        values = {name: feel.from_json(value) for name, value in names.items()}
        if check.finds(values, host={"now": now}).value is True:
            yield Mismatch(check, row, beside)


def _joined(connection: Connection, register: Register, by: str, key: str, day: date) -> list[dict[str, Any]]:
    if by == "key":
        row = kept.get(connection, register.id, key)
        found = [row] if row else []
    else:
        found = kept.find(connection, register.id, {by: [key]})
    return [_whole(register, told(register, row, day)) for row in found]


def _whole(register: Register, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with every field of its register, null where it holds none: a filter may name any of them."""
    return {**dict.fromkeys(register.schemas), **row}
