"""The working state of a case, and how each event changes it.

`apply(state, event, moment) -> state` is pure and is the only way the state changes: live work and
replay run it alike. The state holds what the next decision needs (open items, timers, periods, acts
done), not the history; variables live in the marking. Written to the case row as canonical JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from engine import canonical
from engine.casework import idleness, standing_cards
from engine.errors import Broken, said
from engine.records.entries import Event

Rows = Mapping[int, Mapping[str, Any]]
LONGEST_NAME = 200


@dataclass(frozen=True)
class CaseState:
    """All mappings are keyed by instance (items, timers, jobs, subscriptions, incidents), scope or number."""

    case_id: int = 0
    number: str = ""
    procedure: str = ""
    package: str = ""
    item: str = ""
    unit: str = ""
    title: str = ""
    applicant: str = ""
    channel: str = ""
    opened_at: str = ""
    closed_at: str | None = None
    outcome: str | None = None
    root: int | None = None
    query_hash: str | None = None
    phone_tail: str = ""
    party: Mapping[str, str] = field(default_factory=dict)  # variables: {name, phone} of the person concerned
    called: Mapping[str, str] = field(default_factory=dict)  # package name → digest
    scopes: Rows = field(default_factory=dict)
    items: Rows = field(default_factory=dict)
    timers: Rows = field(default_factory=dict)
    jobs: Rows = field(default_factory=dict)
    subscriptions: Rows = field(default_factory=dict)
    incidents: Rows = field(default_factory=dict)
    periods: Rows = field(default_factory=dict)  # number → {id, scope, instance, ledger, fired, …}
    suspensions: Rows = field(default_factory=dict)  # instance → {period number, …}
    acts: tuple[Mapping[str, Any], ...] = ()
    documents: tuple[Mapping[str, Any], ...] = ()
    cards: tuple[Mapping[str, Any], ...] = ()
    idle: Mapping[str, Any] | None = None  # {rule, since, rests, fallen} where idling is watched (C4)
    counter: int = 0  # numbers of periods

    @property
    def open(self) -> bool:
        """Whether the case is still running."""
        return self.closed_at is None

    def chain(self, scope: int | None) -> tuple[int, ...]:
        """A scope and those around it, innermost first."""
        found: list[int] = []
        while scope is not None and scope in self.scopes:
            found.append(scope)
            scope = self.scopes[scope].get("parent")
        return tuple(found)

    def dumps(self) -> str:
        """Canonical JSON."""
        # Nothing is copied: what stands in the fields is plain data that the canonical text only reads.
        return canonical.dumps(_with_text_keys({one.name: getattr(self, one.name) for one in fields(self)}))


_ROW_FIELDS = (
    "scopes", "items", "timers", "jobs", "subscriptions", "incidents", "periods", "suspensions",
)  # fmt: skip
_TUPLE_FIELDS = ("acts", "documents", "cards")


def _with_text_keys(data: dict[str, Any]) -> dict[str, Any]:
    for name in _ROW_FIELDS:
        data[name] = {str(key): row for key, row in data[name].items()}
    return data


def loads(text: str) -> CaseState:
    """The state from its canonical JSON. Raises Broken where it is none."""
    data = canonical.loads(text)
    try:
        for name in _ROW_FIELDS:
            data[name] = {int(key): row for key, row in data[name].items()}
        for name in _TUPLE_FIELDS:
            data[name] = tuple(data[name])
        for name, empty in (("party", {}), ("idle", None)):  # a state written before they were kept
            data.setdefault(name, empty)
        return CaseState(**{f.name: data[f.name] for f in fields(CaseState)})
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(
            said("Expected the state of a case, but it cannot be read: {error}", error=error)
        ) from error


def apply(state: CaseState, event: Event, moment: str) -> CaseState:
    """The state after an event. Events that change nothing a decision needs leave it as it is."""
    applier = APPLIERS.get(event.type)
    return applier(state, event.data, moment) if applier else state


# --- small steps ----------------------------------------------------------------------------------


def _put(state: CaseState, name: str, key: int, row: Mapping[str, Any]) -> CaseState:
    changes: dict[str, Any] = {name: {**getattr(state, name), key: row}}
    return replace(state, **changes)


def _update(state: CaseState, name: str, key: int, **changes: Any) -> CaseState:
    rows = getattr(state, name)
    return _put(state, name, key, {**rows[key], **changes}) if key in rows else state


def _drop(state: CaseState, name: str, key: int) -> CaseState:
    rows = getattr(state, name)
    if key not in rows:
        return state
    changes: dict[str, Any] = {name: {k: row for k, row in rows.items() if k != key}}
    return replace(state, **changes)


# --- one applier per event -------------------------------------------------------------------------

Data = Mapping[str, Any]


def _case_received(state: CaseState, data: Data, moment: str) -> CaseState:
    names = {f.name for f in fields(CaseState)}
    state = replace(state, opened_at=moment, **{k: v for k, v in data.items() if k in names})
    return idleness.done(state, moment)


def _case_closed(state: CaseState, data: Data, moment: str) -> CaseState:
    return replace(state, closed_at=moment, outcome=data.get("outcome"))


def _procedure_called(state: CaseState, data: Data, moment: str) -> CaseState:
    return replace(state, called={**state.called, data["package"]: data["digest"]})


def _scope_opened(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {name: data.get(name) for name in ("parent", "element", "instance", "process", "digest")}
    root = state.root if state.root is not None else data["scope"]
    return replace(_put(state, "scopes", data["scope"], row), root=root)


def _scope_closed(state: CaseState, data: Data, moment: str) -> CaseState:
    return state if data["scope"] == state.root else _drop(state, "scopes", data["scope"])


def _variable_set(state: CaseState, data: Data, moment: str) -> CaseState:
    """Whom a case is about may be found out, or corrected, while it runs."""
    if data["scope"] != state.root:
        return state
    state = idleness.decided(state, data["name"], data["value"])
    if data["name"] not in state.party.values():
        return state
    text = str(data["value"] or "")
    named = {name: text for name, variable in state.party.items() if variable == data["name"]}
    return replace(
        state,
        applicant=named.get("name", state.applicant)[:LONGEST_NAME] or state.applicant,
        phone_tail=named["phone"][-4:] if "phone" in named else state.phone_tail,
    )


def _item_offered(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {
        "element": data["element"],
        "scope": data["scope"],
        "name": data["name"],
        "form": data.get("form"),
        "role": data.get("role"),
        "act": data.get("act"),
        "unit": data.get("unit") or state.unit,
        "assignee": data.get("assignee"),
        "groups": list(data.get("candidate_groups", ())),
        "users": list(data.get("candidate_users", ())),
        "priority": data.get("priority") or 50,
        "due": data.get("due"),
        "offered_at": moment,
        "status": "offered",
        "person": None,
        "approver": (data.get("properties") or {}).get("banjie.approver"),
    }
    return _put(state, "items", data["instance"], row)


def _item_claimed(state: CaseState, data: Data, moment: str) -> CaseState:
    return _update(state, "items", data["key"], status="claimed", person=data["person"], claimed_at=moment)


def _item_released(state: CaseState, data: Data, moment: str) -> CaseState:
    return _update(state, "items", data["key"], status="offered", person=None, held_by=data.get("person"))


def _element_left(state: CaseState, data: Data, moment: str) -> CaseState:
    for name in ("items", "jobs", "incidents", "timers", "subscriptions"):
        state = _drop(state, name, data["instance"])
    return state


def _job_created(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {
        "element": data["element"],
        "scope": data["scope"],
        "type": data["job"],
        "retries": data["retries"],
        "headers": dict(data.get("headers", {})),
        "input": dict(data.get("input", {})),
        "unit": data.get("unit") or state.unit,
        "available_at": moment,
        "problem": None,
    }
    return _put(state, "jobs", data["instance"], row)


def _job_failed(state: CaseState, data: Data, moment: str) -> CaseState:
    return _update(
        state,
        "jobs",
        data["key"],
        retries=data["retries"],
        problem=data["sentence"],
        available_at=data["available_at"],
    )


def _due_armed(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {name: data.get(name) for name in ("element", "scope", "at", "moves")}
    return _put(state, "timers", data["instance"], row)


def _subscription_opened(state: CaseState, data: Data, moment: str) -> CaseState:
    names = ("element", "scope", "kind", "name", "key", "role", "act", "form", "unit")
    return _put(state, "subscriptions", data["instance"], {name: data.get(name) for name in names})


def _incident_raised(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {name: data.get(name) for name in ("element", "scope", "kind", "sentence")}
    return _put(state, "incidents", data["instance"], row)


def _act_recorded(state: CaseState, data: Data, moment: str) -> CaseState:
    return replace(state, acts=(*state.acts, dict(data)))


def _period_opened(state: CaseState, data: Data, moment: str) -> CaseState:
    row = {name: data[name] for name in ("id", "scope", "instance", "ledger")}
    row.update(fired={}, stopped=False, unit=data.get("unit"))
    return replace(_put(state, "periods", data["period"], row), counter=data["period"])


def _period_changed(state: CaseState, data: Data, moment: str) -> CaseState:
    return _update(state, "periods", data["period"], ledger=data["ledger"])


def _period_suspended(state: CaseState, data: Data, moment: str) -> CaseState:
    state = _period_changed(state, data, moment)
    # One element may suspend several periods: the case's own and that of the department it waits for.
    row = state.suspensions.get(data["instance"]) or {"period": data["period"], "others": []}
    if row["period"] != data["period"]:
        row = {**row, "others": [*row["others"], data["period"]]}
    return _put(state, "suspensions", data["instance"], {**row, "kind": data["kind"]})


def _period_resumed(state: CaseState, data: Data, moment: str) -> CaseState:
    state = _drop(_period_changed(state, data, moment), "suspensions", data["instance"])
    return idleness.done(state, moment)


def _period_stopped(state: CaseState, data: Data, moment: str) -> CaseState:
    return _update(state, "periods", data["period"], ledger=data["ledger"], stopped=True)


def _period_fired(state: CaseState, data: Data, moment: str) -> CaseState:
    fired = {**state.periods[data["period"]]["fired"], data["limit"]: data["due_at"]}
    return _update(state, "periods", data["period"], fired=fired)


def _document_issued(state: CaseState, data: Data, moment: str) -> CaseState:
    names = ("kind", "number", "sha256", "name", "media_type", "size", "issued_on", "code")
    document = {name: data.get(name) for name in names}
    document.update({name: data[name] for name in ("reader",) if name in data})
    return replace(state, documents=(*state.documents, document))


def _instance_dropped(name: str) -> Callable[[CaseState, Data, str], CaseState]:
    def drop(state: CaseState, data: Data, moment: str) -> CaseState:
        return _drop(state, name, data["instance"])

    return drop


APPLIERS: dict[str, Callable[[CaseState, Data, str], CaseState]] = {
    "CaseReceived": _case_received,
    "CaseClosed": _case_closed,
    "ProcedureCalled": _procedure_called,
    "ScopeOpened": _scope_opened,
    "ScopeClosed": _scope_closed,
    "VariableSet": _variable_set,
    "WorkItemOffered": _item_offered,
    "WorkItemClaimed": _item_claimed,
    "WorkItemReleased": _item_released,
    "WorkItemForwarded": _item_claimed,
    "WorkItemCompleted": idleness.worked,
    "MessageReceived": idleness.worked,
    "CaseIdle": idleness.fallen,
    "ElementLeft": _element_left,
    "JobCreated": _job_created,
    "JobFailed": _job_failed,
    "DueArmed": _due_armed,
    "DueDisarmed": _instance_dropped("timers"),
    "SubscriptionOpened": _subscription_opened,
    "SubscriptionClosed": _instance_dropped("subscriptions"),
    "IncidentRaised": _incident_raised,
    "IncidentResolved": _instance_dropped("incidents"),
    "ActRecorded": _act_recorded,
    "PeriodOpened": _period_opened,
    "PeriodSuspended": _period_suspended,
    "PeriodResumed": _period_resumed,
    "PeriodExtended": _period_changed,
    "PeriodReset": _period_changed,
    "PeriodStopped": _period_stopped,
    "PeriodExtensionTold": _period_changed,
    "PeriodPrompted": _period_fired,
    "PeriodWarned": _period_fired,
    "PeriodStillOverdue": _period_fired,
    "PeriodOverdue": _period_fired,
    "CardIssued": standing_cards.issued,
    "CardAppealed": standing_cards.now("appealed"),
    "CardRevoked": standing_cards.now("revoked"),
    "CardRestored": standing_cards.now("standing"),
    "DocumentIssued": _document_issued,
}
