"""The designer's deadline laboratory: question, answer, refusals."""

from __future__ import annotations

import re

import pytest
from town import STATION, Town
from watched import CLERK

from web.designer import deadlines

DESIGNER = "shenlan"
PLACE = "/designer/deadlines"


def question(town: Town) -> str:
    listed = town.officer(DESIGNER).get("/designer/trials").text
    found = re.search(r'href="(/designer/deadlines\?name=huji[^"]*)"', listed)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_designer_learns_how_early_and_how_late_a_procedure_ends(town: Town) -> None:
    designer, address = town.officer(DESIGNER), question(town)
    assert "测算时限" in designer.get(address).text
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "1"}
    answer = designer.post(PLACE, form, at=address)
    assert answer.status_code == 200
    assert "人人随到随办" in answer.text
    assert "收件到办结" in answer.text
    assert town.entries("case:1") == [], "nothing reaches the installation"


@pytest.mark.parametrize("wrong", [{"day": "1999-01-01"}, {"cases": "99"}, {"cases": "x"}, {"place": "a@b"}])
def test_a_question_that_makes_no_sense_comes_back(town: Town, wrong: dict[str, str]) -> None:
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "1", **wrong}
    answer = town.officer(DESIGNER).post(PLACE, form, at=question(town))
    assert answer.status_code == 422
    assert "未能测算" in answer.text


def test_one_reading_at_a_time(town: Town) -> None:
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "1"}
    address = question(town)
    with deadlines._alone():
        assert town.officer(DESIGNER).post(PLACE, form, at=address).status_code == 409


def test_only_designers_ask(town: Town) -> None:
    assert town.officer(CLERK).get(f"{PLACE}?name=huji").status_code == 403
