"""What an imported roster changes, and how the change reaches the tables.

Called by `directory` inside its transaction. `differences` decides and `apply` writes, so that the tables
can be rebuilt from the changes that the journal keeps. No change holds a password.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine import canonical
from engine.errors import Malformed, said
from engine.organisation.model import Holding, Organisation, Person, Post, Unit
from engine.organisation.roster import Roster
from engine.records import tables
from engine.records.store import Store

# SQLite takes at most 32766 values in one statement.
_ROWS_AT_ONCE = 500

Change = dict[str, Any]


@dataclass(frozen=True)
class State:
    """All that the tables say: `passwords` holds the stored hash by login."""

    organisation: Organisation
    persons: Mapping[str, Person]
    holdings: Mapping[tuple[str, str, date], Holding]
    passwords: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """What an import did. `changes` are the records given to the journal; empty where nothing changed."""

    changes: tuple[Change, ...]
    rows: Mapping[str, int] = field(default_factory=dict)  # units, posts, persons, holdings read

    def count(self, what: str, change: str) -> int:
        """How many of `what` (unit, post, person, holding) were `added` or `changed`."""
        return Counter((each["what"], each["change"]) for each in self.changes)[what, change]

    def as_data(self) -> dict[str, Any]:
        """Plain data: {"rows": {units: n, …}, "added": {unit: n, …}, "changed": {unit: n, …}}."""
        kinds = ("unit", "post", "person", "holding")
        counts = {
            change: {what: self.count(what, change) for what in kinds} for change in ("added", "changed")
        }
        return {"rows": dict(self.rows), **counts}


def read_organisation(connection: Connection) -> Organisation:
    """The units and posts of the tables."""
    units = [
        Unit(row.code, row.parent or "", row.kind, row.name_zh, row.name_en, row.short_zh)
        for row in connection.execute(select(tables.unit))
    ]
    posts = [
        Post(row.code, row.unit, row.name_zh, row.name_en, tuple(canonical.loads(row.roles)))
        for row in connection.execute(select(tables.post))
    ]
    return Organisation(tuple(units), tuple(posts))


def read_state(connection: Connection) -> State:
    """Everything the tables say about the organisation."""
    people = connection.execute(select(tables.person)).all()
    holdings = [
        Holding(row.login, row.post, date.fromisoformat(row.valid_from), _day(row.valid_to))
        for row in connection.execute(select(tables.holding))
    ]
    return State(
        read_organisation(connection),
        {row.login: Person(row.login, row.name, row.active) for row in people},
        {(each.login, each.post, each.valid_from): each for each in holdings},
        {row.login: row.password for row in people},
    )


def differences(state: State, roster: Roster) -> list[Change]:
    """The changes that bring the tables to what the roster says, units first.

    Each is {"what": unit|post|person|holding, "change": added|changed, "data": the whole new row}. What
    the roster does not name stays as it is.
    """
    units = {unit.code: unit for unit in state.organisation.units}
    posts = {post.code: post for post in state.organisation.posts}
    found: list[Change] = []
    found += _changes("unit", ((units.get(unit.code), unit) for unit in roster.units))
    found += _changes("post", ((posts.get(post.code), post) for post in roster.posts))
    persons = roster.persons.values()
    found += _changes("person", ((state.persons.get(person.login), person) for person in persons))
    keys = ((each.login, each.post, each.valid_from) for each in roster.holdings)
    pairs = zip(keys, roster.holdings, strict=True)
    found += _changes("holding", ((state.holdings.get(key), each) for key, each in pairs))
    return found


def _changes(what: str, pairs: Iterator[tuple[Any, Any]]) -> Iterator[Change]:
    for before, after in pairs:
        if before != after:
            yield {"what": what, "change": "changed" if before else "added", "data": _plain(after)}


def _plain(row: Any) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in asdict(row).items()}


def _plain_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def apply(store: Store, connection: Connection, changes: Sequence[Change]) -> None:
    """Write the changes to the tables. A new person has no password yet and cannot sign in.

    Raises Malformed for a change that is not of the shape `differences` gives.
    """
    rows: dict[str, list[dict[str, Any]]] = {"unit": [], "post": [], "person": [], "holding": []}
    for each in changes:
        try:
            rows[each["what"]].append(dict(each["data"]))
        except (KeyError, TypeError) as error:
            raise Malformed(
                said("Expected a change of the organisation, but {error!r}", error=error)
            ) from error
    for row in rows["unit"]:
        row["parent"] = row["parent"] or None
    for row in rows["post"]:
        row["roles"] = canonical.dumps(row["roles"])
    for what, table in (("unit", tables.unit), ("post", tables.post)):
        for batch in _batches(rows[what]):
            store.upsert(connection, table, batch)
    for batch in _batches(rows["person"]):
        _write_persons(store, connection, batch)
    for batch in _batches(rows["holding"]):
        store.upsert(connection, tables.holding, batch)


def _write_persons(store: Store, connection: Connection, rows: list[dict[str, Any]]) -> None:
    # Two statements, since a person who exists keeps the password.
    store.insert_new(connection, tables.person, [{**row, "password": ""} for row in rows])
    change = (
        update(tables.person)
        .where(tables.person.c.login == bindparam("who"))
        .values(name=bindparam("new_name"), active=bindparam("now_active"))
    )
    given = [{"who": row["login"], "new_name": row["name"], "now_active": row["active"]} for row in rows]
    connection.execute(change, given)


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
