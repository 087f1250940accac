"""Electronic supervision: proposed events are held against the rules, and every breach becomes a card.

Called by `decide` after the run and before anything is written. The rules are decision tables
(`processes/supervision/*.dmn`); this room builds their one input schema from the proposed events and
the state alone, and turns each hit into a `CardIssued`. Where a rule says the act would be void, the
caller throws the proposal away and keeps the cards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine import dmn, periods
from engine.casework import clocks
from engine.casework.desk import Desk
from engine.records.entries import Event

JUDGED = frozenset(
    {
        "CaseReceived",
        "CaseClosed",
        "WorkItemCompleted",
        "MessageReceived",
        "ActRecorded",
        "DocumentIssued",
        "PeriodPrompted",
        "PeriodWarned",
        "PeriodOverdue",
        "PeriodStillOverdue",
        "PeriodSuspended",
        "PeriodResumed",
        "PeriodExtensionRefused",
        "PeriodExtended",
        "PeriodStopped",
    }
)
GRAVITY = ("", "T", "Y", "R", "R+")


@dataclass(frozen=True)
class Hit:
    """One rule that fired on one event; `values` is what the table answered."""

    event: Event
    table: str
    values: Mapping[str, Any]

    @property
    def blocks(self) -> bool:
        """Whether the act would be void."""
        return bool(self.values.get("blocked"))


def judge(desk: Desk, events: list[Event], submitted: Mapping[str, Any]) -> list[Hit]:
    """All hits of all rules on the events, in their order. `submitted` is what the command brought."""
    judged = [event for event in events if event.type in JUDGED]
    if not judged:
        return []
    hits: list[Hit] = []
    shared = _common(desk)
    common, host = dmn.given(shared), desk.calendar_names()
    for event in judged:
        facts = common.having({**_facts(desk, event, submitted), **_inside(desk, event, shared["case"])})
        for model in desk.ground.supervision:
            hits += _hits(model, event, facts, host)
    return hits


def issue(desk: Desk, hits: list[Hit]) -> None:
    """Record a card for each hit."""
    for hit in hits:
        values = hit.values
        role = str(values.get("person") or "actor")
        desk.record(
            "CardIssued",
            card=len(desk.state.cards) + 1,
            rule=str(values.get("rule") or hit.table),
            level=str(values.get("level") or "T"),
            basis=str(values.get("basis") or ""),
            sentence={
                "zh": str(values.get("sentence_zh") or ""),
                "en": str(values.get("sentence_en") or ""),
            },
            blocked=hit.blocks,
            person=_responsible(desk, role, hit.event),
            role=role,
            table=hit.table,
            event=hit.event.type,
            values={name: hit.event.data[name] for name in _KEPT if name in hit.event.data},
        )


_KEPT = ("period", "id", "limit", "due_at", "late_seconds", "element", "act", "kind", "sentence", "rule")


def _hits(model: dmn.Model, event: Event, facts: dmn.Given, host: Mapping[str, Any]) -> list[Hit]:
    found = []
    # A decision is found by its id and by its name: ask each once.
    for name, decision in sorted({one.id: one for one in model.decisions.values()}.items()):
        if not _concerns(decision, event):
            continue
        answer = dmn.evaluate(model, name, facts, host=host).json
        rows = answer if isinstance(answer, list) else [answer]
        found += [Hit(event, name, row) for row in rows if isinstance(row, Mapping) and row.get("rule")]
    return found


def _concerns(decision: dmn.Decision, event: Event) -> bool:
    """Whether any rule of a table can hit the event, by what its columns of type and act name plainly.

    Only a shortcut: a table that is no such list of rules is always asked.
    """
    rules = _plainly(decision.logic) if isinstance(decision.logic, dmn.Table) else None
    kind, act = event.type, event.data.get("act")
    return rules is None or any(
        (kinds is None or kind in kinds) and (acts is None or act in acts) for kinds, acts in rules
    )


Named = frozenset[str] | None


@lru_cache(maxsize=512)
def _plainly(table: dmn.Table) -> tuple[tuple[Named, Named], ...] | None:
    """The event types and acts that each rule names (None where it leaves them open); None for a table that
    may answer without a rule."""
    if table.hit_policy != "COLLECT":
        return None
    if table.aggregation not in ("", "COLLECT") or any(one.default is not None for one in table.outputs):
        return None
    sources = [clause.source for clause in table.inputs]
    columns = [sources.index(name) if name in sources else None for name in ("event.type", "event.act")]
    named = [tuple(_named(rule, column) for column in columns) for rule in table.rules]
    return tuple((kinds, acts) for kinds, acts in set(named))


def _named(rule: Any, column: int | None) -> Named:
    text = "" if column is None else rule.tests[column].text.strip()
    return frozenset(_TEXTS.findall(text)) if _ONLY_TEXTS.fullmatch(text) else None


_TEXTS = re.compile(r'"([^"\\]*)"')
_ONLY_TEXTS = re.compile(r'"[^"\\]*"(\s*,\s*"[^"\\]*")*')


# --- the input schema (processes/supervision/README.md) ---------------------------------------------


def _common(desk: Desk) -> dict[str, Any]:
    state, actor = desk.state, desk.ground.actor
    return {
        "actor": {
            "person": actor.person,
            "kind": actor.kind,
            "roles": sorted({role for post in actor.posts for role in post.roles} | set(actor.roles)),
            "unit": actor.unit,
        },
        "item": desk.ground.item.as_context(),
        "case": {
            "number": state.number,
            "procedure": state.procedure,
            "kind": desk.ground.package.kind,
            "unit": state.unit,
            "channel": state.channel,
            "received_at": state.opened_at,
            "outcome": state.outcome,
            "file": dict(desk.file),
        },
        "periods": [_period(desk, number, {}) for number in sorted(state.periods)],
        "history": [dict(act) for act in state.acts],
        "documents": [dict(document) for document in state.documents],
    }


def _inside(desk: Desk, event: Event, case: Mapping[str, Any]) -> dict[str, Any]:
    """The case with the file as a called procedure sees it, for what happened inside one."""
    own = desk.called_file(event)
    return {"case": {**case, "file": {**case["file"], **own}}} if own else {}


def _facts(desk: Desk, event: Event, submitted: Mapping[str, Any]) -> dict[str, Any]:
    data = event.data
    number = data.get("period")
    by_person = event.type in ("WorkItemCompleted", "MessageReceived", "CaseReceived")
    earlier = list(desk.state.acts)
    if event.type in ("WorkItemCompleted", "MessageReceived") and data.get("act") and earlier:
        # `history` is what happened before: the act being judged is not among its own precedents.
        index = max((i for i, a in enumerate(earlier) if a["element"] == data["element"]), default=None)
        earlier = earlier[:index] if index is not None else earlier
    return {
        "event": {
            "type": event.type,
            "act": data.get("act"),
            "role": data.get("role"),
            "element": data.get("element"),
            "moment": desk.moment.astimezone(desk.zone).isoformat(),
            "date": desk.today.isoformat(),
            "data": dict(submitted) if by_person else dict(data),
        },
        "period": _period(desk, number, data)
        if isinstance(number, int) and number in desk.state.periods
        else None,
        "history": [dict(act) for act in earlier],
    }


def _period(desk: Desk, number: int, data: Mapping[str, Any]) -> dict[str, Any]:
    row = desk.state.periods[number]
    ledger, calendar = clocks.ledger_of(desk.state, number), clocks.seen_by(desk, number)
    due = periods.due(ledger, calendar)
    kind = data.get("kind")
    open_kinds = [suspension.kind for suspension in ledger.open_suspensions]
    return {
        "number": number,
        "id": row["id"],
        "name": ledger.rule.title(),
        "name_en": ledger.rule.title("en"),
        "class": ledger.rule.klass,
        "state": "stopped" if row["stopped"] else str(periods.state(ledger, calendar, desk.moment)),
        "limit": str(ledger.rule.limit),
        "basis": ledger.rule.basis,
        "used": periods.used(ledger, calendar, desk.moment),
        "remaining": periods.remaining(ledger, calendar, desk.moment),
        "due": due.day.isoformat(),
        "promised": due.promised_day.isoformat() if due.promised_day else None,
        "suspension_kind": kind or (open_kinds[-1] if open_kinds else None),
        "suspension_allowed": [excluded.kind for excluded in ledger.rule.excluded],
        "extended_times": len(ledger.extensions),
        "late": desk.moment > due.moment,
        "red": any(_red(card) for card in desk.state.cards if card.get("period") == number),
    }


def _red(card: Mapping[str, Any]) -> bool:
    """Whether a card is red and has not been revoked."""
    return card["level"] in ("R", "R+") and card["status"] != "revoked"


def _responsible(desk: Desk, role: str, event: Event) -> str | None:
    """Whose breach it is: the actor, or whoever holds or last did the work the rule names."""
    if role == "actor" and desk.ground.actor.person:
        return desk.ground.actor.person
    scope = event.data.get("scope")
    chain = {scope} if scope is None else set(desk.state.chain(scope)) | {scope}
    for row in desk.state.items.values():
        if row["person"] and (scope is None or chain & set(desk.state.chain(row["scope"]))):
            return str(row["person"])
    for act in reversed(desk.state.acts):
        if act["role"] == role and act["person"] != "system":
            return str(act["person"])
    return None
