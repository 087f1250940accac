"""Electronic supervision: proposed events are held against the rules, and every breach becomes a card.

Called by `decide` after the run and before anything is written. The rules are decision tables
(`processes/supervision/*.dmn`); this room builds their one input schema from the proposed events and
the state alone, and turns each hit into a `CardIssued`. Where a rule says the act would be void, the
caller throws the proposal away and keeps the cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine import dmn, periods
from engine.casework import blame, clocks
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
        "CaseIdle",
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
    """One rule that fired on one event; `values` is what the table answered, `seen` the facts that the rule's
    condition names, as they stood."""

    event: Event
    table: str
    values: Mapping[str, Any]
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Whether the act would be void."""
        return bool(self.values.get("blocked"))


@dataclass(frozen=True)
class Shown:
    """What the tables are shown of one event: `facts` as they take them, `plain` the same as plain data."""

    facts: dmn.Given
    plain: Mapping[str, Any]
    host: Mapping[str, Any]


def judge(desk: Desk, events: list[Event], submitted: Mapping[str, Any]) -> list[Hit]:
    """All hits of all rules on the events, in their order. `submitted` is what the command brought."""
    judged = [event for event in events if event.type in JUDGED]
    if not judged:
        return []
    hits: list[Hit] = []
    shared = _common(desk)
    common, host = dmn.given(shared), desk.calendar_names()
    for event in judged:
        own = {**_facts(desk, event, submitted), **_inside(desk, event, shared["case"])}
        shown = Shown(common.having(own), {**shared, **own}, host)
        for model in desk.ground.supervision:
            hits += _hits(model, event, shown)
    return hits


def issue(desk: Desk, hits: list[Hit]) -> None:
    """Record a card for each hit."""
    for hit in hits:
        values = hit.values
        role = str(values.get("person") or "actor")
        person = blame.person(desk, role, hit.event)
        waited = {} if person else blame.waited_for(desk, role, hit.event)
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
            person=person,
            role=role,
            table=hit.table,
            event=hit.event.type,
            values={
                **{name: hit.event.data[name] for name in _KEPT if name in hit.event.data},
                **({"seen": dict(hit.seen)} if hit.seen else {}),
                **({"waited_for": waited} if waited else {}),
            },
        )


_KEPT = (
    "period", "id", "limit", "due_at", "late_seconds", "element", "act", "kind", "sentence", "rule", "since",
    "days",
)  # fmt: skip


def _hits(model: dmn.Model, event: Event, shown: Shown) -> list[Hit]:
    found = []
    # A decision is found by its id and by its name: ask each once.
    for name, decision in sorted({one.id: one for one in model.decisions.values()}.items()):
        if not _gives_cards(decision) or not _concerns(decision, event):
            continue
        answer = dmn.evaluate(model, name, shown.facts, host=shown.host)
        rows = answer.json if isinstance(answer.json, list) else [answer.json]
        conditions = _conditions(decision, answer.evidence, len(rows))
        for row, condition in zip(rows, conditions, strict=True):
            if isinstance(row, Mapping) and row.get("rule"):
                found.append(Hit(event, name, row, _seen(condition, shown.plain)))
    return found


def _gives_cards(decision: dmn.Decision) -> bool:
    """A table without a column `rule` holds figures that the rules ask for."""
    return not isinstance(decision.logic, dmn.Table) or any(
        one.name == "rule" for one in decision.logic.outputs
    )


def _conditions(decision: dmn.Decision, evidence: Iterable[Mapping[str, Any]], rows: int) -> list[str]:
    """The tests of the rule behind each row of an answer; empty texts where the table does not tell."""
    told = (one for one in evidence if one["decision"] == decision.id)
    hit = [rule["index"] for one in told for table in one["tables"] for rule in table["rules"]]
    if len(hit) != rows or not isinstance(decision.logic, dmn.Table):
        return [""] * rows
    rules = {rule.index: rule for rule in decision.logic.rules}
    return [" ".join(test.text for test in rules[index].tests) for index in hit]


_PATH = re.compile(r"\b(case\.file|event\.data)((?:\.[A-Za-z_]\w*)+)")
_LONGEST_SEEN = 60


def _seen(condition: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    """The plain facts a condition names, by their last name; texts too long to be a figure are left out."""
    found: dict[str, Any] = {}
    for root, path in _PATH.findall(condition):
        value: Any = plain
        for name in (*root.split("."), *path[1:].split(".")):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, bool | int | Decimal) or (
            isinstance(value, str) and len(value) <= _LONGEST_SEEN
        ):
            found[path.rpartition(".")[2]] = value
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
        "suspension_told": _told_until(ledger, data.get("instance")),
        "extended_times": len(ledger.extensions),
        "late": desk.moment > due.moment,
        "red": any(_red(card) for card in desk.state.cards if card.get("period") == number),
    }


def _told_until(ledger: periods.Ledger, instance: Any) -> str | None:
    """The last day the party was told that the suspension of an element lasts, as the ledger has it (A7)."""
    told = [one.since.told for one in ledger.suspensions if one.since.key == str(instance)]
    return told[-1].isoformat() if told and told[-1] is not None else None


def _red(card: Mapping[str, Any]) -> bool:
    """Whether a card is red and has not been revoked."""
    return card["level"] in ("R", "R+") and card["status"] != "revoked"
