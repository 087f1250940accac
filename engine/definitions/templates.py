"""Document templates: what a designer may write in one, and what it becomes with a case file.

Called by deployment (`check`), by the designer's pages (`names`) and by the built-in job `banjie.document`
(`render`). Templates run in Jinja's sandbox with names, `if` and `for` alone: no calls, no filters, no
includes, no attribute of a Python object. A template is HTML, or a .docx file (`word_templates`), which is
checked and rendered by the same sandbox. Nothing here numbers or stores a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateError, Undefined, meta, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.definitions.template_values import BLANK, Amount, printed
from engine.errors import Finding, IllegalDefinition, Malformed, said

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test,
    nodes.Tuple,
)  # fmt: skip
_TESTS = ("defined", "undefined", "none")
_OF_LOOPS = ("first", "last", "index", "length")
DEEPEST_LOOP = 2


class _Blank(Undefined):
    """A name the case file does not have prints as a blank to fill in, however far it is asked."""

    def __str__(self) -> str:
        return BLANK

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self


class _Sandbox(ImmutableSandboxedEnvironment):
    """Names lead into plain data alone: fields of objects, places of lists, the turn of a loop."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of an object; the four facts of a loop; the capitals of an amount; else a blank."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in _OF_LOOPS:
            return getattr(obj, attribute)
        if isinstance(obj, Amount) and attribute == "words":
            return obj.words
        return _Blank(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field of an object, or a place of a list; else a blank."""
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, list) and type(argument) is int and -len(obj) <= argument < len(obj):
            return obj[argument]
        return _Blank(obj=obj, name=str(argument))


SANDBOX = _Sandbox(autoescape=True, undefined=_Blank, finalize=printed)
SANDBOX.globals.clear()  # Jinja's own (range, lipsum, cycler) are no names of a case file
LONGEST_MADE = 4_000_000
_OWN_NAMES = ("self", "caller", "varargs", "kwargs")


def check(text: str, where: str) -> list[Finding]:
    """What a template may not contain, each finding with its line."""
    try:
        tree = SANDBOX.parse(text)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        return [
            Finding(
                where, said("Expected a document template, but {error}", error=error), "template.syntax", line
            )
        ]
    findings = []
    for node in tree.find_all(nodes.Node):
        found = _forbidden(node)
        if found:
            sentence = said("Expected names, if and for alone, but found {name}", name=found)
            findings.append(Finding(where, sentence, "template.element", node.lineno))
    if _loops(tree) > DEEPEST_LOOP:
        sentence = said(
            "Expected loops at most {deepest_loop} deep, but found deeper ones", deepest_loop=DEEPEST_LOOP
        )
        findings.append(Finding(where, sentence, "template.depth", 1))
    return findings


def _forbidden(node: nodes.Node) -> str:
    """What a node is, where a template may not have it; "" where it may."""
    if isinstance(node, nodes.Name) and node.name in _OWN_NAMES:
        return node.name
    allowed = isinstance(node, _ALLOWED) and not (isinstance(node, nodes.Test) and node.name not in _TESTS)
    return "" if allowed else type(node).__name__.lower()


def _loops(node: nodes.Node) -> int:
    deepest = max((_loops(child) for child in node.iter_child_nodes()), default=0)
    return deepest + isinstance(node, nodes.For)


def names(text: str) -> set[str]:
    """The names a template asks the case file for; none of one that cannot be read."""
    try:
        return set(meta.find_undeclared_variables(SANDBOX.parse(text)))
    except TemplateError:
        return set()


def filled(template: Template, values: Mapping[str, Any]) -> str:
    """What a template becomes, as far as LONGEST_MADE signs.

    Loops over long lists of a case file grow without bound. Raises Malformed where it does not fit or grows
    beyond that.
    """
    pieces, length = [], 0
    try:
        for piece in template.generate(dict(values)):
            length += len(piece)
            if length > LONGEST_MADE:
                raise Malformed(
                    said(
                        "Expected a document of at most {most} signs, but it grows longer", most=LONGEST_MADE
                    )
                )
            pieces.append(piece)
    except TemplateError as error:
        raise Malformed(
            said("Expected the template to fit the case file, but {error}", error=error)
        ) from error
    return "".join(pieces)


def render(text: str, values: Mapping[str, Any]) -> bytes:
    """The document's HTML. Raises IllegalDefinition or Malformed; nothing of the host is reachable."""
    return HtmlTemplate.read(text, "template").render(values)


@dataclass(frozen=True)
class HtmlTemplate:
    """A template that is HTML."""

    text: str
    media_type = "text/html"
    suffix = "html"

    @classmethod
    def read(cls, text: str, where: str) -> HtmlTemplate:
        """The template. Raises IllegalDefinition with every finding."""
        findings = check(text, where)
        if findings:
            raise IllegalDefinition(said("Expected a document template of names, if and for alone"), findings)
        return cls(text)

    @property
    def names(self) -> set[str]:
        """The names it asks the case file for."""
        return names(self.text)

    def render(self, values: Mapping[str, Any], picture: bytes = b"") -> bytes:
        """The document; the same bytes for the same values. Raises Malformed."""
        return filled(SANDBOX.from_string(self.text), values).encode()
