"""The event log as OCEL 2.0 (JSON): events that refer to cases, officers, documents, periods and cards.

Called by `banjie export --format ocel`. Where XES must choose one case for every event, here an event names
all it concerns. Personal data stay out: an officer is a login, an applicant is not told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from engine.records import journal
from engine.records.entries import Entry, Event

# What is told of an event: attributes of the event by their type in OCEL, by our event type.
_TOLD: Mapping[str, tuple[str, ...]] = {
    "CaseReceived": ("channel",),
    "WorkItemClaimed": ("element",),
    "WorkItemCompleted": ("element", "role", "act"),
    "MessageReceived": ("element", "role", "act"),
    "JobCompleted": ("element", "job"),
    "TimerFired": ("element",),
    "DecisionMade": ("element", "decision"),
    "ActRefused": ("sentence",),
    "DocumentIssued": ("element",),
    "PeriodOpened": ("due_on",),
    "PeriodSuspended": ("kind", "on"),
    "PeriodResumed": ("on", "due_on"),
    "PeriodExtended": ("by", "due_on"),
    "PeriodReset": ("due_on",),
    "PeriodRecounted": ("before", "due_on"),
    "PeriodOverdue": ("limit",),
    "PeriodStopped": ("on",),
    "CardIssued": ("rule", "level"),
    "CardAppealed": ("reason",),
    "CardRevoked": ("reason",),
    "CardRestored": ("reason",),
    "CaseTerminated": ("reason",),
    "CaseClosed": ("outcome",),
}
_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "case": ("procedure", "item", "unit", "package", "status"),
    "officer": (),
    "document": ("kind", "number", "sha256"),
    "period": ("id", "due_on"),
    "card": ("rule", "level", "status"),
}
# What an object becomes by an event that does not say so itself.
_BECOMES: Mapping[str, Mapping[str, str]] = {
    "CaseReceived": {"status": "open"},
    "CaseClosed": {"status": "closed"},
    "CaseTerminated": {"status": "terminated"},
    "CardIssued": {"status": "standing"},
    "CardRevoked": {"status": "revoked"},
    "CardRestored": {"status": "standing"},
}


@dataclass
class _Log:
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def object(self, kind: str, name: str, moment: str, facts: Mapping[str, Any]) -> str:
        """The id of an object, made at its first mention; what it becomes is told with its moment."""
        identifier = f"{kind}:{name}"
        empty: dict[str, Any] = {"id": identifier, "type": kind, "attributes": [], "relationships": []}
        told = self.objects.setdefault(identifier, empty)["attributes"]
        now = {one["name"]: one["value"] for one in told}
        for one in _OBJECTS[kind]:
            if facts.get(one) and now.get(one) != str(facts[one]):
                told[:] = [each for each in told if (each["name"], each["time"]) != (one, moment)]
                told.append({"name": one, "time": moment, "value": str(facts[one])})
        return identifier


def log(connection: Connection, case_ids: Iterable[int]) -> bytes:
    """The log of some cases as OCEL 2.0 in JSON."""
    made = _Log()
    for case_id in case_ids:
        _case(made, list(journal.read(connection, journal.case_stream(case_id))))
    data = {
        "objectTypes": [{"name": name, "attributes": _declared(told)} for name, told in _OBJECTS.items()],
        "eventTypes": [{"name": name, "attributes": _declared(told)} for name, told in _TOLD.items()],
        "objects": list(made.objects.values()),
        "events": made.events,
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _declared(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name, "type": "string"} for name in names]


def _case(made: _Log, entries: list[Entry]) -> None:
    if not entries:
        return
    number = str(entries[0].answers.get("number") or entries[0].case_id)
    opened = next((event.data for event in entries[0].events if event.type == "CaseReceived"), {})
    case = made.object("case", number, entries[0].moment, {**opened, **_BECOMES["CaseReceived"]})
    for entry in entries:
        for place, event in enumerate(entry.events, start=1):
            if event.type in _TOLD:
                made.events.append(
                    {
                        "id": f"{number}:{entry.seq}:{place}",
                        "type": event.type,
                        "time": entry.moment,
                        "attributes": _attributes(event),
                        "relationships": [
                            {"objectId": one, "qualifier": how}
                            for one, how in _concerned(made, case, number, entry, event)
                        ],
                    }
                )


def _attributes(event: Event) -> list[dict[str, str]]:
    found = ((name, event.data.get(name)) for name in _TOLD[event.type])
    return [{"name": name, "value": str(value)} for name, value in found if isinstance(value, str | int)]


def _concerned(made: _Log, case: str, number: str, entry: Entry, event: Event) -> Iterator[tuple[str, str]]:
    """The objects an event names, each with how."""
    yield case, "case"
    if event.type in ("CaseClosed", "CaseTerminated"):
        made.object("case", number, entry.moment, _BECOMES[event.type])
    if entry.actor.get("person"):
        yield made.object("officer", str(entry.actor["person"]), entry.moment, {}), "by"
    data = event.data
    if event.type == "CardIssued" and data.get("person"):
        yield made.object("officer", str(data["person"]), entry.moment, {}), "against"
    for kind, name in (
        ("document", data.get("sha256")),
        ("period", data.get("period")),
        ("card", data.get("card")),
    ):
        if name is not None and event.type.lower().startswith(kind):
            facts = {**data, **_BECOMES.get(event.type, {})}
            one = made.object(kind, f"{number}:{name}", entry.moment, facts)
            relation = {"objectId": one, "qualifier": kind}
            if relation not in made.objects[case]["relationships"]:
                made.objects[case]["relationships"].append(relation)
            yield one, kind
