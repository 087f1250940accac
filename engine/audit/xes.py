"""The event log as XES (IEEE 1849-2016): one trace a case, one event an activity or event begun or done.

Called by `banjie export --format xes` and the auditor's page. The level says how much is told, after the
levels on which tools are certified: A names alone, B transitions and times too, C who did it, D roles, units
and instances; what has no standard extension belongs to one of our own (`banjie:name`, an element's name, and
`banjie:process`, the id of its process) and stands on level D alone. No namespace: the standard's schema
(annex B) has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree
from sqlalchemy import Connection

from engine.definitions.shelf import Shelf
from engine.records import journal
from engine.records.entries import Entry, Event

LEVELS = "ABCD"
_EXTENSIONS = (
    ("A", "Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("B", "Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("B", "Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("C", "Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("D", "Banjie", "banjie", "urn:banjie:xes"),
)
_FROM = {"concept:name": "A", "lifecycle:transition": "B", "time:timestamp": "B", "org:resource": "C"}
_SILENT = ("Gateway", "process", "ubProcess")  # ends of kinds that stand for no work of their own


def log(connection: Connection, shelf: Shelf, case_ids: Iterable[int], level: str = "D") -> bytes:
    """The log of some cases as XES text, told to a level."""
    root = etree.Element("log", {"xes.version": "1849.2016", "xes.features": ""})
    for begins, name, prefix, uri in _EXTENSIONS:
        if begins <= level:
            etree.SubElement(root, "extension", name=name, prefix=prefix, uri=uri)
    told = [key for key, begins in _FROM.items() if begins <= level]
    _global(root, "trace", ["concept:name"])
    _global(root, "event", told)
    etree.SubElement(root, "classifier", name="Activity", scope="event", keys="concept:name")
    if level >= "B":
        keys = "concept:name lifecycle:transition"
        etree.SubElement(root, "classifier", name="Transition", scope="event", keys=keys)
        _text(root, "lifecycle:model", "standard")
    for case_id in case_ids:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        _trace(root, entries, level, _Kinds(connection, shelf))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _global(root: etree._Element, scope: str, keys: list[str]) -> None:
    node = etree.SubElement(root, "global", scope=scope)
    for key in keys:
        if key == "time:timestamp":
            etree.SubElement(node, "date", key=key, value="1970-01-01T00:00:00.000Z")
        else:
            etree.SubElement(node, "string", key=key, value="")


class _Kinds:
    """Follows the scopes of one case, so that an element is found in the diagram it belongs to."""

    def __init__(self, connection: Connection, shelf: Shelf) -> None:
        self._connection = connection
        self._shelf = shelf
        self._scopes: dict[int, Mapping[str, Any]] = {}

    def take(self, event: Event) -> None:
        if event.type == "ScopeOpened":
            self._scopes[event.data["scope"]] = event.data

    def of(self, element: str, scope: int | None) -> tuple[str, str, str]:
        """Kind and name of an element, and the process it belongs to; "" where nobody can tell."""
        while scope is not None and scope in self._scopes:
            data = self._scopes[scope]
            if data.get("digest"):
                found = self._shelf.definition(self._connection, data["digest"]).elements.get(element)
                return (found.kind, found.name, found.process) if found else ("", "", "")
            scope = data.get("parent")
        return "", "", ""


def _trace(root: etree._Element, entries: list[Entry], level: str, kinds: _Kinds) -> None:
    trace = etree.SubElement(root, "trace")
    number = entries[0].answers.get("number") if entries else None
    _text(trace, "concept:name", str(number or ""))
    for entry in entries:
        for event in entry.events:
            kinds.take(event)
            facts = dict(_facts(entry, event, kinds))
            if not facts or (level == "A" and facts["lifecycle:transition"] != "complete"):
                continue
            node = etree.SubElement(trace, "event")
            for key, value in facts.items():
                if _FROM.get(key, "D") <= level:
                    _text(node, key, value)


def _facts(entry: Entry, event: Event, kinds: _Kinds) -> Iterator[tuple[str, str]]:
    """What is told of an event by key; nothing of one that is no activity's."""
    data = event.data
    transition = _transition(event)
    if transition is None or data.get("repeats"):
        return
    kind, name, process = kinds.of(str(data["element"]), data.get("scope"))
    if kind.endswith(_SILENT):
        return
    yield "concept:name", str(data["element"])
    yield "lifecycle:transition", transition
    yield "time:timestamp", entry.moment
    yield "org:resource", str(entry.actor.get("person") or entry.actor.get("kind"))
    yield "concept:instance", str(data["instance"])
    for key, value in (("org:role", "post"), ("org:group", "unit")):
        if entry.actor.get(value):
            yield key, str(entry.actor[value])
    yield "banjie:name", name
    yield "banjie:process", process


def _transition(event: Event) -> str | None:
    """The transition of the standard's transactional model; None for an event that is none."""
    if event.type == "ElementEntered":
        return "start"
    if event.type != "ElementLeft":
        return None
    return "complete" if event.data.get("outcome", "completed") == "completed" else "ate_abort"


def _text(parent: etree._Element, key: str, value: str) -> None:
    kind = "date" if key == "time:timestamp" else "string"
    etree.SubElement(parent, kind, key=key, value=value)
