"""Values of a case file as a reader meets them: labels, choices, and nothing that only a proof needs."""

from __future__ import annotations

from web.casefile.facts import shown

SCHEMA = {
    "properties": {
        "row": {"title": "档次"},
        "amount": {"title": "罚款", "format": "money"},
        "table": {"title": "裁量表", "oneOf": [{"const": "p1", "title": "擅自占用道路"}]},
        "table_digest": {"title": "裁量表校验值"},
    }
}


def test_an_object_is_told_by_its_labels_and_choices() -> None:
    assert shown(SCHEMA, {"row": "较轻", "table": "p1"}) == "档次 较轻；裁量表 擅自占用道路"


def test_a_digest_inside_an_object_is_left_to_the_proof() -> None:
    assert shown(SCHEMA, {"row": "较轻", "table_digest": "0f" * 32}) == "档次 较轻"


def test_a_word_that_only_resembles_a_digest_is_told() -> None:
    assert shown(SCHEMA, {"row": "f" * 63}) == f"档次 {'f' * 63}"


def test_rows_stand_on_lines_of_their_own() -> None:
    assert shown({"items": SCHEMA}, [{"row": "较轻"}, {"row": "一般"}]) == "档次 较轻\n档次 一般"
