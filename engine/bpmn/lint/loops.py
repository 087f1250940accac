"""Rules on repetition: standard loops and multi-instance activities.

Run by `engine.bpmn.lint.check`. What a repetition is called with at run time is judged by its element.
"""

from __future__ import annotations

from engine.bpmn.lint.model import Model, described
from engine.bpmn.lint.rule import EXECUTION, Faults, rule, rules_of
from engine.bpmn.xml import child, children, extension, text
from engine.errors import said


@rule("bpmn.loop.collection", "BPMN 2.0.2 §10.3.8, multi-instance loop characteristics", EXECUTION)
def multi_instance_has_count(model: Model) -> Faults:
    """A multi-instance activity has a cardinality or a collection."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        setting = extension(loop, "loopCharacteristics")
        collection = setting is not None and bool((setting.get("inputCollection") or "").strip())
        counted = bool(text(child(loop, "loopCardinality")))
        if owner is not None and not (collection or counted or text(child(loop, "loopDataInputRef"))):
            yield (
                owner,
                said(
                    "Expected a cardinality or a collection on the multi-instance {owner}, but "
                    "it has neither",
                    owner=described(owner),
                ),
            )


@rule("bpmn.loop.output", "dialect: loopCharacteristics; BPMN 2.0.2 §10.3.8", EXECUTION)
def multi_instance_output_is_whole(model: Model) -> Faults:
    """A collection of results and the expression of one result come together."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        setting = extension(loop, "loopCharacteristics")
        owner = loop.getparent()
        if setting is None or owner is None:
            continue
        if bool(setting.get("outputCollection")) != bool(setting.get("outputElement")):
            yield (
                owner,
                said(
                    "Expected outputCollection and outputElement together on {owner}, but one is missing",
                    owner=described(owner),
                ),
            )


@rule("bpmn.loop.behavior", "BPMN 2.0.2 §10.3.8, table MultiInstanceLoopCharacteristics: behavior")
def behaviour_has_events(model: Model) -> Faults:
    """Behaviour none, one and complex name the events they throw; complex has its definitions."""
    needed = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        behaviour = loop.get("behavior", "All")
        if owner is None:
            continue
        if behaviour in needed and not loop.get(needed[behaviour]):
            yield (
                owner,
                said(
                    "Expected {needed} for behaviour {behaviour} of {owner}, but it is missing",
                    needed=needed[behaviour],
                    behaviour=behaviour,
                    owner=described(owner),
                ),
            )
        if behaviour == "Complex" and not children(loop, "complexBehaviorDefinition"):
            yield (
                owner,
                said(
                    "Expected a complexBehaviorDefinition for {owner}, but it has none",
                    owner=described(owner),
                ),
            )


@rule("bpmn.loop.ends", "BPMN 2.0.2 §10.3.8, §13.3.6, standard loop characteristics", EXECUTION)
def loop_has_an_end(model: Model) -> Faults:
    """A standard loop has a condition or a maximum."""
    for loop in model.of("standardLoopCharacteristics"):
        owner = loop.getparent()
        if owner is None or loop.get("loopMaximum") is not None or text(child(loop, "loopCondition")):
            continue
        yield (
            owner,
            said(
                "Expected a loopCondition or loopMaximum on {owner}, but it has neither",
                owner=described(owner),
            ),
        )


@rule("bpmn.loop.maximum", "BPMN 2.0.2 §10.3.8, standard loop characteristics", EXECUTION)
def loop_maximum_is_positive(model: Model) -> Faults:
    """The maximum of a standard loop is not negative."""
    for loop in model.of("standardLoopCharacteristics"):
        owner = loop.getparent()
        maximum = whole_number(loop.get("loopMaximum"))
        if owner is not None and maximum is not None and maximum < 0:
            yield (
                owner,
                said(
                    "Expected a loopMaximum of 0 or more on {owner}, but it is {maximum}",
                    owner=described(owner),
                    maximum=maximum,
                ),
            )


@rule("bpmn.loop.cardinality", "BPMN 2.0.2 §10.3.8, table MultiInstanceLoopCharacteristics", EXECUTION)
def cardinality_is_positive(model: Model) -> Faults:
    """The cardinality of a multi-instance activity is not negative."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        count = whole_number(text(child(loop, "loopCardinality")).removeprefix("="))
        if owner is not None and count is not None and count < 0:
            yield (
                owner,
                said(
                    "Expected a cardinality of 0 or more on {owner}, but it is {count}",
                    owner=described(owner),
                    count=count,
                ),
            )


def whole_number(value: str | None) -> int | None:
    """The whole number a text writes; None where it writes none."""
    try:
        return int((value or "").strip())
    except ValueError:
        return None


RULES = rules_of(globals())
