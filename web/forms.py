"""A form of a definition on a page, and back: fields → controls; what was sent → values.

Called by the pages that show a form (application, work item, counter entry). It knows inputs and names,
not law: typing the values is `Form.from_html`'s, judging them is `Form.check`'s. It works without scripts;
repeated groups grow and shrink by buttons that send the form to itself.

The name of an input is the JSON pointer of its value ("/applicant/phone", "/members/0/name"), so that a
finding's `where` leads straight to its input. A file once sent is kept through further rounds by a token
that only this server can write, so that nobody can name another person's file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage, MultiDict

from engine import canonical
from engine.definitions.form_fields import Field, walk
from engine.errors import Finding
from web.field_hints import hint
from web.language import _, words
from web.security import csrf_token

REPEAT = "_repeat"
KEPT = "#kept"
MOST_ROWS = 200

Pointer = str
Choices = Sequence[tuple[str, str]]
Store = Callable[[FileStorage], Mapping[str, Any]]
"""Takes an upload into the file store and gives its facts: {sha256, name, size, media_type}."""


class Typed(Protocol):
    """What reading needs of a form (`engine.definitions.forms.Form`)."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in the order of the page."""
        ...

    def from_html(self, sent: Any) -> dict[str, Any]:
        """The typed values of what was sent, input names being JSON pointers."""
        ...


@dataclass(frozen=True)
class Held:
    """A file that is held already: its name, its size in bytes, the token that keeps it."""

    name: str
    size: int
    token: str


@dataclass(frozen=True)
class Control:
    """One input of a page, ready to be drawn by `components/form.html`.

    `value` is text, a list of text (checkboxes), a bool, or a list of `Held` (files). `rows` are the controls
    of a group, one sequence per repetition (exactly one if it does not repeat). `heading` is the heading it
    stands under; `keyboard` the one a phone offers, `purpose` what a browser may fill in by itself
    (WCAG 2.2, 1.3.5): both are "" where there is nothing to say.
    """

    name: Pointer
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
    heading: str = ""
    keyboard: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class Reading:
    """What was sent: typed values, and how many rows each repeated group is to show.

    `again` says that a group's button was pressed: show the page again instead of handing the form in.
    """

    values: dict[str, Any]
    rows: Mapping[Pointer, int] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True)
class _Drawing:
    """What all controls of one form are drawn with."""

    findings: Sequence[Finding]
    rows: Mapping[Pointer, int]
    options: Mapping[str, Choices]


def install(app: Flask) -> None:
    """Give templates the identifier of an input by its pointer."""
    app.jinja_env.filters["input_id"] = input_id


def input_id(pointer: Pointer) -> str:
    """The HTML id of the input that holds the value at a JSON pointer."""
    return "f" + re.sub(r"[^0-9A-Za-z_\-\u4e00-\u9fff]", "-", pointer)


# Fields → controls


def controls(
    fields: Sequence[Field],
    values: Mapping[str, Any] | None = None,
    findings: Sequence[Finding] = (),
    rows: Mapping[Pointer, int] | None = None,
    options: Mapping[str, Choices] | None = None,
) -> tuple[Control, ...]:
    """The controls of a form, filled with values (or defaults) and marked with findings.

    `rows` comes from `Reading.rows`; `options` gives the choices (value, text) of fields by their name,
    for fields whose choices are not fixed in the schema.
    """
    return _controls(fields, values or {}, "", _Drawing(findings, rows or {}, options or {}))


def labels(drawn: Sequence[Control]) -> dict[Pointer, str]:
    """Pointer → label of every control, groups included; for summaries of what is wrong."""
    found: dict[Pointer, str] = {}
    for control in drawn:
        found[control.name] = control.label
        for number, row in enumerate(control.rows, start=1):
            prefix = _("%(label)s（第 %(number)s 项）", label=control.label, number=number)
            inner = labels(row).items()
            found |= {name: f"{prefix} · {label}" if control.multiple else label for name, label in inner}
    return found


def _controls(
    fields: Sequence[Field], values: Mapping[str, Any], at: Pointer, drawing: _Drawing
) -> tuple[Control, ...]:
    return tuple(_control(item, values.get(item.name, item.default), at, drawing) for item in fields)


def _control(item: Field, value: Any, at: Pointer, drawing: _Drawing) -> Control:
    pointer = f"{at}/{item.name}"
    fixed = tuple((choice.value, words(choice.label)) for choice in item.choices)
    choices = fixed or tuple(drawing.options.get(item.name, ()))
    within = () if item.widget == "group" else (f"{pointer}/",)
    errors = [
        found.sentence
        for found in drawing.findings
        if found.where == pointer or found.where.startswith(within)
    ]
    return Control(
        name=pointer,
        id=input_id(pointer),
        label=words(item.label),
        widget="select" if choices and item.widget == "text" else item.widget,  # nobody knows codes by heart
        required=item.required,
        hint=hint(item),
        error="；".join(errors),
        value=_shown(item, value),
        choices=choices,
        rows=_rows(item, value, pointer, drawing),
        multiple=item.multiple,
        heading=words(item.group),
        keyboard=_KEYBOARDS.get(item.format, ""),
        purpose=_PURPOSES.get(item.format, "") if item.name in _OWN else "",
    )


_KEYBOARDS = {"cn-mobile": "tel", "email": "email"}
_PURPOSES = {"cn-mobile": "tel", "email": "email"}
# Other phones and addresses of a form are those of other people: a browser must not fill the reader's in.
_OWN = frozenset({"phone", "applicant_phone", "contact_phone", "email"})


def _rows(item: Field, value: Any, pointer: Pointer, drawing: _Drawing) -> tuple[tuple[Control, ...], ...]:
    if item.widget != "group":
        return ()
    if not item.multiple:
        return (_controls(item.fields, _mapping(value), pointer, drawing),)
    given = list(value) if isinstance(value, list | tuple) else []
    count = max(len(given), drawing.rows.get(pointer, max(item.least, 1)))
    given += [{}] * (count - len(given))
    return tuple(
        _controls(item.fields, _mapping(row), f"{pointer}/{index}", drawing)
        for index, row in enumerate(given)
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _shown(item: Field, value: Any) -> Any:
    """The value as its input carries it."""
    if item.widget == "group":
        return None
    if item.widget == "file":
        return _held(value)
    if item.widget == "boolean":
        return value is True
    several = [_text(one) for one in value] if isinstance(value, list | tuple) else [_text(value)]
    return several if item.widget == "checkboxes" else "\n".join(several)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else f"{value:f}"


# What was sent → values


def read(form: Typed, sent: MultiDict[str, str], files: MultiDict[str, FileStorage], store: Store) -> Reading:
    """What a posted form says, its new files taken into the store by `store`.

    Nothing is refused here: hand `values` to `Form.check` (or to the runtime), which refuses.
    """
    patterns = dict(walk(form.fields))
    filled = _without_files(patterns, sent)
    command = sent.get(REPEAT, "")
    rows = _repeat(patterns, filled, command)
    _add_files(patterns, filled, sent, files, store)
    return Reading(form.from_html(filled), rows, again=bool(command))


def _pattern(name: str) -> Pointer:
    """The pointer of a field an input's name belongs to, rows standing as *."""
    return re.sub(r"/\d{1,3}(?=/|$)", "/*", name)


def _without_files(patterns: Mapping[Pointer, Field], sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """The inputs that are values; text sent in the place of a file is dropped: files come as files."""
    filled: MultiDict[str, str] = MultiDict()
    for name, texts in sent.lists():
        item = patterns.get(_pattern(name))
        if name.startswith("/") and not name.endswith(KEPT) and not (item and item.widget == "file"):
            filled.setlist(name, texts)
    return filled


def _add_files(
    patterns: Mapping[Pointer, Field],
    filled: MultiDict[str, str],
    sent: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    store: Store,
) -> None:
    """Put the facts of new files, and of those kept from before, where the form expects them."""
    for name in sorted({*files, *(name.removesuffix(KEPT) for name in sent if name.endswith(KEPT))}):
        item = patterns.get(_pattern(name))
        if item is None or item.widget != "file":
            continue
        facts = [store(upload) for upload in files.getlist(name) if upload.filename]
        if item.multiple or not facts:
            facts = [*_kept(sent.getlist(name + KEPT)), *facts]
        filled.setlist(name, [canonical.dumps(dict(one)) for one in facts])


def _repeat(
    patterns: Mapping[Pointer, Field], filled: MultiDict[str, str], command: str
) -> dict[Pointer, int]:
    """Let a group grow or shrink by its button; an unknown command changes nothing."""
    act, _sign, pointer = command.partition(":")
    group, _slash, row = pointer.rpartition("/") if act == "remove" else (pointer, "", "")
    item = patterns.get(_pattern(group))
    if item is None or item.widget != "group" or not item.multiple or act not in {"add", "remove"}:
        return {}
    shown = {found[1] for name in filled if (found := re.match(re.escape(group) + r"/(\d{1,3})/", name))}
    if act == "add":
        return {group: min(max(len(shown), 1) + 1, MOST_ROWS)}
    for name in [name for name in filled if name.startswith(f"{group}/{row}/")]:
        filled.poplist(name)
    return {group: max(len(shown - {row}), item.least, 1)}


# Files kept through further rounds


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"file:{csrf_token()}")


def _held(value: Any) -> list[Held]:
    several = value if isinstance(value, list | tuple) else [value]
    facts = [dict(one) for one in several if isinstance(one, Mapping) and "sha256" in one]
    return [Held(str(one.get("name", "")), int(one.get("size", 0)), str(_seal().dumps(one))) for one in facts]


def _kept(tokens: Sequence[str]) -> list[Mapping[str, Any]]:
    """The facts the tokens stand for; one that this session was not given stands for nothing."""
    facts = []
    for token in tokens:
        try:
            facts.append(_seal().loads(token))
        except BadSignature:
            continue
    return facts
