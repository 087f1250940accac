"""A validator's error as a sentence for the person at the form, in Chinese or English.

Called by `forms`. It names the field by its label, says what was expected and, where the field is not
masked, what was found. Nothing here decides whether a value is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import ValidationError

from engine.definitions.form_fields import Field
from engine.definitions.formats import FORMATS
from engine.errors import Finding

_SHOWN = 40

_TYPES = {
    "string": ("文字", "text"),
    "number": ("数字", "a number"),
    "integer": ("整数", "a whole number"),
    "boolean": ("是或者否", "yes or no"),
    "object": ("一组字段", "a group of fields"),
    "array": ("列表", "a list"),
    "null": ("空", "empty"),
}

_PLAIN: Mapping[str, tuple[str, str]] = {
    "minLength": ("至少填写{v}个字", "to have at least {v} characters"),
    "maxLength": ("不能超过{v}个字", "to have at most {v} characters"),
    "pattern": ("的格式不符", "to match the pattern asked for"),
    "minimum": ("不能小于{v}", "to be at least {v}"),
    "maximum": ("不能大于{v}", "to be at most {v}"),
    "exclusiveMinimum": ("应当大于{v}", "to be more than {v}"),
    "exclusiveMaximum": ("应当小于{v}", "to be less than {v}"),
    "multipleOf": ("应当是{v}的倍数", "to be a multiple of {v}"),
    "minItems": ("至少填写{v}项", "to have at least {v} entries"),
    "maxItems": ("不能超过{v}项", "to have at most {v} entries"),
    "uniqueItems": ("不能有重复的项", "to have no entry twice"),
    "contains": ("缺少必须的一项", "to have a certain entry"),
}


class Labels:
    """The labels of a form's fields by the path of a value."""

    def __init__(self, fields: Sequence[Field], language: str) -> None:
        self._fields = fields
        self.language = language

    def field(self, path: Sequence[str | int]) -> Field | None:
        """The field at a path of names and row numbers; None where the form has none."""
        found = [field for field, _ in self._along(path)]
        return found[-1] if found else None

    def of(self, path: Sequence[str | int]) -> str:
        """The label at a path: "随迁人员第1项的姓名", "Companions 1, Name"."""
        words = ""
        for field, row in self._along(path):
            label = field.label[self.language]
            joint = ("的" if self.language == "zh" else ", ") if words else ""
            number = "" if row is None else (f"第{row + 1}项" if self.language == "zh" else f" {row + 1}")
            words += f"{joint}{label}{number}"
        return words or ("表单" if self.language == "zh" else "The form")

    def _along(self, path: Sequence[str | int]) -> Iterator[tuple[Field, int | None]]:
        fields = self._fields
        place = 0
        while place < len(path):
            field = next((one for one in fields if one.name == path[place]), None)
            if field is None:
                return
            after = path[place + 1] if place + 1 < len(path) else None
            row = after if isinstance(after, int) else None
            yield field, row
            place += 1 if row is None else 2
            fields = field.fields


def findings_of(errors: Sequence[ValidationError], labels: Labels) -> Iterator[Finding]:
    """One finding for each fault the validator found, at the JSON pointer of the faulty value."""
    for error in errors:
        path = list(error.absolute_path)
        if error.validator == "required":
            yield from _missing(error, path, labels)
        elif error.validator in ("additionalProperties", "unevaluatedProperties"):
            yield from _unknown(error, path, labels)
        else:
            sentence = _sentence(error, labels.of(path), labels, labels.field(path))
            yield Finding(pointer(path), sentence, f"form.{error.validator}")


def pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer of a path ("/companions/0/name"); "/" for the whole form."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


def say(labels: Labels, path: Sequence[str | int], zh: str, en: str, rule: str) -> Finding:
    """A finding whose sentence begins with the field's label."""
    label = labels.of(path)
    sentence = f"“{label}”{zh}" if labels.language == "zh" else f'Expected "{label}" {en}'
    return Finding(pointer(path), sentence, rule)


def _missing(error: ValidationError, path: list[str | int], labels: Labels) -> Iterator[Finding]:
    given = error.instance if isinstance(error.instance, Mapping) else {}
    for name in _as_list(error.validator_value):
        if name not in given:
            yield say(labels, [*path, name], "必须填写", "to be filled in, but it is empty", "form.required")


def _unknown(error: ValidationError, path: list[str | int], labels: Labels) -> Iterator[Finding]:
    known = set(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else set()
    given: Any = error.instance
    for name in sorted(set(given) - known):
        shown = name[:_SHOWN]
        sentence = (
            f"表单没有“{shown}”这一项"
            if labels.language == "zh"
            else f"Expected no field {shown!r}, but found it"
        )
        yield Finding(pointer([*path, name]), sentence, "form.unknown")


def _sentence(error: ValidationError, label: str, labels: Labels, field: Field | None) -> str:
    zh, en = _words(error, field)
    if labels.language == "zh":
        return f"“{label}”{zh}"
    return f'Expected "{label}" {en}{_found(error.instance, field)}'


def _words(error: ValidationError, field: Field | None) -> tuple[str, str]:
    keyword, value = str(error.validator), error.validator_value
    if keyword in _PLAIN:
        zh, en = _PLAIN[keyword]
        return zh.format(v=value), en.format(v=value)
    special: Callable[[ValidationError, Field | None], tuple[str, str]] | None = _SPECIAL.get(keyword)
    return special(error, field) if special else ("的填写不符合要求", "to be as the form asks")


def _format(error: ValidationError, _field: Field | None) -> tuple[str, str]:
    fault = FORMATS[str(error.validator_value)].check(error.instance)
    return (fault.zh, fault.en) if fault else ("的格式不符", "to have its format")


def _type(error: ValidationError, _field: Field | None) -> tuple[str, str]:
    known = [_TYPES[str(name)] for name in _as_list(error.validator_value) if name != "null"]
    return "应当是" + "或者".join(zh for zh, _ in known), "to be " + " or ".join(en for _, en in known)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _choice(error: ValidationError, field: Field | None) -> tuple[str, str]:
    if error.validator == "const" and error.validator_value is True:
        return "必须勾选", "to be ticked"
    if field is None or not field.choices:
        return "不是可选的值", "to be one of the values offered"
    zh = "、".join(choice.label["zh"] for choice in field.choices)
    en = ", ".join(choice.label["en"] for choice in field.choices)
    return f"应当是{zh}之一", f"to be one of {en}"


_SPECIAL = {"format": _format, "type": _type, "enum": _choice, "oneOf": _choice, "const": _choice}


def _found(value: Any, field: Field | None) -> str:
    """What was found, where it is short and the field is not one that is hidden from the public."""
    if (field is not None and field.mask) or not isinstance(value, str | int):
        return ""
    text = re.sub(r"\s+", " ", str(value))
    return f", but found {text[:_SHOWN]!r}"
