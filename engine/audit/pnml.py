"""A net in the hands of others: as PNML, and the traces of a case in the labels of the net.

Called by `banjie export --format pnml` and the mining tests; what the net is drawn from stands in `petri`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from engine.audit.reduction import Net, Transition
from engine.records.entries import Entry, Event

_NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"
_TYPE = "http://www.pnml.org/version-2009/grammar/ptnet"


def traces_of(entries: Iterable[Entry], digest: str, net: Net) -> list[list[str]]:
    """What a case did in the diagram of that digest, as the net labels it: a trace for each run of its
    process that came to its end, of what was left completed, in order.

    The outer stay of a repeated activity stands for no work of its own and is left out.
    """
    scopes: dict[int, Mapping[str, Any]] = {}
    labels, found = net.labels, []
    open_: dict[int, list[str]] = {}
    for event in (event for entry in entries for event in entry.events):
        data = event.data
        if event.type == "ScopeOpened":
            scopes[data["scope"]] = data
        elif _done(event) and (run := _run(scopes, data["scope"], digest)) is not None:
            trace = open_.setdefault(run, [])
            if data["element"] == net.id:
                found.append(trace)
            elif data["element"] in labels:
                trace.append(str(data["element"]))
    return found


def _done(event: Event) -> bool:
    data = event.data
    return event.type == "ElementLeft" and data.get("outcome") == "completed" and not data.get("repeats")


def _run(scopes: Mapping[int, Mapping[str, Any]], scope: int | None, digest: str) -> int | None:
    """The scope of the process around a scope, where it runs the diagram of that digest."""
    while scope is not None and scope in scopes:
        if scopes[scope].get("digest"):
            return scope if scopes[scope]["digest"] == digest else None
        scope = scopes[scope].get("parent")
    return None


def written(net: Net, names: Mapping[str, str] | None = None) -> bytes:
    """The net as PNML (ISO/IEC 15909-2, place/transition nets).

    A silent transition and the final marking are told the way ProM tells them, which the tools of process
    mining read. `names` are put beside the ids as comments for people.
    """
    root = etree.Element("pnml", xmlns=_NAMESPACE)
    made = etree.SubElement(root, "net", id=net.id, type=_TYPE)
    _named(made, net.id)
    page = etree.SubElement(made, "page", id="page")
    for place in net.places:
        node = etree.SubElement(page, "place", id=place)
        _named(node, place)
        if place == net.start:
            etree.SubElement(etree.SubElement(node, "initialMarking"), "text").text = "1"
    for one in net.transitions:
        _transition(page, one, names or {})
    arcs = Counter((end, one.id) for one in net.transitions for end in one.takes)
    arcs += Counter((one.id, end) for one in net.transitions for end in one.gives)
    for number, ((source, target), weight) in enumerate(arcs.items(), start=1):
        arc = etree.SubElement(page, "arc", id=f"a{number}", source=source, target=target)
        if weight > 1:
            etree.SubElement(etree.SubElement(arc, "inscription"), "text").text = str(weight)
    marking = etree.SubElement(etree.SubElement(made, "finalmarkings"), "marking")
    etree.SubElement(etree.SubElement(marking, "place", idref=net.end), "text").text = "1"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _transition(page: etree._Element, one: Transition, names: Mapping[str, str]) -> None:
    node = etree.SubElement(page, "transition", id=one.id)
    _named(node, one.label or one.id)
    if one.label is None:
        facts = {"tool": "ProM", "version": "6.4", "activity": "$invisible$", "localNodeID": one.id}
        etree.SubElement(node, "toolspecific", facts)
    elif names.get(one.label):
        node.append(etree.Comment(f" {names[one.label].replace('--', '—')} "))


def _named(node: etree._Element, name: str) -> None:
    etree.SubElement(etree.SubElement(node, "name"), "text").text = name
