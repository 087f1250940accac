"""The derived rows of a step: what the state before and after it says must be written.

Called by `runtime` inside the step's transaction. One upsert per table that has changes, whatever the
number of rows; a row that is no longer open is written with its last status, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from engine import canonical
from engine.casework import clocks
from engine.casework.ground import Ground
from engine.casework.state import CaseState
from engine.casework.supervision import GRAVITY
from engine.clock import moment_text
from engine.periods import Calendar
from engine.records import tables
from engine.records.entries import Event
from engine.records.store import Store

CARD_JOB = "banjie.supervise"


def write(
    store: Store,
    connection: Connection,
    before: CaseState,
    after: CaseState,
    events: Sequence[Event],
    ground: Ground,
) -> None:
    """Bring every derived row of the case up to the state after the step."""
    now = moment_text(ground.moment)
    store.upsert(connection, tables.work_item, _items(before, after, events, ground))
    store.upsert(connection, tables.due, _dues(before, after, ground))
    store.upsert(connection, tables.job, [*_jobs(before, after, events), *_openings(after, events, ground)])
    store.upsert(connection, tables.subscription, _subscriptions(before, after))
    store.upsert(connection, tables.card, _cards(after, events, now))
    for key, status in _card_changes(before, after):
        where = (tables.card.c.case_id == after.case_id) & (tables.card.c.key == key)
        connection.execute(update(tables.card).where(where).values(status=status))


def level(state: CaseState) -> str:
    """The gravest standing card of a case."""
    standing = [card["level"] for card in state.cards if card["status"] == "standing"]
    return max(standing, key=GRAVITY.index, default="")


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _items(
    before: CaseState, after: CaseState, events: Sequence[Event], ground: Ground
) -> list[dict[str, Any]]:
    done = {event.data["key"] for event in events if event.type == "WorkItemCompleted"}
    due_before = _item_dues(before, ground.calendar_before)
    due_after = _item_dues(after, ground.calendar)
    keys = set(_changed(before.items, after.items))
    keys |= {key for key in after.items if due_before.get(key) != due_after.get(key)}
    grave = level(after)
    if grave != level(before):
        keys |= set(after.items)
    rows = []
    for key in sorted(keys):
        item = after.items.get(key) or before.items[key]
        gone = key not in after.items
        status = ("done" if key in done else "cancelled") if gone else item["status"]
        rows.append(
            {
                "case_id": after.case_id,
                "key": key,
                "status": status,
                "number": after.number,
                "title": after.title,
                "applicant": after.applicant,
                "procedure": after.procedure,
                "element": item["element"],
                "name": item["name"],
                "form": item["form"],
                "role": item["role"],
                "unit": item["unit"],
                "person": item["person"] or item["assignee"],
                "candidates": canonical.dumps({"persons": item["users"], "posts": item["groups"]}),
                "priority": item["priority"],
                "offered_at": item["offered_at"],
                "ended_at": moment_text(ground.moment) if gone else None,
                "due_at": due_after.get(key) or due_before.get(key),
                "level": grave,
            }
        )
    return rows


def _item_dues(state: CaseState, calendar: Calendar) -> dict[int, str]:
    """For each open item the nearest end of a period in its scopes."""
    by_scope: dict[int, datetime | None] = {}
    found = {}
    for key, item in state.items.items():
        scope = item["scope"]
        if scope not in by_scope:
            by_scope[scope] = clocks.ends(state, calendar, state.chain(scope))
        end = by_scope[scope]
        if end is not None:
            found[key] = moment_text(end)
    return found


def _dues(before: CaseState, after: CaseState, ground: Ground) -> list[dict[str, Any]]:
    old = clocks.dues(before, ground.calendar_before) if before.number else {}
    new = clocks.dues(after, ground.calendar)
    return [
        {
            "case_id": after.case_id,
            "key": key,
            "status": "armed" if key in new else "done",
            "at": moment_text(new.get(key) or old[key]),
            "claimed_until": None,
            "claimed_by": None,
        }
        for key in _changed(old, new)
    ]


def _jobs(before: CaseState, after: CaseState, events: Sequence[Event]) -> list[dict[str, Any]]:
    done = {event.data["key"] for event in events if event.type == "JobCompleted"}
    rows = []
    for key in _changed(before.jobs, after.jobs):
        job = after.jobs.get(key) or before.jobs[key]
        status = ("done" if key in done else "cancelled") if key not in after.jobs else "waiting"
        if status == "waiting" and job["retries"] <= 0:
            status = "failed"
        rows.append(
            {
                "case_id": after.case_id,
                "key": key,
                "status": status,
                "element": job["element"],
                "type": job["type"],
                "unit": job["unit"],
                "retries": job["retries"],
                "headers": canonical.dumps(job["headers"]),
                "input": canonical.dumps(job["input"]),
                "available_at": job["available_at"],
                "claimed_until": None,
                "claimed_by": None,
                "problem": job["problem"],
            }
        )
    return rows


def card_of(key: int) -> int:
    """The number of the card that a row of the outbox is about; rows of cards have keys below zero."""
    return -key


def _openings(after: CaseState, events: Sequence[Event], ground: Ground) -> list[dict[str, Any]]:
    """The outbox of cards: from yellow up a card opens a supervision case; one on such a case opens none."""
    if ground.package.kind == "supervision":
        return []
    return [
        {
            "case_id": after.case_id,
            "key": -event.data["card"],
            "status": "waiting",
            "element": "",
            "type": CARD_JOB,
            "unit": after.unit,
            "retries": 3,
            "headers": "{}",
            "input": "{}",
            "available_at": moment_text(ground.moment),
            "claimed_until": None,
            "claimed_by": None,
            "problem": None,
        }
        for event in events
        if event.type == "CardIssued" and GRAVITY.index(event.data["level"]) >= GRAVITY.index("Y")
    ]


def _subscriptions(before: CaseState, after: CaseState) -> list[dict[str, Any]]:
    rows = []
    for key in _changed(before.subscriptions, after.subscriptions):
        found = after.subscriptions.get(key) or before.subscriptions[key]
        rows.append(
            {
                "case_id": after.case_id,
                "key": key,
                "status": "open" if key in after.subscriptions else "closed",
                "kind": found["kind"],
                "name": found["name"],
                "correlation": found["key"],
                "element": found["element"],
                "role": found["role"],
                "form": found["form"],
            }
        )
    return rows


def _cards(after: CaseState, events: Sequence[Event], now: str) -> list[dict[str, Any]]:
    return [
        {
            "case_id": after.case_id,
            "key": event.data["card"],
            "status": "standing",
            "number": after.number,
            "procedure": after.procedure,
            "unit": after.unit,
            "rule": event.data["rule"],
            "level": event.data["level"],
            "basis": event.data["basis"],
            "sentence": canonical.dumps(event.data["sentence"]),
            "person": event.data["person"],
            "issued_at": now,
            "blocked": event.data["blocked"],
            "data": canonical.dumps({**event.data["values"], "event": event.data["event"]}),
        }
        for event in events
        if event.type == "CardIssued"
    ]


def _card_changes(before: CaseState, after: CaseState) -> list[tuple[int, str]]:
    """The cards whose status this step changed; one just issued is written whole."""
    old = {card["card"]: card["status"] for card in before.cards}
    return [
        (card["card"], card["status"])
        for card in after.cards
        if card["card"] in old and old[card["card"]] != card["status"]
    ]
