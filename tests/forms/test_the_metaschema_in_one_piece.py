"""The metaschema laid into one piece finds exactly what the published one finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.definitions.form_lint import one_metaschema

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "forms").glob("*/*.schema.json"))
PUBLISHED = Draft202012Validator(Draft202012Validator.META_SCHEMA)
ONE = Draft202012Validator(one_metaschema())
JUNK = (None, True, -1, 1.5, "", "array", [], ["a", "a"], [{}], {}, {"type": 7}, {"$ref": 1}, {"items": []})


def faults(judge: Draft202012Validator, schema: Any) -> list[tuple[str, str]]:
    return sorted({(str(list(error.path)), error.message) for error in judge.iter_errors(schema)})


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) in a schema."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, dict | list):
            yield from places(one)


@given(st.integers(0, 2**32))
def test_a_schema_with_something_wrong_in_it_is_judged_alike(seed: int) -> None:
    chance = random.Random(seed)
    schema = json.loads(chance.choice(SHIPPED).read_text(encoding="utf-8"))
    for holder, key in chance.sample(list(places(schema)), 3):
        holder[key] = chance.choice(JUNK)

    assert faults(ONE, schema) == faults(PUBLISHED, schema)


def test_it_is_no_easier_to_please() -> None:
    for key, junk in (("type", "numbr"), ("properties", {"a": 3}), ("$ref", 1), ("required", ["a", "a"])):
        assert faults(ONE, {"items": {key: junk}}) == faults(PUBLISHED, {"items": {key: junk}}) != []


def test_it_judges_itself_a_schema() -> None:
    assert faults(PUBLISHED, one_metaschema()) == []
