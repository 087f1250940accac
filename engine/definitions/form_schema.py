"""The two JSON texts a form is made of, read and joined: its own schema and the package's case file.

Called by `forms` and `form_lint`. Nothing is ever fetched: a `$ref` points into the form itself or into
`casefile.schema.json`, and `referencing` is given these two documents and no way to find a third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine import canonical
from engine.errors import Finding, IllegalDefinition, Malformed, said

CASEFILE = "casefile.schema.json"
LARGEST = 1_000_000
DEEPEST = 40

_PLACES = ("properties", "$defs", "patternProperties", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "contains", "if", "then", "else", "not", "propertyNames")


@dataclass(frozen=True)
class Schemas:
    """The form's schema and the case file's, both with references that name their document."""

    form: Mapping[str, Any]
    casefile: Mapping[str, Any]

    @classmethod
    def read(cls, form: bytes, casefile: bytes) -> Schemas:
        """Both documents. Raises IllegalDefinition where one is no JSON object or too large."""
        return cls(_document(form, "form"), _casefile(casefile))

    def registry(self) -> Registry[Any]:
        """The documents for a validator, closed: an unknown reference is an error, never a request."""
        documents = {"": self.form, CASEFILE: self.casefile}
        resources = [(name, DRAFT202012.create_resource(dict(found))) for name, found in documents.items()]
        registry: Registry[Any] = Registry().with_resources(resources)
        return registry

    def target(self, reference: str) -> Mapping[str, Any]:
        """The schema a reference points to. Raises Malformed for one that leads elsewhere or nowhere."""
        name, _, fragment = reference.partition("#")
        if name not in ("", CASEFILE):
            raise Malformed(
                said(
                    "Expected a reference into the form or {casefile}, but found {reference!r}",
                    casefile=CASEFILE,
                    reference=reference,
                )
            )
        found: Any = self.casefile if name else self.form
        for part in fragment.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or (fragment and not fragment.startswith("/")):
            raise Malformed(
                said("Expected {reference!r} to point to a schema, but there is none", reference=reference)
            )
        return found

    def whole(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema with what its references say; what stands beside a reference prevails."""
        seen = 0
        merged = dict(schema)
        while "$ref" in merged and seen < DEEPEST:
            reference = merged.pop("$ref")
            merged = {**self.target(reference), **merged}
            seen += 1
        return merged

    def deep(
        self, schema: Mapping[str, Any], known: dict[str, dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        """The schema with its references resolved inside it too: in its properties and its items.

        What a reference says is resolved once and shared, so that the work is linear in the documents; a
        schema that holds itself says nothing of itself the second time.
        """
        known = {} if known is None else known
        reference = schema.get("$ref")
        if isinstance(reference, str):
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            return {**self._known(reference, known), **self.deep(beside, known)}
        made = dict(schema)
        if isinstance(made.get("properties"), Mapping):
            inner = made["properties"].items()
            made["properties"] = {
                name: self.deep(sub, known) for name, sub in inner if isinstance(sub, Mapping)
            }
        if isinstance(made.get("items"), Mapping):
            made["items"] = self.deep(made["items"], known)
        return made

    def _known(self, reference: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
        if reference not in known:
            known[reference] = {}
            known[reference] = self.deep(self.target(reference), known)
        return known[reference]


def subschemas(schema: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema inside a schema, itself first, each with its JSON pointer."""
    yield where, schema
    for key in _PLACES:
        inner = schema.get(key)
        for name, sub in inner.items() if isinstance(inner, Mapping) else ():
            if isinstance(sub, Mapping):
                yield from subschemas(sub, f"{where}/{key}/{name}")
    for key in _LISTS:
        parts = schema.get(key)
        for index, sub in enumerate(parts) if isinstance(parts, list) else ():
            if isinstance(sub, Mapping):
                yield from subschemas(sub, f"{where}/{key}/{index}")
    for key in _SINGLE:
        if isinstance(schema.get(key), Mapping):
            yield from subschemas(schema[key], f"{where}/{key}")


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object whose unknown fields are refused, and so those of the objects inside it.

    Only where the schema does not speak of further fields itself; conditions (`if`, `allOf` …) stay open.
    """
    made = dict(schema)
    properties = made.get("properties")
    if isinstance(properties, Mapping):
        made["properties"] = {
            name: closed(sub) if isinstance(sub, Mapping) else sub for name, sub in properties.items()
        }
        made.setdefault("additionalProperties", False)
    if isinstance(made.get("items"), Mapping):
        made["items"] = closed(made["items"])
    return made


@lru_cache(maxsize=64)
def _casefile(data: bytes) -> Mapping[str, Any]:
    """The case file of a package, which each of its forms asks for: read once, and changed by nobody."""
    found: Mapping[str, Any] = _absolute(_document(data, CASEFILE))
    return found


def _document(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise _illegal(
            name,
            said(
                "Expected {name} of at most {largest} bytes, but found {count}",
                name=name,
                largest=LARGEST,
                count=len(data),
            ),
            "form.size",
        )
    try:
        found = canonical.loads(data)
    except (Malformed, UnicodeDecodeError) as error:
        raise _illegal(name, said("{name}: {error}", name=name, error=error), "form.json") from error
    if not isinstance(found, dict):
        raise _illegal(
            name, said("Expected {name} to be a JSON object, but it is not", name=name), "form.json"
        )
    if _depth(found) > DEEPEST:
        raise _illegal(
            name,
            said("Expected {name} at most {deepest} deep, but it is deeper", name=name, deepest=DEEPEST),
            "form.size",
        )
    # The documents know each other by file name; an $id of their own would move their references.
    found.pop("$id", None)
    return found


def _illegal(where: str, sentence: str, rule: str) -> IllegalDefinition:
    return IllegalDefinition(sentence, [Finding(where, sentence, rule)])


def _absolute(value: Any) -> Any:
    """The case file with its own references made to name it, so that they hold from the form too."""
    if isinstance(value, list):
        return [_absolute(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: CASEFILE + one
        if key == "$ref" and isinstance(one, str) and one.startswith("#")
        else _absolute(one)
        for key, one in value.items()
    }


def _depth(value: Any) -> int:
    level, row = 0, [value]
    while row and level <= DEEPEST:
        level += 1
        row = [
            inner
            for one in row
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return level
