"""The values of a case file in words: labels, choices, dates and files as a reader knows them.

Called by the case, work-item and progress pages. Drawn from the case-file schema; shows nothing the
schema does not name, and covers what it masks where the view is a public one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definitions.form_fields import Field
from web import display
from web.casefile import naming
from web.casefile.masking import covered, covered_data
from web.casefile.opening import CaseFile
from web.language import _, current, words

Link = Callable[[str], str]
"""A file's hash → its address in this room."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Table:
    """Rows that have the same parts: their labels, and of each row its parts in words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fact:
    """One line: label, text, and the files that are its value (each {name, href, size}); several rows of
    several parts also as a table, for where there is room."""

    name: str
    label: str
    text: str
    files: tuple[Mapping[str, Any], ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Group:
    """Facts under a heading."""

    title: str
    facts: tuple[Fact, ...]


def is_file(value: Any) -> bool:
    """Whether a value is a file of the store."""
    return isinstance(value, Mapping) and {"sha256", "name", "size"} <= set(value)


def is_digest(value: Any) -> bool:
    """Whether a value is the hash of something: the proof names it, a reader has nothing from it."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def parts(value: Any) -> Iterator[Any]:
    """A value and every part inside it, groups and lists walked in order; a file is one part."""
    yield value
    if isinstance(value, Mapping) and not is_file(value):
        inner: Iterable[Any] = value.values()
    else:
        inner = value if isinstance(value, list | tuple) else ()
    for one in inner:
        yield from parts(one)


def files_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every file inside a value, groups and lists included."""
    return (one for one in parts(value) if is_file(one))


def groups(case: CaseFile, link: Link, *, public: bool = False) -> list[Group]:
    """The case file by the headings of its application, then what was added while it was handled."""
    found, shown = [], set()
    form = case.form(case.package.first_form)
    for heading, fields in by_heading(form.fields if form else ()):
        facts = [_fact(case, field.name, link, public) for field in fields if field.name in case.variables]
        shown |= {field.name for field in fields}
        if facts:
            found.append(Group(heading or _("申请内容"), tuple(facts)))
    rest = [name for name in case.variables if name not in shown and _is_told(case.schema(name))]
    order = {name: place for place, name in enumerate(case.package.casefile)}
    rest.sort(key=lambda name: order.get(name, len(order)))
    if rest and not public:
        facts = [_fact(case, name, link, public) for name in rest]
        found.append(Group(_("办理中形成"), tuple(fact for fact in facts if fact.text or fact.files)))
    return found


def for_party(case: CaseFile, link: Link) -> list[Fact]:
    """What came about while the case was handled and its schema tells the party too (`x-public`)."""
    names = [name for name in case.package.casefile if case.schema(name).get("x-public") is True]
    facts = [_fact(case, name, link, True) for name in names if case.variables.get(name)]
    return [fact for fact in facts if fact.text]


def by_heading(fields: Sequence[Field]) -> list[tuple[str, list[Field]]]:
    """Fields in order, gathered under their headings."""
    found: list[tuple[str, list[Field]]] = []
    for field in fields:
        heading = words(field.group) if field.group else ""
        if not found or found[-1][0] != heading:
            found.append((heading, []))
        found[-1][1].append(field)
    return found


def answers(fields: Sequence[Field], values: Mapping[str, Any], link: Link) -> list[Group]:
    """What somebody has filled in, to be read over before it is handed in."""
    found = []
    for heading, members in by_heading(fields):
        facts = [
            Fact(
                field.name,
                words(field.label),
                "" if field.widget == "file" else _of_field(field, values[field.name]),
                _files(values, field, link),
            )
            for field in members
            if values.get(field.name) not in (None, "", [], {})
        ]
        if facts:
            found.append(Group(heading, tuple(facts)))
    return found


def _files(values: Mapping[str, Any], field: Field, link: Link) -> tuple[Mapping[str, Any], ...]:
    return tuple(_linked(file, link) for file in files_in(values.get(field.name)))


def _linked(file: Mapping[str, Any], link: Link) -> dict[str, Any]:
    return {"name": file["name"], "size": file["size"], "href": link(str(file["sha256"]))}


def _of_field(field: Field, value: Any) -> str:
    if field.widget == "group":
        rows = value if isinstance(value, list) else [value]
        inner = {one.name: one for one in field.fields}
        return "\n".join(
            _("；").join(
                f"{words(inner[n].label)} {_of_field(inner[n], v)}" for n, v in row.items() if n in inner
            )
            for row in rows
        )
    labels = {choice.value: words(choice.label) for choice in field.choices}
    if isinstance(value, list):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(value, bool) or not labels:
        return _named({"x-options": field.options}, value) or said(value)
    return labels.get(str(value), str(value))


def _is_told(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("title")) and schema.get("x-hidden") is not True


def _fact(case: CaseFile, name: str, link: Link, public: bool) -> Fact:
    schema, value = case.schema(name), case.variables[name]
    files = tuple(_linked(file, link) for file in files_in(value))
    if public:
        value = covered_data({name: schema}, value, name)
    text = "" if is_file(value) else shown(schema, value)
    if isinstance(value, Mapping) and not files:  # one pair a line: a row of figures is read downwards
        text = "\n".join(_pairs(schema, value))
    return Fact(name, label_of(schema, name), text, files, None if files else table_of(schema, value))


def table_of(schema: Mapping[str, Any], value: Any) -> Table | None:
    """Rows of more than one part as a table; None for anything else."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, Mapping) for one in value):
        return None
    inner = schema.get("items", {}).get("properties", {})
    names = [name for name in inner if any(_says(row.get(name)) for row in value)]
    names += sorted({name for row in value for name in row if name not in inner and _says(row[name])})
    if len(names) < 2:
        return None
    rows = [tuple(shown(inner.get(name, {}), row.get(name)) for name in names) for row in value]
    return Table(tuple(label_of(inner.get(name, {}), name) for name in names), tuple(rows))


def _says(value: Any) -> bool:
    """Whether a part says something to a reader."""
    return value not in (None, "", []) and not is_digest(value)


def label_of(schema: Mapping[str, Any], name: str) -> str:
    """A variable's label in the reader's language."""
    title = str(schema.get("title") or name)
    return words({"zh": title, "en": str(schema.get("x-title-en") or title)})


def shown(schema: Mapping[str, Any], value: Any) -> str:
    """A value in words, by its schema."""
    if isinstance(value, list | tuple):
        lines = [shown(schema.get("items", {}), one) for one in value]
        return ("\n" if any(isinstance(one, Mapping) for one in value) else "、").join(lines)
    if is_file(value):
        return str(value["name"])
    if isinstance(value, Mapping):
        return _("；").join(_pairs(schema, value))
    return (
        choice_name(schema, value)
        or _named(schema, value)
        or said(value, money=schema.get("format") == "money")
    )


def _pairs(schema: Mapping[str, Any], value: Mapping[str, Any]) -> list[str]:
    """Label and text of each part that says something, in the order in which the schema names them."""
    inner = schema.get("properties", {})
    order = {name: place for place, name in enumerate(inner)}
    return [
        f"{label_of(inner.get(key, {}), key)} {shown(inner.get(key, {}), value[key])}"
        for key in sorted(value, key=lambda name: order.get(name, len(order)))
        if _says(value[key])
    ]


def _named(schema: Mapping[str, Any], value: Any) -> str:
    """The name of what a code stands for: as the schema says (`x-names`, `x-options`), or by the code itself
    where it is that of a unit or of a period."""
    if not isinstance(value, str) or not value:
        return ""
    name = naming.NAMES.get(str(schema.get("x-names") or schema.get("x-options")))
    return name(value) if name is not None else naming.code_name(value)


def choice_name(schema: Mapping[str, Any], value: Any) -> str:
    """What a choice is called by its schema, in the reader's language; "" where the value is none."""
    for one in schema.get("oneOf", ()):
        if isinstance(one, Mapping) and one.get("const") == value and "title" in one:
            return str(one.get("x-title-en") or one["title"]) if current() == "en" else str(one["title"])
    return ""


def said(value: Any, *, money: bool = False) -> str:
    """A plain value in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if money:
        return display.money(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    return display.day(text) if _DAY.fullmatch(text) else text


def applicant_name(case: CaseFile, *, public: bool = False) -> str:
    """Who applies; covered in a public view."""
    return str(covered("name", case.state.applicant)) if public else case.state.applicant
