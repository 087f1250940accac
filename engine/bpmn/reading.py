"""What a reader carries along: the findings so far, the compiled texts, the things named once per file.

Made by `reader.read` for one file; handed to everything that reads a part of it. It never raises on its
own: faults are collected, so that a refusal names all of them at once.
"""

from __future__ import annotations

from engine.bpmn import xml
from engine.bpmn.expressions import Expression, compile_text
from engine.bpmn.names import spaced_names
from engine.errors import ExpressionError, Finding, said


class Reading:
    """The state of reading one file."""

    def __init__(self, root: xml.Element) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self.texts: list[tuple[str, Expression]] = []
        self.named: dict[str, xml.Element] = {}
        for child in root:
            identifier = child.get("id")
            if identifier is not None and xml.is_bpmn(child):
                self.named[identifier] = child
        self.names = spaced_names(root)

    def refuse(self, element: xml.Element, rule: str, sentence: str, where: str | None = None) -> None:
        """Note a fault that keeps the diagram from running."""
        at = where or element.get("id") or xml.local(element)
        self.findings.append(Finding(at, sentence, rule, xml.line(element)))

    def expression(
        self, element: xml.Element, owner: str, place: str, text: str, *, always: bool = False
    ) -> Expression:
        """A text as an expression; one that cannot be read becomes a finding."""
        try:
            found = compile_text(text, owner, place, always=always, names=self.names)
        except ExpressionError as error:
            at = said(", line {line}", line=error.line) if error.line > 1 else ""
            self.refuse(
                element,
                "feel.syntax",
                said(
                    "Expected {place} of '{owner}' to be FEEL, but `{text}` is not (column {column}{at}): "
                    "{sentence}",
                    place=place,
                    owner=owner,
                    text=text.strip(),
                    column=error.column,
                    at=at,
                    sentence=error.sentence,
                ),
                owner,
            )
            return Expression(text, owner, place)
        if found.compiled is not None:
            self.texts.append((owner, found))
        return found

    def optional(
        self, element: xml.Element | None, owner: str, place: str, attribute: str
    ) -> Expression | None:
        """An attribute as an expression, None where it is missing or empty."""
        text = None if element is None else element.get(attribute)
        if element is None or not text or not text.strip():
            return None
        return self.expression(element, owner, place, text)

    def referred(self, element: xml.Element, attribute: str, kind: str) -> xml.Element | None:
        """The root element an attribute refers to; an unresolved reference becomes a finding."""
        identifier = xml.reference(element.get(attribute))
        if not identifier:
            return None
        found = self.named.get(identifier)
        if found is None or xml.local(found) != kind:
            owner = _owner(element)
            self.refuse(
                element,
                "bpmn.reference.resolved",
                said(
                    "Expected {attribute} of '{owner}' to name a {kind} of the file, but there is no "
                    "'{identifier}'",
                    attribute=attribute,
                    owner=owner,
                    kind=kind,
                    identifier=identifier,
                ),
                owner,
            )
            return None
        return found


def _owner(element: xml.Element) -> str:
    for one in (element, *xml.ancestors(element)):
        if one.get("id") and not xml.local(one).endswith("EventDefinition"):
            return str(one.get("id"))
    return xml.local(element)
