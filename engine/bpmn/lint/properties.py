"""Rules on Banjie's own settings: `zeebe:properties` whose names begin with `banjie.`.

Run by `engine.bpmn.lint.check`. The closed vocabularies stand in `engine.bpmn.vocabulary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.lint.model import ACTIVITIES, FLOW_NODES, SUB_PROCESSES, Model, described
from engine.bpmn.lint.rule import NOTE, Faults, rule, rules_of
from engine.bpmn.vocabulary import ACTS, PREFIX, PROPERTIES, ROLES
from engine.bpmn.xml import ZEEBE, Element, children, extensions, local
from engine.errors import listed, said

_SPANNING = ACTIVITIES | {"process"}
_POINTS = FLOW_NODES
PLACES: dict[str, frozenset[str]] = {
    "banjie.role": frozenset({"lane", "participant"}) | FLOW_NODES,
    "banjie.form": FLOW_NODES,
    "banjie.act": FLOW_NODES,
    "banjie.unit": frozenset({"lane", "participant"}) | ACTIVITIES,
    "banjie.period": _SPANNING,
    "banjie.period.promise": _SPANNING | _POINTS,
    "banjie.period.from": _SPANNING | _POINTS,
    "banjie.period.starts": _POINTS,
    "banjie.period.stops": _POINTS,
    "banjie.period.extends": _POINTS,
    "banjie.period.tells": _POINTS,
    "banjie.period.resets": _POINTS,
    "banjie.period.suspends": ACTIVITIES | {"intermediateCatchEvent", "eventBasedGateway"} | SUB_PROCESSES,
    "banjie.period.kind": _POINTS,
    "banjie.period.told": _POINTS,
    "banjie.period.since": _POINTS,
    "banjie.period.extend.by": _POINTS,
    "banjie.period.extend.approver": _POINTS,
    "banjie.period.extend.reason": _POINTS,
    "banjie.approver": ACTIVITIES,
}


@rule("banjie.property.name", "dialect: Banjie's own facts")
def names_are_known(model: Model) -> Faults:
    """A property whose name begins with `banjie.` is one of the dialect."""
    for owner, name, _ in own_properties(model):
        if name not in PROPERTIES:
            yield (
                owner,
                said(
                    "Expected a known property on {owner}, but found '{name}'",
                    owner=described(owner),
                    name=name,
                ),
            )


@rule("banjie.property.place", "dialect: Banjie's own facts, Periods")
def names_stand_where_they_work(model: Model) -> Faults:
    """A property stands on a kind of element it works on."""
    for owner, name, _ in own_properties(model):
        if name in PLACES and local(owner) not in PLACES[name]:
            yield (
                owner,
                said(
                    "Expected '{name}' on another kind of element, but it stands on {owner}",
                    name=name,
                    owner=described(owner),
                ),
            )


@rule("banjie.property.once", "dialect: Banjie's own facts")
def names_stand_once(model: Model) -> Faults:
    """A property stands once on an element."""
    counts = Counter((owner, name) for owner, name, _ in own_properties(model))
    for (owner, name), count in counts.items():
        if count > 1:
            yield (
                owner,
                said(
                    "Expected '{name}' once on {owner}, but found it {count} times",
                    name=name,
                    owner=described(owner),
                    count=count,
                ),
            )


@rule("banjie.property.value", "dialect: Banjie's own facts")
def values_are_given(model: Model) -> Faults:
    """A property has a value."""
    for owner, name, value in own_properties(model):
        if name in PROPERTIES and not value:
            yield (
                owner,
                said(
                    "Expected a value for '{name}' on {owner}, but it is empty",
                    name=name,
                    owner=described(owner),
                ),
            )


@rule("banjie.role.known", "dialect: Roles and acts")
def roles_are_known(model: Model) -> Faults:
    """A role is one of the closed vocabulary."""
    for owner, name, value in own_properties(model):
        if name == "banjie.role" and value and value not in ROLES:
            yield (
                owner,
                said(
                    "Expected banjie.role to be one of {roles}, but found '{value}'",
                    roles=listed(ROLES),
                    value=value,
                ),
            )


@rule("banjie.act.known", "dialect: Roles and acts")
def acts_are_known(model: Model) -> Faults:
    """An act is one of the closed vocabulary."""
    for owner, name, value in own_properties(model):
        if name == "banjie.act" and value and value not in ACTS:
            yield owner, said("Expected banjie.act to be a known act, but found '{value}'", value=value)


@rule("banjie.period.kind-alone", "dialect: Periods", NOTE)
def kind_belongs_to_a_change(model: Model) -> Faults:
    """`banjie.period.kind` gives the reason of a suspension or extension on the same element."""
    for owner, name, _ in own_properties(model):
        if name == "banjie.period.kind":
            names = {other for _, other, _ in _properties(owner)}
            if not names & {"banjie.period.suspends", "banjie.period.extends"}:
                yield (
                    owner,
                    said(
                        "'{name}' on {owner} gives a reason, but nothing there suspends or extends",
                        name=name,
                        owner=described(owner),
                    ),
                )


def own_properties(model: Model) -> Iterator[tuple[Element, str, str]]:
    """Every `banjie.` property: the element it stands on, its name, its value."""
    for owner in model.elements:
        yield from _properties(owner)


def _properties(owner: Element) -> Iterator[tuple[Element, str, str]]:
    for holder in extensions(owner, "properties"):
        for one in children(holder, "property", ZEEBE):
            name = (one.get("name") or "").strip()
            if name.startswith(PREFIX):
                yield owner, name, (one.get("value") or "").strip()


RULES = rules_of(globals())
