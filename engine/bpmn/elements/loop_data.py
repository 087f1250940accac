"""Multi-instance data as BPMN itself writes it: `loopDataInputRef`, `inputDataItem` and their outputs.

Read by `repetitions` where no `zeebe:loopCharacteristics` says the same. A data element stands for the
variable of its name; an input or output of the activity for the data its association connects it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn import xml
from engine.bpmn.names import DATA
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.expressions import Expression
    from engine.bpmn.reading import Reading


class LoopData:
    """The variables of one multi-instance activity: collection, item and their results (10.3.8)."""

    def __init__(self, reading: Reading, loop: xml.Element, owner: str) -> None:
        self._loop = loop
        given, made = self._variable("loopDataInputRef"), self._variable("loopDataOutputRef")
        one, result = _name(xml.child(loop, "inputDataItem")), _name(xml.child(loop, "outputDataItem"))
        self.item = one
        self.output = made if result else None
        self.collection = _expression(reading, loop, owner, said("the input collection"), given)
        self.result = _expression(reading, loop, owner, said("the output element"), result if made else None)

    def _variable(self, reference: str) -> str | None:
        identifier = xml.reference(xml.text(xml.child(self._loop, reference)))
        if not identifier:
            return None
        found = self._element(self._beyond(identifier))
        if found is not None and not found.get("name") and xml.local(found) == "dataObjectReference":
            found = self._element(xml.reference(found.get("dataObjectRef")))
        return _name(found) or identifier

    def _beyond(self, identifier: str) -> str:
        """What an association of the activity connects its input or output with; itself where none does."""
        activity = self._loop.getparent()
        ways = {
            "dataInputAssociation": ("targetRef", "sourceRef"),
            "dataOutputAssociation": ("sourceRef", "targetRef"),
        }
        for name, (here, there) in ways.items():
            for one in [] if activity is None else xml.children(activity, name):
                if xml.reference(xml.text(xml.child(one, here))) == identifier:
                    return xml.reference(xml.text(xml.child(one, there))) or identifier
        return identifier

    def _element(self, identifier: str) -> xml.Element | None:
        for element in self._loop.getroottree().getroot().iter(*(xml.tag(name) for name in sorted(DATA))):
            if element.get("id") == identifier:
                return element
        return None


def _name(element: xml.Element | None) -> str | None:
    return None if element is None else element.get("name") or element.get("id")


def _expression(
    reading: Reading, loop: xml.Element, owner: str, place: str, name: str | None
) -> Expression | None:
    return None if name is None else reading.expression(loop, owner, place, name, always=True)
