"""The event log as XES (IEEE 1849-2016): one trace a case, one event a completed or started activity.

Called by `banjie export --format xes`. Concept, organisational, lifecycle and time extensions.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from sqlalchemy import Connection

from engine.records import journal
from engine.records.entries import Entry

_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
)
# lifecycle:transition of the standard transactional model, by event type.
_TRANSITIONS = {"ElementEntered": "start", "ElementLeft": "complete"}


def log(connection: Connection, case_ids: Iterable[int]) -> bytes:
    """The log of some cases as XES text."""
    root = etree.Element("log", {"xes.version": "1849.2016", "xes.features": ""})
    for name, prefix, uri in _EXTENSIONS:
        etree.SubElement(root, "extension", name=name, prefix=prefix, uri=uri)
    for case_id in case_ids:
        _trace(root, list(journal.read(connection, journal.case_stream(case_id))))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _trace(root: etree._Element, entries: list[Entry]) -> None:
    trace = etree.SubElement(root, "trace")
    number = entries[0].answers.get("number") if entries else None
    _text(trace, "concept:name", str(number or ""))
    for entry in entries:
        for event in entry.events:
            transition = _TRANSITIONS.get(event.type)
            if transition is None:
                continue
            if event.type == "ElementLeft" and event.data.get("outcome", "completed") != "completed":
                transition = "ate_abort"
            node = etree.SubElement(trace, "event")
            _text(node, "concept:name", str(event.data["element"]))
            _text(node, "concept:instance", str(event.data["instance"]))
            _text(node, "lifecycle:transition", transition)
            _text(node, "org:resource", str(entry.actor.get("person") or entry.actor.get("kind")))
            etree.SubElement(node, "date", key="time:timestamp", value=entry.moment)


def _text(parent: etree._Element, key: str, value: str) -> None:
    etree.SubElement(parent, "string", key=key, value=value)
