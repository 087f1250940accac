"""The BPMN 2.0.2 XML schema as the first judge: metamodel, order, types and required attributes.

Called by `engine.bpmn.lint.check` before the rules. The schema files come with the installed
SpiffWorkflow package and are read from its folder: no network. Extension elements and attributes of
other namespaces pass, as the schema wants it. It never judges what a schema cannot say.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import SpiffWorkflow
from lxml import etree

from engine.bpmn.lint.model import Model
from engine.bpmn.xml import Element
from engine.errors import Finding, said

RULE = "bpmn.metamodel"
MAX_FINDINGS = 200
SMALL = 5_000
_NAMESPACE = re.compile(r"\{[^}]*\}")
_PREFIX = re.compile(r"^Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?P<rest>.*)$")
_NOT_EXPECTED = re.compile(
    r"This element is not expected\.(?: Expected is (?:one of )?\( (?P<names>.*) \)\.)?$"
)
_MISSING = re.compile(r"Missing child element\(s\)\. Expected is (?:one of )?\( (?P<names>.*) \)\.$")
_NOT_ALLOWED = re.compile(r"The attribute '(?P<name>[^']*)' is not allowed\.$")
_REQUIRED = re.compile(r"The attribute '(?P<name>[^']*)' is required but missing\.$")
_VALUE = re.compile(
    r"'(?P<value>[^']*)' is not a valid value of the (?:atomic|union) type '(?P<type>[^']*)'\.$"
)
_ENUMERATION = re.compile(
    r"\[facet 'enumeration'\] The value '(?P<value>[^']*)' is not an element of the set \{(?P<set>.*)\}\.$"
)


def violations(model: Model) -> list[Finding]:
    """Every violation of the schema as a finding with element id, line and a sentence (at most 200).

    libxml2 numbers the siblings of each faulty element, so a large file with very many faults would take
    its time squared: there each sentence is told once, without its place.
    """
    if len(model.elements) > SMALL:
        sentences = _sentences(model.root)
        if len(sentences) > MAX_FINDINGS:
            return [
                _unplaced(sentence, count) for sentence, count in Counter(sentences).most_common(MAX_FINDINGS)
            ]
    return _placed(model)


def _placed(model: Model) -> list[Finding]:
    schema, tree = _schema(), model.root.getroottree()
    if schema.validate(tree):
        return []
    log: Any = schema.error_log
    return [_finding(model, tree, entry) for entry in log[:MAX_FINDINGS]]


def _sentences(root: Element) -> list[str]:
    parser: Any = etree.XMLParser(schema=_schema(), no_network=True, resolve_entities=False)
    try:
        etree.fromstring(etree.tostring(root), parser)
    except etree.XMLSyntaxError:
        return [_sentence(_NAMESPACE.sub("", entry.message)) for entry in parser.error_log]
    return []


def _unplaced(sentence: str, count: int) -> Finding:
    return Finding(
        "definitions",
        said("{sentence} ({count} times)", sentence=sentence, count=count) if count > 1 else sentence,
        RULE,
    )


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    folder = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema"
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd"), parser))


def _finding(model: Model, tree: Any, entry: Any) -> Finding:
    element = _element(model, tree, entry)
    where = f"line {entry.line}" if element is None else model.where(element)
    return Finding(where, _sentence(_NAMESPACE.sub("", entry.message)), RULE, entry.line or None)


def _element(model: Model, tree: Any, entry: Any) -> Element | None:
    try:
        found = tree.xpath(entry.path, namespaces={k: v for k, v in model.root.nsmap.items() if k})
    except etree.XPathError:
        return None
    return found[0] if found and isinstance(found[0], etree._Element) else None


def _sentence(message: str) -> str:
    match = _PREFIX.match(message)
    if match is None:
        return said("Expected a file that follows the BPMN 2.0.2 schema, but {message}", message=message)
    return _explained(match["element"], match["attribute"], match["rest"])


def _explained(element: str, attribute: str | None, rest: str) -> str:
    spot = (
        said("attribute '{attribute}' of {element}", attribute=attribute, element=element)
        if attribute
        else element
    )
    return (
        _of_structure(element, rest)
        or _of_value(spot, rest)
        or (said("Expected {spot} to follow the BPMN 2.0.2 schema, but: {rest}", spot=spot, rest=rest))
    )


def _of_structure(element: str, rest: str) -> str | None:
    if found := _NOT_EXPECTED.match(rest):
        return said(
            "Expected {choice} here, but found {element}", choice=_choice(found["names"]), element=element
        )
    if found := _MISSING.match(rest):
        return said(
            "Expected {choice} inside {element}, but it is missing",
            choice=_choice(found["names"]),
            element=element,
        )
    if found := _NOT_ALLOWED.match(rest):
        return said(
            "Expected only attributes BPMN gives {element}, but found '{name}'",
            element=element,
            name=found["name"],
        )
    if found := _REQUIRED.match(rest):
        return said(
            "Expected {element} to have the attribute '{name}', but it is missing",
            element=element,
            name=found["name"],
        )
    return None


def _of_value(spot: str, rest: str) -> str | None:
    if found := _VALUE.match(rest):
        kind = found["type"].removeprefix("xs:")
        return said(
            "Expected {spot} to be of type {kind}, but found '{value}'",
            spot=spot,
            kind=kind,
            value=found["value"],
        )
    if found := _ENUMERATION.match(rest):
        return said(
            "Expected {spot} to be one of {set}, but found '{value}'",
            spot=spot,
            set=found["set"],
            value=found["value"],
        )
    return None


def _choice(names: str | None) -> str:
    if not names:
        return said("nothing more")
    options = [name.strip() for name in names.split(",")]
    shown = ", ".join(options[:8]) + (", …" if len(options) > 8 else "")
    return shown if len(options) == 1 else said("one of: {shown}", shown=shown)
