"""Writes small DMN files for the tests of this folder, so that each test shows its table as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(*parts: str, namespace: str = "urn:test", version: str = NAMESPACE) -> bytes:
    """A whole file around elements."""
    body = "\n".join(parts)
    return (
        f'<definitions xmlns="{version}" xmlns:banjie="urn:banjie:extensions:1.0" '
        f'name="test" namespace="{namespace}">\n{body}\n</definitions>'
    ).encode()


def input_data(name: str, type_ref: str = "") -> str:
    """An input; its id is its name with underscores."""
    facts = f"id={quoteattr(id_of(name))} name={quoteattr(name)}"
    return f"<inputData {facts}>{variable(name, type_ref)}</inputData>"


def variable(name: str, type_ref: str = "") -> str:
    """An information item."""
    kind = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<variable name={quoteattr(name)}{kind}/>"


def decision(
    name: str,
    logic: str,
    *,
    inputs: Iterable[str] = (),
    decisions: Iterable[str] = (),
    knowledge: Iterable[str] = (),
    type_ref: str = "",
    properties: Mapping[str, str] | None = None,
) -> str:
    """A decision with its requirements by name (or by href where it holds a #)."""
    return (
        f"<decision id={quoteattr(id_of(name))} name={quoteattr(name)}>{extensions(properties or {})}"
        f"{variable(name, type_ref)}"
        + "".join(requirement("information", "Input", each) for each in inputs)
        + "".join(requirement("information", "Decision", each) for each in decisions)
        + "".join(requirement("knowledge", "Knowledge", each) for each in knowledge)
        + f"{logic}</decision>"
    )


def requirement(kind: str, target: str, name: str) -> str:
    """A requirement of an element."""
    href = name if "#" in name else f"#{id_of(name)}"
    return f"<{kind}Requirement><required{target} href={quoteattr(href)}/></{kind}Requirement>"


def knowledge_model(
    name: str, parameters: Mapping[str, str], body: str, *, knowledge: Iterable[str] = ()
) -> str:
    """A business knowledge model: parameters by name with their types."""
    formal = "".join(
        f"<formalParameter name={quoteattr(each)}{_type(kind)}/>" for each, kind in parameters.items()
    )
    required = "".join(requirement("knowledge", "Knowledge", each) for each in knowledge)
    return (
        f"<businessKnowledgeModel id={quoteattr(id_of(name))} name={quoteattr(name)}>{variable(name)}"
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{required}</businessKnowledgeModel>"
    )


def _type(kind: str) -> str:
    return f" typeRef={quoteattr(kind)}" if kind else ""


def literal(text: str, type_ref: str = "") -> str:
    """A literal expression."""
    return f"<literalExpression{_type(type_ref)}><text>{escape(text)}</text></literalExpression>"


def extensions(properties: Mapping[str, str]) -> str:
    """Extension properties in the product's own namespace."""
    if not properties:
        return ""
    rows = "".join(
        f"<banjie:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in properties.items()
    )
    return f"<extensionElements><banjie:properties>{rows}</banjie:properties></extensionElements>"


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rows: str,
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    values: Mapping[str, str] | None = None,
    types: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    annotations: Sequence[str] = (),
) -> str:
    """A decision table from rows of cells parted by `|`: conditions, results, then annotations.

    `values` are the possible values of a column by its name, `types` its type.
    """
    values, types, defaults = values or {}, types or {}, defaults or {}
    head = "".join(_input(each, values.get(each, ""), types.get(each, "")) for each in inputs)
    head += "".join(_output(each, values, types, defaults) for each in outputs)
    head += "".join(f"<annotation name={quoteattr(each)}/>" for each in annotations)
    body = "".join(_rule(index, row, len(inputs), len(outputs)) for index, row in enumerate(_rows(rows), 1))
    how = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="table" hitPolicy="{policy}"{how}>{head}{body}</decisionTable>'


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _input(source: str, values: str, kind: str) -> str:
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    expression = f"<inputExpression{_type(kind)}><text>{escape(source)}</text></inputExpression>"
    return f"<input>{expression}{allowed}</input>"


def _output(
    name: str, values: Mapping[str, str], types: Mapping[str, str], defaults: Mapping[str, str]
) -> str:
    allowed = f"<outputValues><text>{escape(values[name])}</text></outputValues>" if name in values else ""
    default = defaults.get(name)
    entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f"<output name={quoteattr(name)}{_type(types.get(name, ''))}>{allowed}{entry}</output>"


def _rule(index: int, row: list[str], inputs: int, outputs: int) -> str:
    tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row[:inputs])
    results = "".join(
        f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in row[inputs : inputs + outputs]
    )
    notes = "".join(
        f"<annotationEntry><text>{escape(cell)}</text></annotationEntry>" for cell in row[inputs + outputs :]
    )
    return f'<rule id="R{index}">{tests}{results}{notes}</rule>'


def id_of(name: str) -> str:
    """The id an element of a name has in these files."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)
