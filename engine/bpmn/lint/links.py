"""Rules on link events: a throw jumps to the one catch of its name on the same level.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.lint.model import Model, described
from engine.bpmn.lint.rule import NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, local, references
from engine.errors import said


@rule("bpmn.link.name", "BPMN 2.0.2 §10.5.5, link event definition: name is required")
def link_has_name(model: Model) -> Faults:
    """A link event has a name, by which the pair finds each other."""
    for event, definition in _links(model):
        if not (definition.get("name") or "").strip():
            yield (
                event,
                said("Expected a name on the link of {event}, but it has none", event=described(event)),
            )


@rule("bpmn.link.catch-once", "BPMN 2.0.2 §10.5.4: many sources, one target")
def one_catch_per_name(model: Model) -> Faults:
    """Within one scope there is one catching link event for each name."""
    for (_, name), events in _named(model, "intermediateCatchEvent").items():
        for event in events[1:]:
            yield (
                event,
                said(
                    "Expected one catching link '{name}', but {events} catches it as well",
                    name=name,
                    events=described(events[0]),
                ),
            )


@rule("bpmn.link.dangling", "BPMN 2.0.2 §10.5.4, §13.5.3")
def throw_has_catch(model: Model) -> Faults:
    """A throwing link event has a catching one of its name in the same process and on the same level."""
    catches = _named(model, "intermediateCatchEvent")
    elsewhere = {name for _, name in catches}
    for (scope, name), events in _named(model, "intermediateThrowEvent").items():
        for event in events:
            if (scope, name) in catches:
                continue
            found = said("the only one is on another level") if name in elsewhere else said("there is none")
            yield (
                event,
                said(
                    "Expected a catching link '{name}' on the level of {event}, but {found}",
                    name=name,
                    event=described(event),
                    found=found,
                ),
            )


@rule("bpmn.link.unused", "BPMN 2.0.2 §10.5.4", NOTE)
def catch_has_throw(model: Model) -> Faults:
    """A catching link event that nothing throws is never reached."""
    throws = _named(model, "intermediateThrowEvent")
    for key, events in _named(model, "intermediateCatchEvent").items():
        if key not in throws:
            yield (
                events[0],
                said(
                    "Nothing throws link '{key}': {events} is never reached",
                    key=key[1],
                    events=described(events[0]),
                ),
            )


@rule("bpmn.link.flows", "BPMN 2.0.2 §10.5.4: a link is never both source and target")
def link_flows(model: Model) -> Faults:
    """No flow leads into a catching link event or out of a throwing one."""
    for event, _ in _links(model):
        if local(event) == "intermediateCatchEvent" and model.incoming[event]:
            yield (
                event,
                said(
                    "Expected no flow into the catching link {event}, but it has one", event=described(event)
                ),
            )
        if local(event) == "intermediateThrowEvent" and model.outgoing[event]:
            yield (
                event,
                said(
                    "Expected no flow out of the throwing link {event}, but it has one",
                    event=described(event),
                ),
            )


@rule("bpmn.link.alone", "BPMN 2.0.2 §10.5.4, §10.5.5: a multiple event holds no link")
def link_stands_alone(model: Model) -> Faults:
    """A link event has no second event definition."""
    for event, _ in _links(model):
        if len(model.definitions(event)) > 1:
            yield (
                event,
                said(
                    "Expected the link alone on {event}, but it has further definitions",
                    event=described(event),
                ),
            )


@rule("bpmn.link.named-pair", "BPMN 2.0.2 §10.5.5, link event definition: source and target")
def listed_pair_agrees(model: Model) -> Faults:
    """Where links list their source and target, both ends agree and stand on one level."""
    named = {
        (definition, side, name)
        for _, definition in _links(model)
        for side in ("source", "target")
        for name in references(definition, side)
    }
    for event, definition, other, back in _listed_partners(model):
        partner = other.getparent()
        if (other, back, definition.get("id")) not in named:
            yield (
                event,
                said(
                    "Expected link '{id}' to list the link of {event} as {back}, but it does not",
                    id=other.get("id"),
                    event=described(event),
                    back=back,
                ),
            )
        if partner is not None and partner.getparent() is not event.getparent():
            yield (
                event,
                said(
                    "Expected {event} and {partner} on one level, but they are not",
                    event=described(event),
                    partner=described(partner),
                ),
            )


def _listed_partners(model: Model) -> Iterator[tuple[Element, Element, Element, str]]:
    for event, definition in _links(model):
        for side, back in (("target", "source"), ("source", "target")):
            for name in references(definition, side):
                other = model.find(name)
                if other is not None and local(other) == "linkEventDefinition":
                    yield event, definition, other, back


def _links(model: Model) -> Iterator[tuple[Element, Element]]:
    for event in model.of("intermediateCatchEvent", "intermediateThrowEvent"):
        for definition in model.definitions(event):
            if local(definition) == "linkEventDefinition":
                yield event, definition


def _named(model: Model, kind: str) -> dict[tuple[Element | None, str], list[Element]]:
    found: dict[tuple[Element | None, str], list[Element]] = defaultdict(list)
    for event, definition in _links(model):
        if local(event) == kind:
            found[event.getparent(), (definition.get("name") or "").strip()].append(event)
    return found


RULES = rules_of(globals())
