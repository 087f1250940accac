"""The designer's deadline laboratory: question, answer, refusals."""

from __future__ import annotations

import re
from threading import Event

import pytest
from town import BUREAU, LICENCE, MONDAY, STATION, Town, Visitor
from watched import CLERK
from werkzeug.test import TestResponse

from timers import deadlines as laboratory
from timers.deadlines import Bounds, Window
from web.designer import deadlines, readings

DESIGNER = "shenlan"
PLACE = "/designer/deadlines"


def question(town: Town) -> str:
    listed = town.officer(DESIGNER).get("/designer/trials").text
    found = re.search(r'href="(/designer/deadlines\?name=huji[^"]*)"', listed)
    assert found
    return found[1].replace("&amp;", "&")


def over(designer: Visitor, begun: TestResponse) -> str:
    """The page of a reading once its cases have been lived; its part of the page says the same meanwhile."""
    assert begun.status_code == 303
    key = begun.headers["Location"].rpartition("/")[2]
    part = f"{PLACE}/{key}/part"
    while "HX-Redirect" not in (answer := designer.get(part)).headers:
        assert "正在测算" in answer.text
        deadlines.READINGS.get(DESIGNER, key, MONDAY).over.wait(60)
    return designer.get(answer.headers["HX-Redirect"]).text


def test_a_designer_learns_how_early_and_how_late_a_procedure_ends(town: Town) -> None:
    designer, address = town.officer(DESIGNER), question(town)
    assert "测算时限" in designer.get(address).text
    form = {"name": "xk_general", "place": f"{LICENCE}@{BUREAU}", "day": "2026-03-02", "cases": "1"}
    told = over(designer, designer.post(PLACE, form, at=address))
    assert "人人随到随办" in told
    assert "收件到办结" in told
    assert "作出决定</span>" in told, "chance turns the first applications away, so more are drawn"
    assert "正在测算" not in told
    assert town.entries("case:1") == [], "nothing reaches the installation"


def test_a_reading_is_stopped_and_keeps_what_it_has_found(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    designer, address = town.officer(DESIGNER), question(town)
    lived = Event()

    def slowly(_made: object, item: str, unit: str, *, heard: laboratory.Heard, **_asked: object) -> Window:
        found = Window(Bounds(ends={"不予受理": [5]}), Bounds(ends={"不予受理": [7]}), sought=True)
        for number in range(1, 99):
            lived.set()
            if not heard(number, found) or found_by_now(number):
                break
        return found

    def found_by_now(number: int) -> bool:
        held = deadlines.READINGS.mine(DESIGNER, MONDAY)
        return held[0][1].stop.wait(30) if number == 3 and held else False

    monkeypatch.setattr(readings.deadlines, "window", slowly)
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "2"}
    begun = designer.post(PLACE, form, at=address)
    place = begun.headers["Location"]
    assert lived.wait(60)
    assert designer.post(f"{place}/stop", {}, at=place).status_code == 303
    told = over(designer, begun)
    assert "已停止" in told
    assert "不予受理" in told
    assert "没有案件走到作出决定" in told


def test_a_reading_is_its_readers_own(town: Town) -> None:
    assert town.officer(DESIGNER).get(f"{PLACE}/somebody-elses").status_code == 404


@pytest.mark.parametrize("wrong", [{"day": "1999-01-01"}, {"cases": "99"}, {"cases": "x"}, {"place": "a@b"}])
def test_a_question_that_makes_no_sense_comes_back(town: Town, wrong: dict[str, str]) -> None:
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "1", **wrong}
    answer = town.officer(DESIGNER).post(PLACE, form, at=question(town))
    assert answer.status_code == 422
    assert "未能测算" in answer.text


def test_one_reading_at_a_time(town: Town) -> None:
    form = {"name": "huji", "place": f"HJ-LH-0004@{STATION}", "day": "2026-03-02", "cases": "1"}
    address = question(town)
    with readings.ONE_AT_A_TIME:
        assert town.officer(DESIGNER).post(PLACE, form, at=address).status_code == 409


def test_only_designers_ask(town: Town) -> None:
    assert town.officer(CLERK).get(f"{PLACE}?name=huji").status_code == 403
