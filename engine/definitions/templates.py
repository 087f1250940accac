"""Document templates: what a designer may write in one, and what it becomes with a case file.

Called by deployment (`check`) and by the built-in job `banjie.document` (`render`). Templates run in
Jinja's sandbox with names, `if` and `for` alone: no calls, no filters, no includes, no attributes of
Python objects. Nothing here numbers or stores a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import Finding, IllegalDefinition, Malformed

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test,
    nodes.Tuple,
)  # fmt: skip
_TESTS = ("defined", "undefined", "none")


class _Blank(Undefined):
    """A name the case file does not have prints as a blank to fill in, however far it is asked."""

    def __str__(self) -> str:
        return "＿＿＿＿"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self


_SANDBOX = ImmutableSandboxedEnvironment(autoescape=True, undefined=_Blank)


def check(text: str, where: str) -> list[Finding]:
    """What a template may not contain, each finding with its line."""
    try:
        tree = _SANDBOX.parse(text)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        return [Finding(where, f"Expected a document template, but {error}", "template.syntax", line)]
    findings = []
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.Test) and node.name not in _TESTS):
            sentence = f"Expected names, if and for alone, but found {type(node).__name__.lower()}"
            findings.append(Finding(where, sentence, "template.element", node.lineno))
    return findings


def names(text: str) -> set[str]:
    """The names a template asks the case file for; none of one that cannot be read."""
    try:
        return set(meta.find_undeclared_variables(_SANDBOX.parse(text)))
    except TemplateError:
        return set()


def render(text: str, values: Mapping[str, Any]) -> bytes:
    """The document's HTML. Raises IllegalDefinition or Malformed; nothing of the host is reachable."""
    findings = check(text, "template")
    if findings:
        raise IllegalDefinition("Expected a document template of names, if and for alone", findings)
    try:
        return _SANDBOX.from_string(text).render(dict(values)).encode()
    except TemplateError as error:
        raise Malformed(f"Expected the template to fit the case file, but {error}") from error
