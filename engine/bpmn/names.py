"""The variable names of a diagram that FEEL could not tell by itself: those with a space or a sign.

Used by the lint and the reader, who hand them to the FEEL parser beside the host's names. Names of one
word need no telling. It never decides what a variable is.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.xml import ZEEBE, Element, local, namespace

# Attributes of extension elements that name a variable, and data elements whose name is one.
WRITTEN = {
    ("input", "target"),
    ("output", "target"),
    ("script", "resultVariable"),
    ("calledDecision", "resultVariable"),
    ("loopCharacteristics", "inputElement"),
    ("loopCharacteristics", "outputCollection"),
}
DATA = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataInput",
        "dataOutput",
        "property",
        "inputDataItem",
        "outputDataItem",
    }
)


def spaced_names(root: Element) -> tuple[str, ...]:
    """The names of variables and data in the diagram that are no single plain word, sorted, each once."""
    parts = {" ".join(part.split()) for name in _named(root) for part in name.split(".")}
    return tuple(sorted(part for part in parts if part and not part.isidentifier()))


def _named(root: Element) -> Iterator[str]:
    for element in root.iter():
        name = local(element)
        if namespace(element) == ZEEBE:
            yield from (element.get(attribute) or "" for kind, attribute in WRITTEN if kind == name)
        elif name in DATA:
            yield element.get("name") or ""
