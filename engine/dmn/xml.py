"""A hardened door for the XML of decision models.

Called by `engine.dmn.reader` (and by test runners that read XML test files); turns bytes into plain
nodes that know their line. It never follows a reference out of the file: a document type is refused
at its first character, so neither external entities nor entity bombs can exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # a document type never gets past the first handler below

from engine.errors import IllegalDefinition, TooLarge, said

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 128
MAX_NODES = 500_000


@dataclass(slots=True)
class Node:
    """One element: namespace, local name, attributes by local name, children, own text, 1-based line.

    Attributes of foreign namespaces are kept as `{namespace}name`.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def get(self, attribute: str, default: str = "") -> str:
        """The value of an attribute, or the default where it is absent."""
        return self.attributes.get(attribute, default)

    def first(self, *names: str) -> Node | None:
        """The first child in the same namespace with one of the local names."""
        return next(self.each(*names), None)

    def each(self, *names: str) -> Iterator[Node]:
        """The children in the same namespace with one of the local names, in order."""
        return (child for child in self.children if child.name in names and child.namespace == self.namespace)


def parse(data: bytes, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES) -> Node:
    """The root node of an XML document.

    Raises TooLarge over 5 MB, 128 levels or 500,000 elements (or the limits given), and IllegalDefinition
    where the bytes are no well-formed XML or carry a document type.
    """
    if len(data) > max_bytes:
        raise TooLarge(
            said(
                "Expected a file of at most {max_bytes} bytes, but it has {count}",
                max_bytes=max_bytes,
                count=len(data),
            )
        )
    builder = _Builder(max_nodes)
    try:
        builder.parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise IllegalDefinition(said("Expected well-formed XML, but {error}", error=error)) from error
    assert builder.root is not None  # noqa: S101  (expat refuses a document without a root)
    return builder.root


class _Builder:
    """Collects expat's events into nodes."""

    def __init__(self, max_nodes: int) -> None:
        self._max_nodes = max_nodes
        self.root: Node | None = None
        self._open: list[Node] = []
        self._text: list[list[str]] = []
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _refuse_doctype(self, *_facts: object) -> None:
        raise IllegalDefinition(said("Expected a plain XML file, but it declares a document type (DOCTYPE)"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > self._max_nodes:
            limits = said(
                "{max_depth} levels and {max_nodes} elements", max_depth=MAX_DEPTH, max_nodes=self._max_nodes
            )
            raise TooLarge(
                said(
                    "Expected at most {limits}, but line {currentlinenumber} is beyond",
                    limits=limits,
                    currentlinenumber=self.parser.CurrentLineNumber,
                )
            )
        namespace, _, name = tag.rpartition("}")
        own = {(f"{{{key}" if "}" in key else key): value for key, value in attributes.items()}
        node = Node(namespace, name, own, self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._text.append([])

    def _end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._text.pop())

    def _characters(self, data: str) -> None:
        if self._text:
            self._text[-1].append(data)
