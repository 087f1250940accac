"""The hardened door for BPMN files: bytes in, an lxml tree out, or a refusal with a sentence.

Called by the reader, the lint and deployment. It reads a file as untrusted text: no document type, no
entities, no network, no XInclude, limits on size, depth, elements and namespaces (which bound the time
as well). It never judges BPMN's rules (the lint does) and never changes or stores the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from engine.errors import Finding, IllegalDefinition, Malformed, TooLarge, said

Element = etree._Element
Tree = etree._ElementTree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DI = "http://www.omg.org/spec/DD/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 200
MAX_ELEMENTS = 250_000
MAX_NAMESPACES = 2_000
_CHUNK = 64 * 1024
_NO_DOCTYPE = said("Expected a file without a document type, but it has a DOCTYPE")
_STANDARD = frozenset({BPMN, BPMNDI, DI, DC})
_EXTENSIONS = f"{{{BPMN}}}extensionElements"


def parse(data: bytes) -> Tree:
    """The tree of a BPMN file, comments and processing instructions left out.

    Raises TooLarge over a limit, Malformed for what is no well-formed XML, has a document type or is
    not a `definitions` of BPMN 2.0, IllegalDefinition where an id stands twice.
    """
    tree = read(data)
    found = duplicate_ids(tree)
    if found:
        raise IllegalDefinition(found[0].sentence, found)
    return tree


def read(data: bytes) -> Tree:
    """As `parse`, but ids that stand twice are left for the lint to list with all other findings."""
    if len(data) > MAX_BYTES:
        raise TooLarge(
            said(
                "Expected a diagram of at most {max_bytes} bytes, but this file has {count}",
                max_bytes=MAX_BYTES,
                count=len(data),
            )
        )
    if not data.strip():
        raise _refusal(said("Expected a BPMN file, but the file is empty"), 1)
    root = _feed(data)
    _demand_definitions(root)
    return root.getroottree()


def duplicate_ids(tree: Tree) -> list[Finding]:
    """One finding per id used again by an element of BPMN or its drawing."""
    return [
        Finding(element.get("id", ""), sentence, "bpmn.id.unique", line(element))
        for element, sentence in doubled(tree)
    ]


def doubled(tree: Tree) -> Iterator[tuple[Element, str]]:
    """Every element of BPMN or its drawing whose id (XML Schema type ID) stands before, with a sentence."""
    seen: dict[str, Element] = {}
    for element in tree.getroot().iter():
        identifier = element.get("id")
        if identifier is None or namespace(element) not in _STANDARD:
            continue
        first = seen.setdefault(identifier, element)
        if first is not element:
            yield (
                element,
                said(
                    "Expected every id to stand once, but '{identifier}' of this {element_kind} already "
                    "belongs to the {first_kind} in line {line}",
                    identifier=identifier,
                    element_kind=local(element),
                    first_kind=local(first),
                    line=line(first),
                ),
            )


def namespace(element: Element) -> str:
    """The namespace of an element, "" where it has none."""
    tag = str(element.tag)
    return tag[1:].partition("}")[0] if tag[0] == "{" else ""


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def is_bpmn(element: Element, names: Iterable[str] = ()) -> bool:
    """Whether the element is of the BPMN namespace, and (where names are given) one of them."""
    return namespace(element) == BPMN and (not names or local(element) in names)


def tag(name: str, space: str = BPMN) -> str:
    """The full tag lxml uses for a name."""
    return f"{{{space}}}{name}"


def children(element: Element, name: str | None = None, space: str = BPMN) -> list[Element]:
    """The children with that name (any name of the namespace where None), in the file's order."""
    return list(element.iterchildren(tag("*" if name is None else name, space)))


def child(element: Element, name: str, space: str = BPMN) -> Element | None:
    """The first child with that name."""
    return next(element.iterchildren(tag(name, space)), None)


def text(element: Element | None) -> str:
    """The text directly inside an element, without outer white space; "" for None."""
    return ((element.text if element is not None else None) or "").strip()


def line(element: Element) -> int | None:
    """The 1-based line on which the element's start tag ends; None where libxml2 has lost count (65,535)."""
    number: Any = element.sourceline
    return number if isinstance(number, int) and number != 65_535 else None


def flag(element: Element, name: str, default: bool) -> bool:
    """A boolean attribute (XML Schema: true, false, 1, 0)."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def reference(value: str | None) -> str:
    """The id a reference means: references are QNames, whose prefix names the target namespace."""
    return (value or "").strip().rpartition(":")[2]


def references(element: Element, name: str) -> list[str]:
    """The ids that the children of that name refer to, such as `incoming` or `flowNodeRef`."""
    return [reference(one.text) for one in children(element, name)]


def ancestors(element: Element) -> Iterator[Element]:
    """The parents of an element, innermost first."""
    parent = element.getparent()
    while parent is not None:
        yield parent
        parent = parent.getparent()


def extensions(element: Element, name: str | None = None, space: str = ZEEBE) -> list[Element]:
    """The extension elements of that namespace (and name) on a BPMN element, in the file's order."""
    held = tag("*" if name is None else name, space)
    return [one for holder in element.iterchildren(_EXTENSIONS) for one in holder.iterchildren(held)]


def extension(element: Element, name: str, space: str = ZEEBE) -> Element | None:
    """The first extension element of that name on a BPMN element."""
    return next(iter(extensions(element, name, space)), None)


def properties(element: Element) -> dict[str, str]:
    """The `zeebe:properties` of a BPMN element by name; the last one wins, as in Camunda 8."""
    return {
        one.get("name", ""): one.get("value", "")
        for holder in extensions(element, "properties")
        for one in children(holder, "property", ZEEBE)
    }


def _feed(data: bytes) -> Element:
    parser = etree.XMLPullParser(
        events=("start", "end", "start-ns"),
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    limits = _Limits()
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            limits.take(parser.read_events())
        root = parser.close()
        limits.take(parser.read_events())
    except etree.XMLSyntaxError as error:
        limits.take(parser.read_events())
        raise _syntax(error, parser, data) from error
    except (LookupError, ValueError, etree.LxmlError) as error:
        raise _refusal(said("Expected well-formed XML, but {error}", error=error), None) from error
    return root


class _Limits:
    """Counts elements and depth while the file is read, and refuses at the first start tag past a limit."""

    def __init__(self) -> None:
        self.count = 0
        self.depth = 0
        self.namespaces = 0

    def take(self, events: Iterable[tuple[str, Any]]) -> None:
        for event, element in events:
            if event == "end":
                self.depth -= 1
            elif event == "start-ns":
                self.namespaces += 1
            else:
                self.count += 1
                self.depth += 1
                self._judge(element)

    def _judge(self, element: Element) -> None:
        document: Any = element.getroottree().docinfo
        if self.count == 1 and document.doctype:
            raise _refusal(_NO_DOCTYPE, 1)
        if self.depth > MAX_DEPTH:
            raise TooLarge(
                said(
                    "Expected elements at most {max_depth} deep, but line {line} goes deeper",
                    max_depth=MAX_DEPTH,
                    line=line(element),
                )
            )
        if self.count > MAX_ELEMENTS:
            raise TooLarge(
                said(
                    "Expected at most {max_elements} elements, but the file has more",
                    max_elements=MAX_ELEMENTS,
                )
            )
        if self.namespaces > MAX_NAMESPACES:
            raise TooLarge(
                said(
                    "Expected at most {max_namespaces} namespace declarations, but the file has more",
                    max_namespaces=MAX_NAMESPACES,
                )
            )


def _demand_definitions(root: Element) -> None:
    if is_bpmn(root, ("definitions",)):
        return
    where = (
        said("of namespace '{namespace}'", namespace=namespace(root))
        if namespace(root)
        else said("without a namespace")
    )
    sentence = said(
        "Expected the root to be 'definitions' of BPMN 2.0 ({bpmn}), but it is '{root_kind}' {where}",
        bpmn=BPMN,
        root_kind=local(root),
        where=where,
    )
    raise _refusal(sentence, line(root))


def _syntax(error: etree.XMLSyntaxError, parser: Any, data: bytes) -> Malformed:
    if b"<!DOCTYPE" in data[:_CHUNK]:
        return _refusal(_NO_DOCTYPE, 1)
    logged = [entry for entry in parser.feed_error_log if entry.line] if not error.lineno else []
    at = logged[0].line if logged else error.lineno
    reason = (logged[0].message if logged else error.msg or said("it cannot be read")).strip()
    return _refusal(
        said("Expected well-formed XML, but line {at} reads: {reason}", at=at, reason=reason), at or None
    )


def _refusal(sentence: str, at: int | None) -> Malformed:
    return Malformed(
        sentence, [Finding(said("line {at}", at=at) if at else "file", sentence, "xml.well-formed", at)]
    )
