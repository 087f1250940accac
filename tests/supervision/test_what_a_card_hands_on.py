"""Whatever a card may hold, the supervision case it opens takes: its form names each value."""

from __future__ import annotations

import json
from importlib.resources import files

from engine.casework import supervision


def test_the_form_of_a_supervision_case_names_every_value_of_a_card() -> None:
    text = files("processes").joinpath("supervise/casefile.schema.json").read_text(encoding="utf-8")
    known = set(json.loads(text)["properties"]["values"]["properties"])
    assert {*supervision._KEPT, "seen", "waited_for"} <= known
