"""Reads how an activity repeats: `standardLoopCharacteristics`, `multiInstanceLoopCharacteristics`.

Called by the door of the elements; absurd figures that are written plainly are refused here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn import xml
from engine.bpmn.elements.event_definitions import definition_of
from engine.bpmn.elements.loop_data import LoopData
from engine.bpmn.elements.multi_instance import MultiInstance
from engine.bpmn.elements.standard_loop import StandardLoop
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.activity import Repetition
    from engine.bpmn.event import EventDefinition
    from engine.bpmn.expressions import Expression
    from engine.bpmn.reading import Reading


def repetition_of(reading: Reading, element: xml.Element, owner: str) -> Repetition | None:
    """The repetition of an activity, None where it runs once."""
    loop = xml.child(element, "standardLoopCharacteristics")
    if loop is not None:
        return _loop(reading, loop, owner)
    many = xml.child(element, "multiInstanceLoopCharacteristics")
    return None if many is None else _many(reading, many, owner)


def _loop(reading: Reading, element: xml.Element, owner: str) -> Repetition:
    condition = _text(reading, element, owner, "loopCondition", said("the loop condition"))
    written = (element.get("loopMaximum") or "").strip()
    maximum = int(written) if written.isdigit() else None
    if written and maximum is None:
        reading.refuse(
            element,
            "bpmn.loop.maximum",
            said(
                "Expected loopMaximum of '{owner}' to be 0 or more, but it is {written}",
                owner=owner,
                written=written,
            ),
            owner,
        )
    if condition is None and not written:
        reading.refuse(
            element,
            "bpmn.loop.ends",
            said(
                "Expected the loop of '{owner}' to have a condition or a maximum, but it has none",
                owner=owner,
            ),
            owner,
        )
    return StandardLoop(condition=condition, before=xml.flag(element, "testBefore", False), maximum=maximum)


def _many(reading: Reading, element: xml.Element, owner: str) -> Repetition:
    zeebe = xml.extension(element, "loopCharacteristics")
    cardinality = _text(reading, element, owner, "loopCardinality", said("the loop cardinality"))
    collection = reading.optional(zeebe, owner, said("the input collection"), "inputCollection")
    data = LoopData(reading, element, owner)
    collection = collection or data.collection
    if cardinality is None and collection is None:
        reading.refuse(
            element,
            "bpmn.multi-instance.number",
            said(
                "Expected '{owner}' to name a collection or a cardinality, but it names neither", owner=owner
            ),
            owner,
        )
    written = "" if cardinality is None else cardinality.text.strip()
    if written.startswith("-"):
        reading.refuse(
            element,
            "bpmn.multi-instance.number",
            said(
                "Expected the loop cardinality of '{owner}' to be 0 or more, but it is {written}",
                owner=owner,
                written=written,
            ),
            owner,
        )
    return MultiInstance(
        sequential=xml.flag(element, "isSequential", False),
        cardinality=cardinality,
        collection=collection,
        item=data.item if zeebe is None else zeebe.get("inputElement"),
        output=data.output if zeebe is None else zeebe.get("outputCollection"),
        result=data.result
        if zeebe is None
        else reading.optional(zeebe, owner, said("the output element"), "outputElement"),
        condition=_text(reading, element, owner, "completionCondition", said("the completion condition")),
        behavior=element.get("behavior") or "All",
        each=_event(reading, element, owner, "noneBehaviorEventRef"),
        first=_event(reading, element, owner, "oneBehaviorEventRef"),
        cases=_cases(reading, element, owner),
    )


def _cases(
    reading: Reading, element: xml.Element, owner: str
) -> tuple[tuple[Expression, EventDefinition], ...]:
    found = []
    for one in xml.children(element, "complexBehaviorDefinition"):
        test = _text(reading, one, owner, "condition", said("the condition of a behaviour"))
        event = xml.child(one, "event")
        definitions = [] if event is None else [c for c in event if xml.local(c).endswith("EventDefinition")]
        for definition in definitions:
            thrown = definition_of(reading, definition, owner)
            if test is not None and thrown is not None:
                found.append((test, thrown))
    return tuple(found)


def _event(reading: Reading, element: xml.Element, owner: str, name: str) -> EventDefinition | None:
    identifier = xml.reference(element.get(name))
    shared = reading.named.get(identifier)
    if not identifier or shared is None:
        return None
    return definition_of(reading, shared, owner)


def _text(reading: Reading, element: xml.Element, owner: str, name: str, place: str) -> Expression | None:
    child = xml.child(element, name)
    text = xml.text(child)
    return reading.expression(child, owner, place, text, always=True) if child is not None and text else None
