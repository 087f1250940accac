"""Values on their way into a form's check: blanks dropped, typed where the field says how, sized.

Called by `forms`. Changes only the way a value is written, never what it says; whatever it cannot type it
leaves as it is, for the check to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine import canonical
from engine.definitions.form_fields import Field
from engine.definitions.formats import FORMATS, to_number
from engine.errors import Malformed

MOST_VALUES = 20_000
MOST_ROWS = 200
DEEPEST = 20
_UNSAVED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Path = list[str | int]


def cleaned(fields: Sequence[Field], data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Path]]:
    """The data with blanks left out and values in written form, and the paths of text no store can keep."""
    unreadable: list[Path] = []
    return _object(fields, data, [], unreadable), unreadable


def _object(
    fields: Sequence[Field], data: Mapping[str, Any], at: Path, unreadable: list[Path]
) -> dict[str, Any]:
    known = {field.name: field for field in fields}
    made: dict[str, Any] = {}
    for name, value in data.items():
        _look(value, [*at, name], unreadable)
        field = known.get(name)
        kept = value if field is None else _value(field, value, [*at, name], unreadable)
        if not _blank(kept):
            made[name] = kept
    for field in fields:
        # Nothing ticked is an answer too, where one is demanded.
        if field.required and field.widget == "checkboxes" and field.multiple and not field.least:
            made.setdefault(field.name, [])
    return made


def _value(field: Field, value: Any, at: Path, unreadable: list[Path]) -> Any:
    if not field.multiple:
        return _single(field, value, at, unreadable)
    if isinstance(value, str) and field.kind == "string":
        value = value.splitlines()
    if not isinstance(value, list | tuple):
        return value
    rows = [_single(field, one, [*at, index], unreadable) for index, one in enumerate(value)]
    return [row for row in rows if not _blank(row)]


def _single(field: Field, value: Any, at: Path, unreadable: list[Path]) -> Any:
    if field.widget == "group" and isinstance(value, Mapping):
        return _object(field.fields, value, at, unreadable)
    chosen = [c.const for c in field.choices if c.value == value and not isinstance(c.const, str)]
    if chosen:
        return chosen[0]
    return FORMATS[field.format].normal(value) if field.format in FORMATS else value


def _blank(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, dict) and not value)
    )


def _look(value: Any, at: Path, unreadable: list[Path]) -> None:
    if isinstance(value, str) and _UNSAVED.search(value):
        unreadable.append(at)
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            _look(one, [*at, index], unreadable)


def oversized(data: Any) -> bool:
    """Whether the data is deeper or has more values than any form could ask for."""
    row, number = [data], 0
    for _ in range(DEEPEST):
        row = [inner for one in row for inner in _inside(one)]
        number += len(row)
        if not row or number > MOST_VALUES:
            break
    return bool(row)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def is_whole_number(_checker: Any, value: Any) -> bool:
    """An integer of JSON Schema: an int or a decimal without a fraction, never a bool."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def is_decimal_number(_checker: Any, value: Any) -> bool:
    """A number: int or finite Decimal; a binary floating point number is none."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


# What a page sent


def html_values(fields: Sequence[Field], sent: Any, at: str = "") -> dict[str, Any]:
    """The typed values of the inputs below a pointer; what was left empty is left out."""
    values = {field.name: _read(field, sent, f"{at}/{field.name}") for field in fields}
    found = {name: value for name, value in values.items() if value not in (None, "", {})}
    if not at:
        known = {field.name for field in fields}
        for name in sent:
            first = str(name).partition("#")[0].split("/")[1:2]
            if first and first[0] not in known:
                found[first[0]] = sent[name]
    return found


def _read(field: Field, sent: Any, pointer: str) -> Any:
    if field.widget == "group":
        if not field.multiple:
            return html_values(field.fields, sent, pointer)
        rows = [html_values(field.fields, sent, f"{pointer}/{row}") for row in _rows(sent, pointer)]
        return [row for row in rows if row] or None
    texts = [text.replace("\r\n", "\n") for text in _texts(sent, pointer)]
    if field.kind == "boolean" and not field.choices:
        return _ticked(texts, f"{pointer}#asked" in sent)
    if field.multiple:
        parts = [
            part for text in texts for part in (text.splitlines() if field.widget == "textarea" else [text])
        ]
        typed = [_typed(field, part) for part in parts if part.strip()]
        return typed or None
    return _typed(field, texts[-1]) if texts and texts[-1].strip() else None


def _ticked(texts: list[str], asked: bool) -> bool | None:
    if texts:
        return texts[-1] not in ("false", "0", "off", "")
    return False if asked else None


def _typed(field: Field, text: str) -> Any:
    if field.kind == "object":
        try:
            return canonical.loads(text)
        except Malformed:
            return text
    if field.choices:
        return next((choice.const for choice in field.choices if choice.value == text), text)
    if field.kind in ("number", "integer") and field.format != "money":
        return to_number(text)
    return FORMATS[field.format].normal(text) if field.format in FORMATS else text


def _texts(sent: Any, pointer: str) -> list[str]:
    if hasattr(sent, "getlist"):
        return [str(text) for text in sent.getlist(pointer)]
    value = sent.get(pointer)
    if value is None:
        return []
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value)]


def _rows(sent: Any, pointer: str) -> list[int]:
    pattern = re.compile(re.escape(pointer) + r"/([0-9]{1,3})(?:/|#|$)")
    found = {int(match[1]) for name in sent if (match := pattern.match(str(name)))}
    return sorted(found)[:MOST_ROWS]
