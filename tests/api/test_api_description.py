"""The description at /api/openapi.json: whole, consistent, and the same as what is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from web.api import document
from web.api.declarations import ENDPOINTS

METHODS = {"get", "put", "post", "delete", "patch"}

# OpenAPI 3.1.0: the parts of the document that this interface uses, with what the specification demands.
REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string"}}}
MEDIA = {"type": "object", "properties": {"schema": {"type": "object"}}, "additionalProperties": False}
CONTENT = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z]+/[a-z0-9.+-]+$"},
    "additionalProperties": MEDIA,
}
RESPONSE = {
    "type": "object",
    "required": ["description"],
    "properties": {"description": {"type": "string"}, "content": CONTENT},
    "additionalProperties": False,
}
PARAMETER = {
    "type": "object",
    "required": ["name", "in", "schema"],
    "properties": {
        "name": {"type": "string"},
        "in": {"enum": ["path", "query", "header", "cookie"]},
        "required": {"type": "boolean"},
        "description": {"type": "string"},
        "schema": {"type": "object"},
    },
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
    "additionalProperties": False,
}
OPERATION = {
    "type": "object",
    "required": ["operationId", "responses"],
    "properties": {
        "operationId": {"type": "string"},
        "summary": {"type": "string"},
        "description": {"type": "string"},
        "parameters": {"type": "array", "items": PARAMETER, "uniqueItems": True},
        "requestBody": {
            "type": "object",
            "required": ["content"],
            "properties": {"required": {"type": "boolean"}, "content": CONTENT},
            "additionalProperties": False,
        },
        "responses": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^([1-5][0-9X]{2}|default)$"},
            "additionalProperties": {"anyOf": [REFERENCE, RESPONSE]},
        },
    },
    "additionalProperties": False,
}
OPENAPI = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {
        "openapi": {"pattern": r"^3\.1\.\d+$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {
                "title": {"type": "string"},
                "version": {"type": "string"},
                "description": {"type": "string"},
                "license": {"type": "object", "required": ["name"]},
            },
            "additionalProperties": False,
        },
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "type": "object",
                "propertyNames": {"enum": sorted(METHODS)},
                "additionalProperties": OPERATION,
            },
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {"type": "object"},
                "responses": {"type": "object", "additionalProperties": RESPONSE},
                "securitySchemes": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "required": ["type"]},
                },
            },
            "additionalProperties": False,
        },
        "security": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": False,
}


@pytest.fixture
def description() -> dict[str, Any]:
    return document.description()


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def inside(value: Any) -> Iterator[Any]:
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(one)


def test_the_description_is_an_openapi_document(description: dict[str, Any]) -> None:
    faults = [
        f"{list(fault.path)}: {fault.message}"
        for fault in Draft202012Validator(OPENAPI).iter_errors(description)
    ]
    assert faults == []


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(
    description: dict[str, Any],
) -> None:
    for value in inside(description):
        if isinstance(value, dict) and isinstance(value.get("schema"), dict):
            Draft202012Validator.check_schema(value["schema"])
        if isinstance(value, dict) and "$ref" in value:
            found: Any = description
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            assert found
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_names_in_a_path_are_its_parameters_and_no_operation_stands_twice(
    description: dict[str, Any],
) -> None:
    seen = []
    for path, _, operation in operations(description):
        named = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
        assert sorted(re.findall(r"{(\w+)}", path)) == sorted(named)
        assert operation["summary"]
        assert operation["description"]
        seen.append(operation["operationId"])
    assert len(seen) == len(set(seen)) == len(ENDPOINTS)


def test_the_document_is_told_to_everybody_and_routes_are_what_it_says(machine: Any) -> None:
    answer = machine.client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    rules = {
        (re.sub(r"<int:(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in machine.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert rules == {(path, method) for path, method, _ in operations(answer.get_json())}
