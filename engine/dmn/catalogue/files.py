"""Writes a penalty table as a DMN file that any DMN editor opens.

Called by the import of sheets. The same table gives the same bytes; ids come from the item's place, so that
a second import of an unchanged sheet changes no file. It writes DMN 1.3, which every current editor reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from engine.dmn.extensions import OWN_NAMESPACE

_MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_DI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
_BOUNDS = "http://www.omg.org/spec/DMN/20180521/DC/"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: FEEL tests by fact, FEEL results by output, the sheet's own words by column."""

    tests: Mapping[str, str]
    results: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A penalty item: its id, its name, the facts it looks at with their types, and its rules."""

    id: str
    name: str
    facts: Mapping[str, str]
    outputs: Mapping[str, str]
    rows: Sequence[Row]
    properties: Mapping[str, str]


def dmn_file(item: Item) -> bytes:
    """The bytes of the item's DMN file."""
    inputs = [_input_data(item, place, name) for place, name in enumerate(item.facts, start=1)]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<definitions xmlns="{_MODEL}" xmlns:dmndi="{_DI}" xmlns:dc="{_BOUNDS}" '
        f'xmlns:banjie="{OWN_NAMESPACE}" id={quoteattr(item.id + "_file")} '
        f'name={quoteattr(item.name)} namespace="urn:banjie:catalogue">',
        *inputs,
        *_decision(item),
        *_diagram(item),
        "</definitions>",
        "",
    ]
    return "\n".join(lines).encode()


def _input_data(item: Item, place: int, name: str) -> str:
    typed = f"<variable name={quoteattr(name)} typeRef={quoteattr(item.facts[name])}/>"
    return f'  <inputData id="{item.id}_fact{place}" name={quoteattr(name)}>{typed}</inputData>'


def _decision(item: Item) -> list[str]:
    properties = [
        f"        <banjie:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in item.properties.items()
    ]
    required = [
        f'    <informationRequirement id="{item.id}_needs{place}">'
        f'<requiredInput href="#{item.id}_fact{place}"/></informationRequirement>'
        for place in range(1, len(item.facts) + 1)
    ]
    return [
        f'  <decision id="{item.id}" name={quoteattr(item.name)}>',
        "    <extensionElements>",
        "      <banjie:properties>",
        *properties,
        "      </banjie:properties>",
        "    </extensionElements>",
        f"    <variable name={quoteattr(item.name)}/>",
        *required,
        *_table(item),
        "  </decision>",
    ]


def _table(item: Item) -> list[str]:
    columns = list(item.rows[0].words)
    lines = [f'    <decisionTable id="{item.id}_table" hitPolicy="UNIQUE">']
    for place, (name, kind) in enumerate(item.facts.items(), start=1):
        expression = (
            f"<inputExpression typeRef={quoteattr(kind)}><text>{escape(name)}</text></inputExpression>"
        )
        lines.append(f'      <input id="{item.id}_in{place}" label={quoteattr(name)}>{expression}</input>')
    for place, (name, label) in enumerate(item.outputs.items(), start=1):
        facts = f'id="{item.id}_out{place}" name={quoteattr(name)} label={quoteattr(label)}'
        lines.append(f"      <output {facts}/>")
    lines.extend(f"      <annotation name={quoteattr(name)}/>" for name in columns)
    for place, row in enumerate(item.rows, start=1):
        lines.extend(_rule(item, f"{item.id}_rule{place}", row))
    return [*lines, "    </decisionTable>"]


def _rule(item: Item, id_: str, row: Row) -> list[str]:
    cells = [("inputEntry", row.tests.get(name, "-")) for name in item.facts]
    cells += [("outputEntry", row.results[name]) for name in item.outputs]
    entries = [
        f'        <{tag} id="{id_}_{place}"><text>{_text(text)}</text></{tag}>'
        for place, (tag, text) in enumerate(cells, start=1)
    ]
    notes = [
        f"        <annotationEntry><text>{_text(text)}</text></annotationEntry>"
        for text in row.words.values()
    ]
    return [f'      <rule id="{id_}">', *entries, *notes, "      </rule>"]


def _text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _diagram(item: Item) -> list[str]:
    shapes = [_shape(item.id, 160, 80)]
    shapes += [
        _shape(f"{item.id}_fact{place}", 20 + 160 * (place - 1), 280)
        for place in range(1, len(item.facts) + 1)
    ]
    return [
        "  <dmndi:DMNDI>",
        "    <dmndi:DMNDiagram>",
        *shapes,
        "    </dmndi:DMNDiagram>",
        "  </dmndi:DMNDI>",
    ]


def _shape(element: str, x: int, y: int) -> str:
    bounds = (
        f'<dc:Bounds x="{x}" y="{y}" width="{180 if y < 200 else 125}" height="{80 if y < 200 else 45}"/>'
    )
    return f'      <dmndi:DMNShape dmnElementRef="{element}">{bounds}</dmndi:DMNShape>'
