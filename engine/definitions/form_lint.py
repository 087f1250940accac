"""What makes a form illegal: every fault of its schema, found before it is deployed.

Called by `forms` while reading. Reports, never repairs. Clauses are those of JSON Schema draft 2020-12 and
of the dialect's form block (`x-ui`, `x-rules`, `x-order`, `x-other`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY as SPECIFICATIONS

from engine import feel
from engine.definitions.form_fields import WIDGETS
from engine.definitions.form_schema import Schemas, subschemas
from engine.definitions.formats import FORMATS
from engine.definitions.patterns import safe_pattern
from engine.errors import ExpressionError, Finding, Malformed, listed, said

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEYWORDS = """
    $schema $id $ref $defs $comment title description default examples readOnly writeOnly deprecated type
    enum const properties required additionalProperties propertyNames minProperties maxProperties items
    prefixItems contains minContains maxContains minItems maxItems uniqueItems minLength maxLength pattern
    format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf allOf anyOf oneOf not if then else
    dependentRequired dependentSchemas unevaluatedProperties
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""The keywords of draft 2020-12 a form may use; others, misspelt ones too, are refused."""
_UI = ("order", "groups", "widgets")


def one_metaschema() -> dict[str, Any]:
    """The metaschema of draft 2020-12 with its vocabularies laid into one schema (core, 8.2.4).

    It says the same of every schema: what refers to itself through a dynamic anchor refers to the whole, as
    nobody extends it here. A schema is judged in a sixth of the time.
    """
    whole = Draft202012Validator.META_SCHEMA
    parts = [SPECIFICATIONS.contents(urljoin(DIALECT, part["$ref"])) for part in whole["allOf"]]
    made: dict[str, Any] = {"$schema": whole["$schema"], "type": whole["type"], "properties": {}, "$defs": {}}
    for part in (*parts, whole):
        for name in ("properties", "$defs"):
            made[name] |= _local(part.get(name, {}))
    return made


def _local(value: Any) -> Any:
    """A piece of a vocabulary whose references lead into the one schema."""
    if isinstance(value, list):
        return [_local(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("$dynamicRef") == "#meta":
        return {"$ref": "#"}
    if isinstance(value.get("$ref"), str):
        return {"$ref": "#" + value["$ref"].partition("#")[2]}
    return {name: _local(one) for name, one in value.items()}


_METASCHEMA = Draft202012Validator(one_metaschema())


def lint(schemas: Schemas) -> list[Finding]:
    """Every fault of a form, in the order of the file. An empty list: the form may be deployed."""
    broken = _against_metaschema(schemas.form)
    if broken:
        return broken
    findings = [*_root(schemas.form)]
    for where, schema in subschemas(schemas.form):
        findings.extend(_keywords(where or "/", schema))
    findings.extend(_references(schemas))
    if not findings:
        findings.extend(_interface(schemas, schemas.form, ""))
        findings.extend(_rules(schemas))
    return findings


def lint_casefile(casefile: Mapping[str, Any]) -> list[Finding]:
    """Every fault of a case-file schema; the same rules, without a page."""
    broken = _against_metaschema(casefile)
    findings = [*_root(casefile)]
    for where, schema in subschemas(casefile) if not broken else ():
        findings.extend(_keywords(where or "/", schema))
    return broken or findings


def _against_metaschema(schema: Mapping[str, Any]) -> list[Finding]:
    return [
        _fault(
            "/" + "/".join(map(str, error.path)),
            said("Expected a JSON Schema, but {message}", message=error.message),
            "form.schema",
        )
        for error in _METASCHEMA.iter_errors(schema)
    ]


def _root(schema: Mapping[str, Any]) -> Iterator[Finding]:
    if schema.get("$schema", DIALECT) != DIALECT:
        yield _fault(
            "/",
            said(
                "Expected $schema {dialect}, but found {schema!r}", dialect=DIALECT, schema=schema["$schema"]
            ),
            "form.dialect",
        )
    if schema.get("type") != "object":
        yield _fault(
            "/",
            said("Expected an object at the root, but found {type!r}", type=schema.get("type")),
            "form.root",
        )


def _keywords(where: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for keyword in schema:
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            yield _fault(
                where, said("Expected no keyword {keyword!r}, but found it", keyword=keyword), "form.keyword"
            )
    if "$id" in schema and where != "/":
        yield _fault(where, said("Expected $id at the root alone, but found it here"), "form.keyword")
    name = schema.get("format")
    if name is not None and name not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        yield _fault(
            where,
            said("Expected one of the formats {known}, but found {name!r}", known=known, name=name),
            "form.format",
        )
    if "pattern" in schema:
        try:
            safe_pattern(schema["pattern"])
        except Malformed as error:
            yield _fault(where, error.sentence, "form.pattern")


def _references(schemas: Schemas) -> Iterator[Finding]:
    for where, schema in subschemas(schemas.form):
        if "$ref" not in schema:
            continue
        try:
            if _runs_in_circles(schemas, schema["$ref"], ()):
                yield _fault(
                    where,
                    said("Expected {ref!r} to come to an end, but it leads to itself", ref=schema["$ref"]),
                    "form.ref",
                )
        except Malformed as error:
            yield _fault(where, error.sentence, "form.ref")


def _runs_in_circles(schemas: Schemas, reference: str, path: tuple[str, ...]) -> bool:
    if reference in path:
        return True
    inner = (sub["$ref"] for _, sub in subschemas(schemas.target(reference)) if "$ref" in sub)
    return any(_runs_in_circles(schemas, one, (*path, reference)) for one in inner)


def _interface(schemas: Schemas, schema: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """The UI block of the root and of each object field below it."""
    properties = schema.get("properties", {})
    yield from _hints(schema.get("x-ui", {}), properties, f"{where}/x-ui")
    for name in schema.get("required", ()):
        if name not in properties:
            yield _fault(
                f"{where}/required",
                said("Expected a field {name!r}, but the form has none", name=name),
                "form.required",
            )
    for name, sub in properties.items():
        if not isinstance(sub, Mapping):
            yield _fault(
                f"{where}/properties/{name}", said("Expected a schema, but found true or false"), "form.field"
            )
            continue
        whole = schemas.whole(sub)
        inner = schemas.whole(whole.get("items", {})) if whole.get("type") == "array" else whole
        if inner.get("type") == "object" and inner.get("format") != "file":
            yield from _interface(schemas, inner, f"{where}/properties/{name}")


def _hints(hints: Any, properties: Mapping[str, Any], where: str) -> Iterator[Finding]:
    if not isinstance(hints, Mapping):
        yield _fault(where, said("Expected an object, but found {hints!r}", hints=hints), "form.ui")
        return
    for key in sorted(set(hints) - set(_UI)):
        yield _fault(
            where, said("Expected one of {ui}, but found {key!r}", ui=listed(_UI), key=key), "form.ui"
        )
    headings = hints.get("groups", [])
    shaped = isinstance(headings, list) and all(isinstance(g, Mapping) for g in headings)
    widgets = hints.get("widgets", {})
    if not (shaped and isinstance(widgets, Mapping) and isinstance(hints.get("order", []), list)):
        yield _fault(
            where,
            said("Expected order and groups to be lists and widgets an object, but they are not"),
            "form.ui",
        )
        return
    named = [*hints.get("order", []), *widgets, *(name for g in headings for name in g.get("fields", []))]
    for name in dict.fromkeys(name for name in named if name not in properties):
        yield _fault(where, said("Expected a field of the form, but found {name!r}", name=name), "form.ui")
    for name, widget in widgets.items():
        if widget not in WIDGETS:
            known = ", ".join(WIDGETS)
            yield _fault(
                f"{where}/widgets/{name}",
                said("Expected one of {known}, but found {widget!r}", known=known, widget=widget),
                "form.widget",
            )


def _rules(schemas: Schemas) -> Iterator[Finding]:
    properties = schemas.form.get("properties", {})
    for index, rule in enumerate(_list(schemas.form.get("x-rules", []))):
        where = f"/x-rules/{index}"
        if not isinstance(rule, Mapping) or not {"rule", "zh", "en"} <= set(rule) or set(rule) - _RULE_KEYS:
            yield _fault(
                where,
                said("Expected {{ field, reads, if, rule, zh, en }}, but found {rule!r}", rule=rule),
                "form.rule",
            )
            continue
        if rule.get("field") not in (None, *properties):
            yield _fault(
                where,
                said("Expected a field of the form, but found {field!r}", field=rule["field"]),
                "form.rule",
            )
        reads = rule.get("reads", [])
        yield from _reads(where, reads, schemas)
        for key in ("if", "rule"):
            if key in rule:
                yield from _expression(where, rule[key], [*properties, *map(str, _list(reads))])
    yield from _orders(schemas.form, properties)


def _reads(where: str, names: Any, schemas: Schemas) -> Iterator[Finding]:
    """What a rule takes from the case file is declared there, and is no field, whose value would hide it."""
    fields, file = schemas.form.get("properties", {}), schemas.casefile.get("properties", {})
    for name in _list(names):
        if not isinstance(name, str) or name not in file or name in fields:
            sentence = said(
                "Expected a variable of the case file that is no field, but found {name!r}", name=name
            )
            yield _fault(where, sentence, "form.rule")


def _orders(form: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[Finding]:
    for index, names in enumerate(_list(form.get("x-order", []))):
        if not isinstance(names, list) or len(names) < 2 or any(name not in properties for name in names):
            sentence = said("Expected two or more fields of the form, but found {names!r}", names=names)
            yield _fault(f"/x-order/{index}", sentence, "form.order")
    others = form.get("x-other", {})
    for name, rule in others.items() if isinstance(others, Mapping) else [("", others)]:
        right = isinstance(rule, Mapping) and {"value", "text"} == set(rule) and rule["text"] in properties
        if not right or name not in properties:
            sentence = said("Expected a field with {{ value, text }}, but found {rule!r}", rule=rule)
            yield _fault(f"/x-other/{name}", sentence, "form.other")


_RULE_KEYS = {"field", "reads", "if", "rule", "zh", "en"}


def _expression(where: str, text: Any, properties: Collection[str]) -> Iterator[Finding]:
    try:
        compiled = feel.compile(str(text), names=tuple(properties))
    except ExpressionError as error:
        yield Finding(
            where, said("Expected FEEL, but {sentence}", sentence=error.sentence), "form.rule", error.line
        )
        return
    for name in sorted(compiled.free_names - set(properties)):
        yield _fault(
            where, said("Expected a field of the form, but the rule reads {name!r}", name=name), "form.rule"
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fault(where: str, sentence: str, rule: str) -> Finding:
    return Finding(where, sentence, rule)
