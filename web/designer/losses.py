"""What a saved diagram no longer has: elements, attributes and extensions that went without being taken out.

Called when an editor saves. An editor that does not understand something must hand it back as it was; this
compares what the server kept with what arrives. An element that was deleted takes its own parts with it
and is no loss; drawing coordinates are none either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn import xml
from engine.errors import BanjieError

MOST = 50
_DRAWN = (xml.BPMNDI, xml.DI, xml.DC)
# Elements of BPMN that the editor keeps and gives nobody a way to take out.
_OUT_OF_REACH = frozenset(
    {
        "auditing", "choreography", "conversation", "correlationKey", "correlationProperty",
        "correlationSubscription", "dataState", "extension", "globalConversation", "globalTask",
        "humanPerformer", "import", "inputSet", "interface", "ioBinding", "ioSpecification",
        "itemDefinition", "monitoring", "operation", "outputSet", "partnerEntity", "partnerRole",
        "performer", "potentialOwner", "relationship", "rendering", "resource", "resourceRole",
    }
)  # fmt: skip


def between(before: bytes, after: bytes) -> list[str]:
    """What stood in elements that are still there and is gone, one sentence each (at most fifty).

    Nothing is said where one of the two cannot be read at all.
    """
    try:
        old, new = _facts(before), _facts(after)
    except BanjieError:
        return []
    found = [
        f"{owner or 'definitions'}: {fact}" + (f" × {count}" if count > 1 else "")
        for owner, facts in old.items()
        if owner in new
        for fact, count in sorted((facts - new[owner]).items())
    ]
    return found[:MOST]


def _facts(data: bytes) -> dict[str, Counter[str]]:
    """Element with an id → what it carries that is out of an editor's reach, each with its count."""
    found: dict[str, Counter[str]] = {}
    for element in xml.read(data).getroot().iter():
        if xml.namespace(element) in _DRAWN:
            continue
        name = element.get("id")
        if name and xml.is_bpmn(element):
            found.setdefault(name, Counter())
        found.setdefault(_owner(element.getparent()), Counter()).update(_parts(element))
        found.setdefault(_owner(element), Counter()).update(_attributes(element))
    return found


def _owner(element: xml.Element | None) -> str:
    """The id of the nearest element of BPMN around."""
    while element is not None:
        name = element.get("id")
        if name and xml.is_bpmn(element) and xml.local(element) not in _OUT_OF_REACH:
            return name
        element = element.getparent()
    return ""


def _parts(element: xml.Element) -> Iterator[str]:
    space = xml.namespace(element)
    if space == xml.BPMN and xml.local(element) in _OUT_OF_REACH:
        yield f"<{xml.local(element)}>"
    elif space not in (xml.BPMN, xml.ZEEBE):
        yield f"<{element.tag}>"


def _attributes(element: xml.Element) -> Iterator[str]:
    space = xml.namespace(element)
    for key in map(str, element.attrib):
        own = key[1:].partition("}")[0] if key.startswith("{") else ""
        if own not in ("", xml.ZEEBE, xml.MODELER, xml.XSI):
            yield f"@{key}"
        elif not own and space not in (xml.BPMN, xml.ZEEBE):
            yield f"@{key} <{element.tag}>"
