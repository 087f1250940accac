"""Made-up answers to forms: every person a simulation needs, from a seed.

Called by the laboratory and the demo city. Reads a form's JSON Schema and draws values that its check
accepts; a figure that must fit others (areas, orders of dates) is found by drawing again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator

from engine import feel
from engine.definitions.forms import Form
from engine.errors import Finding, Malformed, said

ATTEMPTS = 200
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志强"
_STREETS = ("中山路", "香港中路", "延安三路", "太平路", "沙子口街", "海青路", "仙霞岭路")
_PERSONS = ("姓名", "人员", "名称", "持人", "录人", "签收人", "经办人", "申请人")
_PLACES = ("地址", "位置", "地点", "籍地", "场所")
_REMARKS = ("材料齐全，情况属实。", "经核对，与登记一致。", "已当面说明，无异议。", "按程序办理。")
# A pattern that can be written out: ^, classes such as [0-9]{4} and literal signs, $.
_PART = re.compile(r"(?:\[(?P<set>[^\]^\\]+)\]|(?P<sign>[^\[\](){}.*+?|^$\\]))(?:\{(?P<times>\d+)\})?")
_SHAPE = re.compile(rf"\^(?:{_PART.pattern.replace('P<', 'P<one_')})+\$")
_RANGE = re.compile(r"(.)-(.)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def answers(
    form: Form,
    casefile: Mapping[str, Any],
    rng: random.Random,
    now: datetime,
    file: Mapping[str, Any],
    given: Mapping[str, Any],
    seen: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Values the form accepts, with those `given` kept where the form asks for them; `seen` are the
    variables around the act, for rules that read the case file.

    What a check refuses is drawn again, field by field. Raises Malformed with the last findings where no
    draw fits.
    """
    properties = form.schema["properties"]
    schemas = {name: _resolved(part, casefile) for name, part in properties.items()}
    wanted = {name: value for name, value in given.items() if name in properties}
    values = {
        name: draw(schemas[name], rng, now.date(), file)
        for name in properties
        if name in _usual(form.schema, wanted)
    } | wanted
    last = Malformed(said("Expected a form that can be filled in"))
    for _ in range(ATTEMPTS):
        values.update(_computed(form, values, wanted))
        try:
            return dict(form.check(values, now=now, file=seen))
        except Malformed as refusal:
            last = refusal
        for finding in last.findings:
            free = [one for one in schemas if one not in wanted]
            for name in _giving_way(form, finding, free, values, rng):
                drawing = _another if name in values else draw
                values[name] = drawing(schemas[name], rng, now.date(), file)
    raise last


def _usual(schema: Mapping[str, Any], wanted: Mapping[str, Any]) -> set[str]:
    """The fields that are asked for, and those asked for unless something uncommon is answered, as it may be
    `wanted` here."""
    conditional = [part for part in schema.get("allOf", ()) if "else" in part]
    usual = [part["else"] for part in conditional if not Draft202012Validator(part["if"]).is_valid(wanted)]
    return {name for part in (schema, *usual) for name in part.get("required", ())}


def _giving_way(
    form: Form, finding: Finding, free: list[str], values: Mapping[str, Any], rng: random.Random
) -> list[str]:
    """The fields to draw again for a finding: the one it is about; for a rule all fields that it names.

    What was given stays. A field may be wrong for another's sake, so now and then any other gives way.
    """
    about = finding.where.strip("/").partition("/")[0]
    named = _ruled_with(form, about) if finding.rule == "form.rule" else frozenset[str]()
    meant = [one for one in free if one == about or (one in named and one in values)]
    if meant and rng.random() >= 0.2:
        return meant
    others = [one for one in values if one in free]
    return [rng.choice(others)] if others else meant


def _ruled_with(form: Form, name: str) -> frozenset[str]:
    """The fields that the rules on a field name: any of them may be what a rule fails for."""
    rules = [rule for rule in form.schema.get("x-rules", ()) if rule["field"] == name]
    return frozenset(word for rule in rules for word in _WORD.findall(rule["rule"]))


def _computed(form: Form, values: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that a rule equates with an expression over others (area = width × height)."""
    found = {}
    for rule in form.schema.get("x-rules", ()):
        name, equals, expression = rule["rule"].partition(" = ")
        if equals and name in values and name not in wanted:
            value = feel.evaluate(expression, feel.from_json(dict(values))).value
            if value is not None and not isinstance(value, bool):
                found[name] = feel.to_json(value)
    return found


def _another(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> Any:
    """A new draw; a plain text may have a form that only a condition demands, so those are tried too."""
    if schema.get("type") == "string" and not {"format", "oneOf", "enum", "const"} & set(schema):
        return _FORMATS[rng.choice(("cn-id", "cn-uscc", "cn-mobile", "text"))](rng, today, file)
    return draw(schema, rng, today, file)


def _resolved(part: Mapping[str, Any], casefile: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref", "")
    if "#/properties/" in reference:
        return {**casefile.get(reference.rpartition("/")[2], {}), **part}
    return part


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    return list(schema.get("enum") or [c["const"] for c in schema.get("oneOf", ()) if "const" in c])


def draw(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> Any:
    """One value of a JSON Schema: a choice, a named format of the domain, or a plain type."""
    if "const" in schema:
        return schema["const"]
    choices = _choices(schema)
    if choices:
        return rng.choice(choices)
    maker = _FORMATS.get(schema.get("format", ""))
    if maker is not None:
        return maker(rng, today, file)
    plain: Callable[..., Any] = _TYPES.get(_type(schema), _text)
    return plain(schema, rng, today, file)


def _type(schema: Mapping[str, Any]) -> str:
    named = schema.get("type", "string")
    return str(named[0] if isinstance(named, list) else named)


def _text(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> str:
    title = str(schema.get("title", ""))
    if any(word in title for word in _PERSONS):
        text = name(rng)
        if "项目" in title:  # a project is public: it must not look like a person's name
            text = f"{text[0]}家庄片区改造项目"
    elif "pattern" in schema and "时间" in title:
        text = f"{rng.randint(9, 16):02d}:30"
    elif _SHAPE.fullmatch(schema.get("pattern", "")):
        return _shaped(schema["pattern"], rng)
    elif "电子" in title:
        text = f"{rng.randint(10_000, 99_999)}@example.cn"
    elif any(word in title for word in _PLACES):
        text = f"{rng.choice(_STREETS)}{rng.randint(1, 200)}号"
    else:
        text = rng.choice(_REMARKS)
    while len(text) < schema.get("minLength", 0):
        text += rng.choice(_REMARKS)
    return text[: schema.get("maxLength", len(text))]


def _shaped(pattern: str, rng: random.Random) -> str:
    """A text of a plain pattern: classes of signs and literals, each with a number of times at most."""
    return "".join(
        rng.choice(_signs(one["set"])) if one["set"] else one["sign"]
        for one in _PART.finditer(pattern[1:-1])
        for _ in range(int(one["times"] or 1))
    )


def _signs(listed: str) -> str:
    """What a class of signs admits, ranges written out."""
    return _RANGE.sub(lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), listed)


def _number(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> Decimal:
    low = Decimal(str(schema.get("minimum", schema.get("exclusiveMinimum", 0))))
    high = Decimal(str(schema.get("maximum", low + 20)))
    return (low + (high - low) * rng.randint(1, 100) / 100).quantize(Decimal("0.01"))


def _integer(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> int:
    low = int(schema.get("minimum", 1))
    return rng.randint(low, int(schema.get("maximum", low + 9)))


def _array(schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]) -> list[Any]:
    fewest = int(schema.get("minItems", 0))
    number = rng.randint(fewest, max(fewest, min(2, int(schema.get("maxItems", 2)))))
    drawn: list[Any] = []
    for _ in range(number * 4):
        value = draw(schema.get("items", {}), rng, today, file)
        if len(drawn) < number and not (schema.get("uniqueItems") and value in drawn):
            drawn.append(value)
    return drawn


def _object(
    schema: Mapping[str, Any], rng: random.Random, today: date, file: Mapping[str, Any]
) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: draw(part, rng, today, file)
        for name, part in schema.get("properties", {}).items()
        if name in required
    }


def identity_number(rng: random.Random, born: date) -> str:
    """A 公民身份号码 with its check digit (GB 11643-1999)."""
    digits = f"3702{rng.randint(2, 14):02d}{born:%Y%m%d}{rng.randint(1, 999):03d}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def name(rng: random.Random) -> str:
    """A made-up name."""
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.randint(1, 2)))


def mobile(rng: random.Random) -> str:
    """A made-up mobile number."""
    return f"1{rng.choice('35789')}{rng.randint(0, 999_999_999):09d}"


def _credit_code(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "9137" + f"{rng.randint(200, 299)}" + "MA" + "".join(rng.choice(alphabet) for _ in range(8))
    body = body[:17]
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


Maker = Callable[[random.Random, date, Mapping[str, Any]], Any]
_FORMATS: dict[str, Maker] = {
    "cn-id": lambda rng, today, file: identity_number(
        rng, date(rng.randint(1945, 1995), 5, rng.randint(1, 28))
    ),
    "cn-uscc": lambda rng, today, file: _credit_code(rng),
    "cn-subject": lambda rng, today, file: _credit_code(rng),
    "cn-mobile": lambda rng, today, file: mobile(rng),
    "cn-officer-certificate": lambda rng, today, file: f"鲁B{rng.randint(100000, 999999)}",
    "money": lambda rng, today, file: Decimal(rng.randint(0, 500_000)) / 100,
    "date": lambda rng, today, file: (today + timedelta(days=rng.randint(0, 20))).isoformat(),
    "file": lambda rng, today, file: dict(file),
    "text": lambda rng, today, file: _text({}, rng, today, file),
}
_TYPES: dict[str, Callable[..., Any]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": lambda schema, rng, today, file: rng.random() < 0.7,
    "array": _array,
    "object": _object,
}
