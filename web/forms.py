"""A form of a definition on a page, and back: fields → controls; what was sent → values.

Called by the pages that show a form (application, work item, counter entry). It knows widgets and
names, not law: whether the values are right is judged by the engine's form. It works without scripts;
repeated groups grow and shrink by buttons that send the form to itself.

The name of an input is the JSON pointer of its value ("/applicant/phone", "/members/0/name"), so that a
finding's `where` leads straight to its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import Finding
from web.language import _, words

REPEAT = "_repeat"
KEPT = "#kept"
MOST_ROWS = 200


class Choice(Protocol):
    """One admitted value of a field and its label in each language."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str | Mapping[str, str]: ...


class Field(Protocol):
    """What a page needs to know of a field (`engine.definitions.forms.Field` has it).

    `widget` is one of text, textarea, number, money, date, radios, checkboxes, select, file, boolean,
    group; a group carries `fields` and, when it repeats, `multiple`.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str | Mapping[str, str]: ...
    @property
    def widget(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def hint(self) -> str | Mapping[str, str] | None: ...
    @property
    def choices(self) -> Sequence[Choice]: ...
    @property
    def fields(self) -> Sequence[Field]: ...
    @property
    def multiple(self) -> bool: ...
    @property
    def default(self) -> Any: ...


@dataclass(frozen=True)
class Control:
    """One input of a page, ready to be drawn by `components/form.html`.

    `value` is text, a list of text (checkboxes), a bool, or the facts of a file kept from before.
    `rows` are the controls of a group, one sequence per repetition (exactly one if it does not repeat).
    """

    name: str
    id: str
    label: str
    widget: str
    required: bool = False
    hint: str = ""
    error: str = ""
    value: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Control, ...], ...] = ()
    multiple: bool = False


@dataclass(frozen=True)
class Reading:
    """What was sent: values by field, new files and files kept from before by pointer.

    `repeat` is the button of a group that was pressed ("add:/members", "remove:/members/1"), if any; its
    effect is already in `values`, and the page is to be shown again instead of being handed in.
    """

    values: dict[str, Any]
    files: dict[str, FileStorage] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    repeat: str = ""


def install(app: Flask) -> None:
    """Give templates the identifier of an input by its pointer."""
    app.jinja_env.filters["input_id"] = input_id


def input_id(pointer: str) -> str:
    """The HTML id of the input that holds the value at a JSON pointer."""
    return "f" + re.sub(r"[^0-9A-Za-z_\-\u4e00-\u9fff]", "-", pointer)


def controls(
    fields: Sequence[Field],
    values: Mapping[str, Any] | None = None,
    findings: Sequence[Finding] = (),
    at: str = "",
) -> tuple[Control, ...]:
    """The controls of a form, filled with values (or defaults) and marked with findings."""
    values = values or {}
    return tuple(_control(item, values.get(item.name, item.default), findings, at) for item in fields)


def _control(item: Field, value: Any, findings: Sequence[Finding], at: str) -> Control:
    pointer = f"{at}/{item.name}"
    return Control(
        name=pointer,
        id=input_id(pointer),
        label=words(item.label),
        widget=item.widget,
        required=item.required,
        hint=words(item.hint),
        error="；".join(found.sentence for found in findings if found.where == pointer),
        value=value if item.widget == "group" else _shown(value),
        choices=tuple((choice.value, words(choice.label)) for choice in item.choices),
        rows=_rows(item, value, findings, pointer),
        multiple=item.multiple,
    )


def _rows(
    item: Field, value: Any, findings: Sequence[Finding], pointer: str
) -> tuple[tuple[Control, ...], ...]:
    if item.widget != "group":
        return ()
    if not item.multiple:
        return (controls(item.fields, value if isinstance(value, Mapping) else {}, findings, pointer),)
    rows = value if isinstance(value, list) and value else [{}]
    return tuple(
        controls(item.fields, row if isinstance(row, Mapping) else {}, findings, f"{pointer}/{index}")
        for index, row in enumerate(rows)
    )


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool | Mapping):
        return value
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def read(fields: Sequence[Field], sent: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> Reading:
    """What a posted form says.

    Nothing is refused here: a figure that is none stays text, for the engine to refuse.
    """
    reading = Reading({}, repeat=sent.get(REPEAT, ""))
    reading.values.update(_read_fields(fields, sent, files, "", reading))
    if reading.repeat:
        _repeat(reading.values, reading.repeat)
    return reading


def _read_fields(
    fields: Sequence[Field],
    sent: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    at: str,
    into: Reading,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in fields:
        pointer = f"{at}/{item.name}"
        if item.widget == "group":
            values[item.name] = _read_group(item, sent, files, pointer, into)
        elif item.widget == "file":
            _read_file(pointer, sent, files, into)
        else:
            value = _read_value(item.widget, pointer, sent)
            if value is not None:
                values[item.name] = value
    return values


def _read_group(
    item: Field, sent: MultiDict[str, str], files: MultiDict[str, FileStorage], pointer: str, into: Reading
) -> Any:
    if not item.multiple:
        return _read_fields(item.fields, sent, files, pointer, into)
    rows = sorted(set(_row_numbers(pointer, sent, files)))[:MOST_ROWS]
    return [_read_fields(item.fields, sent, files, f"{pointer}/{row}", into) for row in rows]


def _row_numbers(
    pointer: str, sent: MultiDict[str, str], files: MultiDict[str, FileStorage]
) -> Iterator[int]:
    pattern = re.compile(re.escape(pointer) + r"/(\d{1,3})/")
    for name in (*sent, *files):
        found = pattern.match(name)
        if found:
            yield int(found[1])


def _read_file(
    pointer: str, sent: MultiDict[str, str], files: MultiDict[str, FileStorage], into: Reading
) -> None:
    upload = files.get(pointer)
    if upload is not None and upload.filename:
        into.files[pointer] = upload
    elif sent.get(pointer + KEPT):
        into.kept[pointer] = sent[pointer + KEPT]


def _read_value(widget: str, pointer: str, sent: MultiDict[str, str]) -> Any:
    """The value of one input; None when it was left empty."""
    if widget == "checkboxes":
        return [one for one in sent.getlist(pointer) if one] or None
    if widget == "boolean":
        return pointer in sent if f"{pointer}#asked" in sent else None
    text = sent.get(pointer, "").replace("\r\n", "\n").strip()
    if not text:
        return None
    return _figure(text) if widget in {"number", "money"} else text


def _figure(text: str) -> Decimal | int | str:
    """A figure as typed, with or without thousands separators; what is no figure stays text."""
    plain = text.replace(",", "").replace("，", "")
    try:
        figure = Decimal(plain)
    except InvalidOperation:
        return text
    if not figure.is_finite():
        return text
    return int(plain) if re.fullmatch(r"-?\d{1,34}", plain) else figure


def _repeat(values: dict[str, Any], command: str) -> None:
    """Let a group grow or shrink by the button that was pressed; an unknown command changes nothing."""
    act, _sign, pointer = command.partition(":")
    parts = pointer.split("/")[1:]
    if act == "remove":
        row, parts = parts[-1:], parts[:-1]
    target: Any = values
    for part in parts:
        target = _inside(target, part)
    if not isinstance(target, list):
        return
    if act == "add" and len(target) < MOST_ROWS:
        target.append({})
    elif act == "remove" and row and row[0].isdecimal() and int(row[0]) < len(target):
        del target[int(row[0])]


def _inside(target: Any, part: str) -> Any:
    if isinstance(target, dict):
        return target.get(part)
    if isinstance(target, list) and part.isdecimal() and int(part) < len(target):
        return target[int(part)]
    return None


def labels(drawn: Sequence[Control]) -> dict[str, str]:
    """Pointer → label of every control, groups included; for summaries of what is wrong."""
    found: dict[str, str] = {}
    for control in drawn:
        found[control.name] = control.label
        for number, row in enumerate(control.rows, start=1):
            inner = labels(row)
            prefix = _("%(label)s（第 %(number)s 项）", label=control.label, number=number)
            found |= {
                name: f"{prefix} · {label}" if control.multiple else label for name, label in inner.items()
            }
    return found
