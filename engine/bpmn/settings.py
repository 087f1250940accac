"""The Camunda 8 extension elements of one flow element, as settings.

Called by the reader for every element; read by the elements when they run. Which element may carry which
extension is judged by the lint; here they are only understood (dialect: Camunda 8 elements that are read).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from engine.bpmn import xml
from engine.bpmn.expressions import Expression
from engine.bpmn.reading import Reading
from engine.bpmn.vocabulary import PREFIX
from engine.errors import listed, said

BEFORE = ("start", "creating")
AFTER = ("end", "completing")
"""What a listener may hear: before the work of its element, or after it."""
Mapped = tuple[tuple[tuple[str, ...], Expression], ...]


@dataclass(frozen=True)
class Listener:
    """A job that runs when an element is entered or left (`zeebe:executionListener`, `taskListener`)."""

    event: str
    job: Expression
    retries: Expression | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What the extension elements of one element say."""

    inputs: Mapped = ()
    outputs: Mapped = ()
    properties: tuple[tuple[str, Expression], ...] = ()
    assignee: Expression | None = None
    groups: Expression | None = None
    users: Expression | None = None
    due: Expression | None = None
    follow_up: Expression | None = None
    priority: Expression | None = None
    form: str | None = None
    job: Expression | None = None
    retries: Expression | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    decision: Expression | None = None
    script: Expression | None = None
    result: str | None = None
    called: Expression | None = None
    gives_all: bool = False
    takes_all: bool = False
    before: tuple[Listener, ...] = ()
    after: tuple[Listener, ...] = ()

    def expressions(self) -> list[Expression]:
        """All expressions among the settings."""
        plain = [getattr(self, one.name) for one in fields(self)]
        found = [one for one in plain if isinstance(one, Expression)]
        found += [expression for _, expression in (*self.inputs, *self.outputs)]
        return found + [expression for _, expression in self.properties]


NO_SETTINGS = Settings()


def read_settings(reading: Reading, element: xml.Element) -> Settings:
    """The settings of a flow element, process or global task."""
    if not xml.extensions(element):
        return _called(reading, element, NO_SETTINGS)
    owner = element.get("id") or ""
    first = {xml.local(one): one for one in reversed(xml.extensions(element))}
    assignment, schedule = first.get("assignmentDefinition"), first.get("taskSchedule")
    decision, script, job = first.get("calledDecision"), first.get("script"), first.get("taskDefinition")
    take = reading.optional
    settings = Settings(
        inputs=_mappings(reading, element, "input", owner),
        outputs=_mappings(reading, element, "output", owner),
        properties=_properties(reading, element, owner),
        assignee=take(assignment, owner, said("the assignee"), "assignee"),
        groups=take(assignment, owner, said("the candidate groups"), "candidateGroups"),
        users=take(assignment, owner, said("the candidate users"), "candidateUsers"),
        due=take(schedule, owner, said("the due date"), "dueDate"),
        follow_up=take(schedule, owner, said("the follow-up date"), "followUpDate"),
        priority=take(first.get("priorityDefinition"), owner, said("the priority"), "priority"),
        form=_form(first.get("formDefinition")),
        job=take(job, owner, said("the job type"), "type"),
        retries=take(job, owner, said("the retries"), "retries"),
        headers=_headers(first.get("taskHeaders")),
        decision=take(decision, owner, said("the decision id"), "decisionId"),
        script=take(script, owner, said("the script"), "expression"),
        result=_result(decision, script),
        before=_listeners(reading, element, owner, BEFORE),
        after=_listeners(reading, element, owner, AFTER),
    )
    return _called(reading, element, settings)


def _called(reading: Reading, element: xml.Element, settings: Settings) -> Settings:
    if not xml.is_bpmn(element, ("callActivity",)):
        return settings
    owner = element.get("id") or ""
    called = xml.extension(element, "calledElement")
    found = reading.optional(called, owner, said("the called process"), "processId")
    found = found or reading.optional(element, owner, said("the called process"), "calledElement")
    gives = called is not None and xml.flag(called, "propagateAllParentVariables", False)
    takes = called is not None and xml.flag(called, "propagateAllChildVariables", False)
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return Settings(**{**values, "called": found, "gives_all": gives, "takes_all": takes})


def _mappings(reading: Reading, element: xml.Element, name: str, owner: str) -> Mapped:
    found = []
    for holder in xml.extensions(element, "ioMapping"):
        for one in xml.children(holder, name, xml.ZEEBE):
            target = tuple((one.get("target") or "").split("."))
            source = one.get("source") or "=null"
            found.append(
                (
                    target,
                    reading.expression(
                        one,
                        owner,
                        said("{name} mapping '{target}'", name=name, target=listed(target, ".")),
                        source,
                    ),
                )
            )
    return tuple(found)


def _properties(reading: Reading, element: xml.Element, owner: str) -> tuple[tuple[str, Expression], ...]:
    return tuple(
        (name, reading.expression(element, owner, said("property {name}", name=name), value))
        for name, value in xml.properties(element).items()
        if name.startswith(PREFIX)
    )


def _form(definition: xml.Element | None) -> str | None:
    if definition is None:
        return None
    return definition.get("formId") or definition.get("formKey") or definition.get("externalReference")


def _headers(holder: xml.Element | None) -> dict[str, str]:
    if holder is None:
        return {}
    return {one.get("key", ""): one.get("value", "") for one in xml.children(holder, "header", xml.ZEEBE)}


def _result(*holders: xml.Element | None) -> str | None:
    return next((one.get("resultVariable") for one in holders if one is not None), None)


def _listeners(
    reading: Reading, element: xml.Element, owner: str, events: tuple[str, ...]
) -> tuple[Listener, ...]:
    found = []
    for holder in xml.extensions(element):
        for one in xml.children(holder, None, xml.ZEEBE):
            if xml.local(one) not in ("executionListener", "taskListener"):
                continue
            if one.get("eventType") not in BEFORE + AFTER and events is BEFORE:
                reading.refuse(
                    one,
                    "banjie.listener.event",
                    said(
                        "Expected the listener of '{owner}' to hear one of {before}, but it hears "
                        "'{eventtype}'",
                        owner=owner,
                        before=listed(BEFORE + AFTER),
                        eventtype=one.get("eventType"),
                    ),
                    owner,
                )
            elif one.get("eventType") in events:
                place = said("the {eventtype} listener", eventtype=one.get("eventType"))
                job = reading.expression(one, owner, place, one.get("type") or "")
                retries = reading.optional(one, owner, said("the retries of {place}", place=place), "retries")
                headers = _headers(xml.child(one, "taskHeaders", xml.ZEEBE))
                found.append(Listener(str(one.get("eventType")), job, retries, headers))
    return tuple(found)
