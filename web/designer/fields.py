"""The kinds of fields a designer picks from, and how each stands in the case file's JSON Schema.

Called by the pages of forms and of the case file. What a schema says beyond its kind (masks, registers,
patterns, roles) is kept as it is; a schema that is none of these kinds is shown as such and never rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.definitions.bundles import Bundle
from engine.errors import Malformed
from web.language import _

CASEFILE = "casefile.schema.json"
OTHER = "other"
Schema = dict[str, Any]

_FILE: Schema = {
    "type": "object", "format": "file", "required": ["sha256", "name", "size", "media_type"],
    "properties": {
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "name": {"type": "string", "maxLength": 255},
        "size": {"type": "integer", "minimum": 1},
        "media_type": {"type": "string"},
    },
    "additionalProperties": False,
}  # fmt: skip
KINDS: Mapping[str, Schema] = {
    "text": {"type": "string", "minLength": 1, "maxLength": 100},
    "long-text": {"type": "string", "minLength": 1, "maxLength": 2000},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "money": {"type": "number", "format": "money"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "date-time": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "one-of": {"type": "string"},
    "several-of": {"type": "array", "uniqueItems": True},
    "cn-id": {"type": "string", "format": "cn-id", "x-mask": "id"},
    "cn-uscc": {"type": "string", "format": "cn-uscc"},
    "cn-subject": {"type": "string", "format": "cn-subject", "x-mask": "id"},
    "cn-mobile": {"type": "string", "format": "cn-mobile", "x-mask": "phone"},
    "cn-officer-certificate": {"type": "string", "format": "cn-officer-certificate"},
    "email": {"type": "string", "format": "email"},
    "file": _FILE,
    "files": {"type": "array", "items": _FILE},
}
CHOSEN = ("one-of", "several-of")
# What a kind says of its schema; whatever else stands there is the designer's own and stays.
_OF_THE_KIND = ("type", "format", "items", "oneOf", "enum", "properties", "required", "additionalProperties",
                "minLength", "maxLength", "uniqueItems")  # fmt: skip


def kind_names() -> dict[str, str]:
    """The kinds in the reader's language, in the order of menus."""
    return {
        "text": _("一行文字"),
        "long-text": _("多行文字"),
        "integer": _("整数"),
        "number": _("数"),
        "money": _("金额"),
        "date": _("日期"),
        "time": _("时间"),
        "date-time": _("日期时间"),
        "boolean": _("是或否"),
        "one-of": _("单选"),
        "several-of": _("多选"),
        "cn-id": _("公民身份号码"),
        "cn-uscc": _("统一社会信用代码"),
        "cn-subject": _("身份号码或信用代码"),
        "cn-mobile": _("手机号码"),
        "cn-officer-certificate": _("执法证号"),
        "email": _("电子邮箱"),
        "file": _("一个文件"),
        "files": _("多个文件"),
    }


def kind_of(schema: Mapping[str, Any]) -> str:
    """Which kind a schema is; "other" where it is none of ours."""
    if schema.get("type") == "array":
        return _kind_of_list(schema)
    named = schema.get("format")
    if named:
        return str(named) if named in KINDS else OTHER
    if "oneOf" in schema or "enum" in schema:
        return "one-of"
    kind = schema.get("type")
    if kind == "string":
        return "long-text" if int(schema.get("maxLength", 0)) > 200 else "text"
    return str(kind) if kind in ("integer", "number", "boolean") else OTHER


def _kind_of_list(schema: Mapping[str, Any]) -> str:
    inner = schema.get("items")
    if isinstance(inner, Mapping) and inner.get("format") == "file":
        return "files"
    if isinstance(inner, Mapping) and ("oneOf" in inner or "enum" in inner):
        return "several-of"
    return OTHER


def schema_of(kind: str, choices: str, before: Mapping[str, Any]) -> Schema:
    """The schema of a kind over what stood there before; a field that stays of its kind keeps its own limits.

    Raises Malformed for a kind that is none, or for a choice field without choices.
    """
    if kind == OTHER:
        return dict(before)
    if kind not in KINDS:
        raise Malformed(_("没有“%(kind)s”这种字段。", kind=kind[:40]))
    if kind == kind_of(before) and kind not in CHOSEN:
        return dict(before)
    kept = {key: value for key, value in before.items() if key not in _OF_THE_KIND}
    made: Schema = {**kept, **KINDS[kind]}
    if kind in CHOSEN:
        options = read_choices(choices)
        if not options:
            raise Malformed(_("选择字段至少要有一个选项，每行一个：编码 | 中文 | 英文。"))
        made |= {"oneOf": options} if kind == "one-of" else {"items": {"type": "string", "oneOf": options}}
    return made


def read_choices(text: str) -> list[Schema]:
    """Choices from lines `code | 中文 | English`; the code alone stands for all three."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if parts[0]:
            zh = parts[1] if len(parts) > 1 and parts[1] else parts[0]
            english = {"x-title-en": parts[2]} if len(parts) > 2 and parts[2] else {}
            found.append({"const": parts[0], "title": zh, **english})
    return found


def choices_text(schema: Mapping[str, Any]) -> str:
    """The choices of a schema as the lines `read_choices` reads."""
    held = schema.get("items") if schema.get("type") == "array" else schema
    one = held if isinstance(held, Mapping) else {}
    rows = [
        (str(option.get("const", "")), str(option.get("title", "")), str(option.get("x-title-en", "")))
        for option in one.get("oneOf", ())
        if isinstance(option, Mapping)
    ] or [(str(value), "", "") for value in one.get("enum", ())]
    return "\n".join(" | ".join(part for part in row if part) for row in rows)


def document(bundle: Bundle, path: str) -> Schema:
    """A schema file of a draft. Raises Malformed where it is no JSON object."""
    try:
        found = json.loads(bundle.files.get(path, b'{"type":"object","properties":{}}'))
    except ValueError as error:
        raise Malformed(_("%(path)s 不是 JSON，请先用 ZIP 改正。", path=path)) from error
    if not isinstance(found, dict) or not isinstance(found.get("properties", {}), dict):
        raise Malformed(_("%(path)s 不是 JSON 对象。", path=path))
    return found


def text_of(schema: Mapping[str, Any]) -> bytes:
    """A schema as its file has it: for people to read."""
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def whole(schema: Mapping[str, Any], casefile: Mapping[str, Any]) -> Schema:
    """A form's property with what its reference into the case file says."""
    reference = str(schema.get("$ref", ""))
    name = reference.rpartition("/")[2]
    own = {key: value for key, value in schema.items() if key != "$ref"}
    target = casefile.get("properties", {}).get(name) if reference else None
    return {**target, **own} if isinstance(target, dict) else own
