"""What a saved model no longer has: elements, attributes and extensions that went without being taken out.

Called when an editor opens and saves. An editor that does not understand something must hand it back as it
was: `unheld` compares the kept file with what the editor writes before anybody has changed a thing, so that
all that is missing is its own doing; `between` compares with what is saved, where an element that was
deleted takes its own parts with it and is no loss. Drawing coordinates are none either.
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


# --- what an editor never held -----------------------------------------------------------------------

# Attributes that say what holds without them: not writing them is no loss (BPMN 2.0.2, DMN 1.5 defaults).
_DEFAULTS = {
    "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1", "isCollection": "false",
    "triggeredByEvent": "false", "parallelMultiple": "false", "cancelActivity": "true",
    "isInterrupting": "true", "gatewayDirection": "Unspecified", "isSequential": "false",
    "eventGatewayType": "Exclusive", "instantiate": "false", "testBefore": "false",
    "textFormat": "text/plain", "processType": "None", "isClosed": "false", "isExecutable": "false",
    "expressionLanguage": "http://www.w3.org/1999/XPath", "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "itemKind": "Information", "isUnlimited": "true", "ordering": "Parallel", "isImmediate": "true",
    "waitForCompletion": "true", "associationDirection": "None", "cancelRemainingInstances": "true",
    "hitPolicy": "UNIQUE", "preferredOrientation": "Rule-as-Row", "method": "Compensate",
    "implementation": "##WebService", "structureRef": "", "behavior": "All",
}  # fmt: skip
_PLACED = frozenset({f"{{{xml.XSI}}}schemaLocation"})


def unheld(before: bytes, untouched: bytes) -> list[str]:
    """What a file has and an editor that opened and wrote it without a change does not (at most fifty).

    Everything counts but where things are drawn, comments, attributes that say the default, prefixes and
    white space. Works on BPMN and on DMN. Nothing is said where one of the two cannot be read.
    """
    try:
        old, new = _whole(before), _whole(untouched)
    except BanjieError:
        return []
    gone = sorted((old - new).items())
    return [sentence + (f" × {count}" if count > 1 else "") for sentence, count in gone][:MOST]


def _whole(data: bytes) -> Counter[str]:
    """Every element, attribute and text, each as a sentence under the id it stands in."""
    found: Counter[str] = Counter()
    for element in xml.read(data).getroot().iter():
        if not isinstance(element.tag, str) or _is_drawn(element):
            continue
        name, owner = xml.local(element), _named(element) or "definitions"
        found[f"{owner}: <{name}>"] += 1
        for key, value in element.attrib.items():
            plain = _plain(str(value))
            if str(key) not in _PLACED and _DEFAULTS.get(str(key)) != plain:
                found[f"{owner}: @{str(key).rpartition('}')[2]}={plain!r} <{name}>"] += 1
        text = _plain(element.text or "")
        if text and len(element) == 0:
            found[f"{owner}: <{name}> {text[:80]!r}"] += 1
    return found


def _is_drawn(element: xml.Element) -> bool:
    """Whether an element says how things are drawn (BPMNDI, DMNDI and what they hold)."""
    space = xml.namespace(element)
    return space in _DRAWN or "DMNDI" in space or ("/DMN/" in space and space.endswith(("/DI/", "/DC/")))


def _named(element: xml.Element | None) -> str:
    while element is not None:
        if element.get("id"):
            return str(element.get("id"))
        element = element.getparent()
    return ""


def _plain(text: str) -> str:
    """A value without the accidents of writing: white space as one blank, a name without its prefix."""
    joined = " ".join(text.split())
    prefix, colon, rest = joined.partition(":")
    named = rest.replace("-", "_").replace(".", "_").isidentifier()
    return rest if colon and prefix.replace("-", "_").isidentifier() and named else joined
