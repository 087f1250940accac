"""Rules on the texts of a diagram that are evaluated: FEEL that parses, moments that are moments.

Run by `engine.bpmn.lint.check`. A text that begins with `=` is an expression; some places hold an
expression always. Nothing is evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine import feel
from engine.bpmn import cron, timing
from engine.bpmn.expressions import HOST_NAMES
from engine.bpmn.lint.model import FLOW_NODES, Model, described
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.lint.triggers import is_formal, is_marked
from engine.bpmn.names import WRITTEN, spaced_names
from engine.bpmn.xml import ZEEBE, Element, ancestors, child, children, extension, local, namespace, text
from engine.errors import ExpressionError, said

# BPMN elements whose text is an expression, whether or not it begins with '='.
ALWAYS = (
    "conditionExpression",
    "condition",
    "completionCondition",
    "loopCondition",
    "loopCardinality",
    "activationCondition",
)
TIMERS = ("timeDate", "timeDuration", "timeCycle")
# Attributes of extension elements that always hold an expression; all others do where they begin with '='.
_ALWAYS_ATTRIBUTES = {
    ("script", "expression"),
    ("loopCharacteristics", "inputCollection"),
    ("loopCharacteristics", "outputElement"),
    ("subscription", "correlationKey"),
}
_NAME = re.compile(r"[^\W\d][\w?]*([. ][^\W\d][\w?]*)*\Z")


@dataclass(frozen=True)
class Written:
    """An expression of the file: on which element, at which place, and the FEEL text without '='."""

    owner: Element
    place: str
    source: str


def written(model: Model) -> Iterator[Written]:
    """Every FEEL expression of the diagram."""
    for element in model.elements:
        yield from _in_bpmn(element)
        for holder in children(element, "extensionElements"):
            for one in holder.iter():
                if namespace(one) == ZEEBE:
                    yield from _in_extension(element, one)


@rule("bpmn.expression.feel", "dialect: Expressions; DMN 1.5 §10.3", EXECUTION)
def expressions_parse(model: Model) -> Faults:
    """Every expression is FEEL that can be parsed."""
    names = (*HOST_NAMES, *spaced_names(model.root))
    for one in written(model):
        try:
            feel.compile(one.source, names=names)
        except ExpressionError as error:
            yield (
                one.owner,
                said(
                    "{sentence} ({place} of {owner}, line {line}, column {column})",
                    sentence=error.sentence,
                    place=one.place,
                    owner=described(one.owner),
                    line=error.line,
                    column=error.column,
                ),
            )


@rule("bpmn.expression.empty", "BPMN 2.0.2 §8.4.6, table FormalExpression: body", EXECUTION)
def formal_expressions_have_text(model: Model) -> Faults:
    """A condition and every formal expression has a text."""
    for element in model.elements:
        formal = is_marked(element) or local(element) in (
            "conditionExpression",
            "transformation",
            "messagePath",
        )
        if formal and not text(element) and not len(element):
            yield (
                _owner(element),
                said(
                    "Expected a text in {element_kind} of {element}, but it is empty",
                    element_kind=local(element),
                    element=described(_owner(element)),
                ),
            )


@rule("bpmn.expression.formal", "BPMN 2.0.2 §8.4.6: an Expression is natural language", NOTE)
def expressions_are_formal(model: Model) -> Faults:
    """What an executable process evaluates is a formal expression; one that is not is read as FEEL all the "
    "same, and refused where it is none."""
    for element in model.elements:
        literal = local(element) == "loopCardinality" and text(element).isdigit()
        if literal or local(element) not in (*ALWAYS, "from", "to"):
            continue
        if text(element) and not is_formal(element) and local(_parent(element)) not in _JUDGED_ELSEWHERE:
            yield (
                _owner(element),
                said(
                    "Expected {element_kind} of {element} to be a formal expression (xsi:type "
                    "tFormalExpression, or a text that begins with '='), but found '{text}'",
                    element_kind=local(element),
                    element=described(_owner(element)),
                    text=text(element),
                ),
            )


@rule(
    "bpmn.expression.language", "BPMN 2.0.2 §8.4.6, FormalExpression: language; dialect: FEEL only", EXECUTION
)
def language_is_feel(model: Model) -> Faults:
    """A formal expression names no language but FEEL."""
    for element in model.elements:
        evaluated = local(element) in ALWAYS or (local(element) in TIMERS and text(element).startswith("="))
        language = element.get("language") if evaluated else None
        if language and "feel" not in language.lower():
            yield (
                element,
                said(
                    "Expected FEEL as language of this {element_kind}, but it is '{language}'",
                    element_kind=local(element),
                    language=language,
                ),
            )


@rule("bpmn.expression.default-language", "BPMN 2.0.2 §8.2.1, Definitions: expressionLanguage", NOTE)
def default_language_is_noted(model: Model) -> Faults:
    """Expressions are read as FEEL, whatever language the file declares as its default."""
    language = model.root.get("expressionLanguage", "")
    if language and "feel" not in language.lower():
        yield (
            model.root,
            said("Expressions are read as FEEL, though the file declares '{language}'", language=language),
        )


@rule("bpmn.event.timer.text", "BPMN 2.0.2 §10.5.5: ISO 8601; Camunda 8: cron", EXECUTION)
def moments_are_moments(model: Model) -> Faults:
    """A timer that is no expression is a date, duration or cycle, as its element says."""
    for definition in model.of("timerEventDefinition"):
        for name in TIMERS:
            moment = text(child(definition, name))
            if moment and not moment.startswith("=") and not _is_moment(name, moment):
                yield (
                    definition,
                    said(
                        "Expected {name} of {around} to be {forms}, but found '{moment}'",
                        name=name,
                        around=_around(model, definition),
                        forms=_FORMS[name],
                        moment=moment,
                    ),
                )


@rule("bpmn.expression.variable", "dialect: Variables by scope", EXECUTION)
def targets_are_names(model: Model) -> Faults:
    """What a mapping or result is written to is the name of a variable."""
    for element in model.elements:
        for holder in children(element, "extensionElements"):
            for one in holder.iter():
                if namespace(one) == ZEEBE:
                    yield from _bad_names(element, one)


@rule("bpmn.message.correlation-key", "dialect: subscription; BPMN 2.0.2 §8.4.2", NOTE)
def awaited_message_has_key(model: Model) -> Faults:
    """A correlation key that does not begin with `=` is read as an expression all the same."""
    for message in model.of("message"):
        setting = extension(message, "subscription")
        key = (setting.get("correlationKey") or "").strip() if setting is not None else ""
        if key and not key.startswith("="):
            yield (
                message,
                said(
                    "The correlation key '{key}' of {message} has no '=': it is read as FEEL",
                    key=key,
                    message=described(message),
                ),
            )


_OWNERS = FLOW_NODES | {"sequenceFlow", "globalScriptTask", "message", "correlationSubscription", "process"}
_BEGINS = {"timeDate": "", "timeDuration": "P", "timeCycle": "R"}
_ANY_MOMENT, _ANY_ZONE = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
_JUDGED_ELSEWHERE = ("conditionalEventDefinition", "complexBehaviorDefinition")
_FORMS = {
    "timeDate": said("a date and time like 2026-03-01T09:00:00+08:00"),
    "timeDuration": said("a duration like P3D or PT15M"),
    "timeCycle": said("a cycle like R3/PT1H, or a cron expression like 0 0 9 * * MON-FRI"),
}


def _in_bpmn(element: Element) -> Iterator[Written]:
    source, name = text(element), local(element)
    owner = _owner(element)
    if source and name in ALWAYS:
        yield Written(owner, name, source.removeprefix("="))
    elif name in TIMERS and source.startswith("="):
        yield Written(owner, name, source[1:])
    if name in ("message", "signal", "error", "escalation"):
        yield from _names(element)


def _parent(element: Element) -> Element:
    parent = element.getparent()
    return element if parent is None else parent


def _owner(element: Element) -> Element:
    around = (one for one in ancestors(element) if local(one) in _OWNERS)
    return next(around, element)


def _names(element: Element) -> Iterator[Written]:
    for attribute in ("name", "errorCode", "escalationCode"):
        value = (element.get(attribute) or "").strip()
        if value.startswith("="):
            yield Written(element, attribute, value[1:])


def _in_extension(owner: Element, one: Element) -> Iterator[Written]:
    name = local(one)
    if name == "userTaskForm":
        return
    for key, raw in one.attrib.items():
        attribute = _text(key)
        value = _text(raw).strip()
        always = (name, attribute) in _ALWAYS_ATTRIBUTES
        if value and (always or value.startswith("=")) and not (name == "property" and attribute == "name"):
            yield Written(
                owner,
                said("{attribute} of zeebe:{name}", attribute=attribute, name=name),
                value.removeprefix("="),
            )


def _text(raw: str | bytes) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw


def _is_moment(name: str, moment: str) -> bool:
    begin = (
        "R"
        if moment.startswith("R") or cron.is_cron(moment)
        else "P"
        if moment.startswith(("P", "-P"))
        else ""
    )
    if begin != _BEGINS[name]:
        return False
    try:
        timing.due(moment, _ANY_MOMENT, _ANY_ZONE)
    except ValueError:
        return False
    return True


def _bad_names(owner: Element, one: Element) -> Faults:
    for name, attribute in sorted(WRITTEN):
        value = (one.get(attribute) or "").strip() if local(one) == name else ""
        if value and not _NAME.match(value):
            yield (
                owner,
                said(
                    "Expected {attribute} of zeebe:{name} on {owner} to be a name, but found '{value}'",
                    attribute=attribute,
                    name=name,
                    owner=described(owner),
                    value=value,
                ),
            )


def _around(model: Model, definition: Element) -> str:
    parent = definition.getparent()
    return (
        described(parent) if parent is not None and local(parent) != "definitions" else described(definition)
    )


RULES = rules_of(globals())
