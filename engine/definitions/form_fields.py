"""The fields of a form in the order of the page: what a renderer, a reader of HTML and a sentence need.

Called by `forms`. Built from the schema once; knows nothing of HTML and judges no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.form_schema import Schemas

WIDGETS = (
    "text",
    "textarea",
    "number",
    "money",
    "date",
    "radios",
    "checkboxes",
    "select",
    "file",
    "boolean",
    "group",
)
_LONG_TEXT = 200
_MANY_CHOICES = 6
_YES_NO = ((True, "是", "Yes"), (False, "否", "No"))

Words = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """One admitted value: `value` as an input carries it, `const` as the data has it, its labels."""

    value: str
    label: Words
    const: Any


@dataclass(frozen=True)
class Field:
    """One field. `kind` is the JSON type of its value, or of one of its values where it is `multiple`.

    `fields` are those of a group; a group that is `multiple` repeats. `mask` says how a public view hides
    the value, `register` where it may come from, `options` what the page offers beyond fixed choices,
    `roles` who alone may fill it (empty: everybody), `group` the heading it stands under.
    """

    name: str
    label: Words
    widget: str
    kind: str
    required: bool = False
    hint: Words | None = None
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    multiple: bool = False
    default: Any = None
    format: str = ""
    group: Words | None = None
    mask: str = ""
    register: str = ""
    options: str = ""
    roles: tuple[str, ...] = ()
    least: int = 0


def read_fields(schemas: Schemas, schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an object schema in its UI order; those the order leaves out follow in the file's."""
    properties = schema.get("properties", {})
    hints = schema.get("x-ui", {})
    order = [name for name in hints.get("order", []) if name in properties]
    order += [name for name in properties if name not in order]
    required = set(schema.get("required", ()))
    return tuple(
        _field(schemas, name, schemas.whole(properties[name]), hints, name in required)
        for name in order
        if isinstance(properties[name], Mapping)
    )


def walk(fields: Sequence[Field], at: str = "") -> Iterator[tuple[str, Field]]:
    """Every field with its pointer, groups before what they hold; rows of a repeated group stand as *."""
    for field in fields:
        pointer = f"{at}/{field.name}"
        yield pointer, field
        yield from walk(field.fields, f"{pointer}/*" if field.multiple else pointer)


def groups(schema: Mapping[str, Any]) -> tuple[tuple[Words, tuple[str, ...]], ...]:
    """The headings of the page and the names of the fields under each."""
    found = schema.get("x-ui", {}).get("groups", [])
    return tuple((words(group.get("title", "")), tuple(group.get("fields", ()))) for group in found)


def words(text: Any, english: Any = None) -> Words:
    """Text in two languages, from {zh, en} or from two texts; the one stands in for the other."""
    if isinstance(text, Mapping):
        return {"zh": str(text.get("zh", "")), "en": str(text.get("en") or text.get("zh", ""))}
    return {"zh": str(text), "en": str(english or text)}


def _field(
    schemas: Schemas, name: str, schema: Mapping[str, Any], hints: Mapping[str, Any], required: bool
) -> Field:
    multiple = schema.get("type") == "array"
    one = schemas.whole(schema.get("items", {})) if multiple else schema
    kind = _kind(one)
    widget = hints.get("widgets", {}).get(name)
    choices = _choices(one, kind, widget)
    found = widget or _widget(one, kind, choices, multiple)
    hint = schema.get("description")
    return Field(
        name=name,
        label=words(schema.get("title", name), schema.get("x-title-en")),
        widget=found,
        kind=kind,
        required=required,
        hint=words(hint, schema.get("x-description-en")) if hint else None,
        choices=choices,
        fields=read_fields(schemas, one) if found == "group" else (),
        multiple=multiple,
        default=schema.get("default"),
        format=str(one.get("format", "")),
        group=_heading(name, hints),
        mask=str(schema.get("x-mask", "")),
        register=str(schema.get("x-register", "")),
        options=str(schema.get("x-options", one.get("x-options", ""))),
        roles=tuple(schema.get("x-roles", ())),
        least=int(schema.get("minItems", 0)),
    )


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    return str(kind or ("object" if "properties" in schema else "string"))


def _widget(schema: Mapping[str, Any], kind: str, choices: tuple[Choice, ...], multiple: bool) -> str:
    named = {"file": "file", "money": "money", "date": "date"}.get(str(schema.get("format", "")))
    if named:
        return named
    if choices:
        return "checkboxes" if multiple else "radios" if len(choices) < _MANY_CHOICES else "select"
    if kind == "string":
        long = multiple or int(schema.get("maxLength", 0)) > _LONG_TEXT
        return "textarea" if long else "text"
    return {"object": "group", "number": "number", "integer": "number", "boolean": "boolean"}.get(
        kind, "text"
    )


def _choices(schema: Mapping[str, Any], kind: str, widget: str | None) -> tuple[Choice, ...]:
    labelled = [one for one in schema.get("oneOf", ()) if isinstance(one, Mapping) and "const" in one]
    if labelled:
        return tuple(_choice(one["const"], one.get("title"), one.get("x-title-en")) for one in labelled)
    if schema.get("enum"):
        return tuple(_choice(const, None, None) for const in schema["enum"])
    if kind == "boolean" and widget in ("radios", "select"):
        return tuple(_choice(const, zh, en) for const, zh, en in _YES_NO)
    return ()


def _choice(const: Any, zh: Any, en: Any) -> Choice:
    value = ("true" if const else "false") if isinstance(const, bool) else str(const)
    return Choice(value, words(zh or value, en), const)


def _heading(name: str, hints: Mapping[str, Any]) -> Words | None:
    for group in hints.get("groups", ()):
        if name in group.get("fields", ()):
            return words(group.get("title", ""))
    return None
