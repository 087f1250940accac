"""Check 6 on a case's rows: its state, items, jobs, subscriptions, cards and papers follow from its entries.

Called by `verify`. The rows are a working copy that pages and clerks read: whoever changes one shows people
what the journal does not say. Nothing is decided again; events are applied as the runtime applies them, and
what each step wrote (`casework.rows`) is held against what is stored. Not asked: when something falls due,
which follows from the calendar and is written anew at every step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.casework import rows as working
from engine.casework import state as case_state
from engine.casework.state import CaseState
from engine.errors import BanjieError, said
from engine.records import shared_tables, tables
from engine.records.entries import Entry, from_row

Row = Mapping[str, Any]
Expected = dict[tuple[str, int], dict[str, Any]]
"""By table and key: the columns that follow from the entries, with what must stand there."""
_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError)
_TABLES = (tables.work_item, tables.job, tables.subscription, tables.card, shared_tables.issued)
_PAPER = "banjie.document"
_KEPT_COLUMNS = ("element", "name", "form", "role", "unit", "priority", "offered_at")


def faults(connection: Connection, rows: Sequence[Row], row: Row) -> Iterator[str]:
    """The first thing in each table that does not follow from the entries of a case.

    Nothing where an entry was disposed of or cannot be read: other checks name that. A `row` without a state
    (the few facts that some callers hand in) is not asked for one.
    """
    if "state" not in row or any(one["payload"] is None for one in rows):
        return
    try:
        fold = _Fold()
        for one in rows:
            fold.take(from_row(one["stream"], one["seq"], one["case_id"], one["head"], one["payload"]))
    except _UNREADABLE:
        return
    yield from _of_case(row, fold.state)
    for table in _TABLES:
        yield from _of_table(connection, table, int(row["case_id"]), fold)


def _of_case(row: Row, after: CaseState) -> Iterator[str]:
    expected = {
        "status": "open" if after.open else "closed",
        "number": after.number or None,
        "procedure": after.procedure,
        "package": after.package,
        "title": after.title,
        "applicant": after.applicant,
        "phone_tail": after.phone_tail,
        "query_hash": after.query_hash,
        "closed_at": after.closed_at,
        "outcome": after.outcome,
        "level": working.level(after),
        "item_code": after.item,
        "unit": after.unit,
    }
    for name, value in expected.items():
        if row[name] != value:
            yield _sentence("case_row", 0, name, value, row[name])
            return
    try:
        stored = canonical.loads(row["state"])
        told = canonical.loads(after.dumps())
        other = next((name for name in sorted(stored) if stored[name] != told.get(name)), None)
    except _UNREADABLE:
        other = "state"
    if other is not None:
        yield said("Expected the state of the case as its entries leave it, but {name} differs", name=other)


def _of_table(connection: Connection, table: Any, case_id: int, fold: _Fold) -> Iterator[str]:
    stored = connection.execute(select(table).where(table.c.case_id == case_id).order_by(table.c.key))
    kept = {int(one.key): dict(one._mapping) for one in stored}
    expected = {key: row for (name, key), row in fold.expected.items() if name == table.name}
    for key in sorted({*kept, *expected}):
        if key not in kept:
            yield said("Expected a row {key} of {table}, but it is gone", key=key, table=table.name)
            return
        if key not in expected:
            if key in fold.untold(table.name):
                continue
            yield said("Expected no row {key} of {table}, but there is one", key=key, table=table.name)
            return
        for name, value in expected[key].items():
            if kept[key][name] != value:
                yield _sentence(table.name, key, name, value, kept[key][name])
                return


def _sentence(table: str, key: int, name: str, value: Any, found: Any) -> str:
    return said(
        "Expected {name} of {table} {key} to be {value}, but it is {found}",
        name=name,
        table=table,
        key=key,
        value="" if value is None else value,
        found="" if found is None else found,
    )


class _Fold:
    """The state of a case entry by entry, and the rows that its steps have written."""

    def __init__(self) -> None:
        self.state = CaseState()
        self.expected: Expected = {}

    def untold(self, table: str) -> set[int]:
        """Rows that no entry tells of, or not yet: the outbox of cards, papers of a job that goes on."""
        if table == "job":
            return {working.card_of(card["card"]) for card in self.state.cards}
        papers = (
            key for (name, key), row in self.expected.items() if name == "job" and row["type"] == _PAPER
        )
        return set(papers) if table == "issued" else set()

    def take(self, entry: Entry) -> None:
        before = replace(self.state, case_id=entry.case_id or 0)
        after = before
        for event in entry.events:
            after = case_state.apply(after, event, entry.moment)
        self.state = after
        done = {e.data["key"] for e in entry.events if e.type in ("WorkItemCompleted", "JobCompleted")}
        for key in _changed(before.items, after.items):
            self._item(key, before, after, key in done)
        for key in _changed(before.jobs, after.jobs):
            self._job(key, before, after, key in done)
        for key in _changed(before.subscriptions, after.subscriptions):
            self._subscription(key, before, after)
        for event in entry.events:
            self._event(entry, event.type, event.data)
        for card in after.cards:
            self.expected["card", card["card"]]["status"] = card["status"]

    def _item(self, key: int, before: CaseState, after: CaseState, done: bool) -> None:
        item = after.items.get(key) or before.items[key]
        gone = key not in after.items
        self.expected["work_item", key] = {
            **{name: item[name] for name in _KEPT_COLUMNS},
            "status": ("done" if done else "cancelled") if gone else item["status"],
            "person": item["person"] or item["assignee"],
            "candidates": canonical.dumps({"persons": item["users"], "posts": item["groups"]}),
        }

    def _job(self, key: int, before: CaseState, after: CaseState, done: bool) -> None:
        job = after.jobs.get(key) or before.jobs[key]
        self.expected["job", key] = {
            **{name: job[name] for name in ("element", "type", "unit")},
            **{name: canonical.dumps(job[name]) for name in ("headers", "input")},
            **({} if key in after.jobs else {"status": "done" if done else "cancelled"}),
        }

    def _subscription(self, key: int, before: CaseState, after: CaseState) -> None:
        found = after.subscriptions.get(key) or before.subscriptions[key]
        self.expected["subscription", key] = {
            **{name: found[name] for name in ("kind", "name", "element", "role", "form")},
            "status": "open" if key in after.subscriptions else "closed",
            "correlation": found["key"],
        }

    def _event(self, entry: Entry, kind: str, data: Row) -> None:
        if kind == "CardIssued":
            self.expected["card", data["card"]] = {
                **{name: data[name] for name in ("rule", "level", "basis", "person", "blocked")},
                "sentence": canonical.dumps(data["sentence"]),
                "issued_at": entry.moment,
                "data": canonical.dumps({**data["values"], "event": data["event"]}),
            }
        if kind == "DocumentIssued" and data.get("code") and entry.command.get("type") == "CompleteJob":
            names = ("code", "sha256", "kind", "number")
            self.expected["issued", entry.command["key"]] = {name: data[name] for name in names}


def _changed(before: Mapping[int, Any], after: Mapping[int, Any]) -> list[int]:
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
