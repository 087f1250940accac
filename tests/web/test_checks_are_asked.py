"""Every numbered check of the engine is asked in words on the auditor's pages, in each language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import g
from town import Town

from engine.audit import Check, verify
from web.auditor import proof

AUDIT = Path(verify.__file__).parent
CHINESE = range(0x4E00, 0xA000)


def asked_by_the_engine() -> Iterator[tuple[int, str]]:
    """(number, question) of every check that the engine makes, as its sources have them."""
    yield from verify.QUESTIONS.items()
    for source in sorted(AUDIT.glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
                given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if len(given) > 1 and isinstance(given[0], int):
                    yield given[0], str(given[1])


def test_no_check_is_shown_without_its_question(town: Town) -> None:
    engine = dict(asked_by_the_engine())
    assert sorted(engine) == list(range(1, len(engine) + 1)), "the numbers have no gap"
    assert len(engine) > 17, "they are read from the sources"
    with town.app.test_request_context():
        told = proof.questions()
    untold = {number: asked for number, asked in engine.items() if told.get(number) != asked}
    assert not untold, "a check was added or reworded: tell it in web/auditor/proof.py"


def test_the_questions_are_asked_in_english_too(town: Town) -> None:
    with town.app.test_request_context():
        g.language = "en"
        rows = proof.shown([Check(number, "?", True) for number in proof.questions()])
    assert all(row["question"] and row["question"] != "?" for row in rows)
    assert not [row for row in rows if any(ord(sign) in CHINESE for sign in row["question"])]
