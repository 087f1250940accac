"""Trying a procedure: a case in a laboratory of its own, its forms, its clock, its cards."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from bare_procedure import PHOTO
from sqlalchemy import func, select
from town import HUJI, STATION, Town, Visitor

from engine.records import tables


@pytest.fixture
def designer(town: Town) -> Visitor:
    return town.officer("shenlan")


def begun(visitor: Visitor, place: str = f"{HUJI}@{STATION}", day: str = "2026-01-26", **source: str) -> str:
    """Begin a trial; the address of its page."""
    source = source or {"name": "huji", "number": "1"}
    choice = "/designer/trials/new?" + "&".join(f"{name}={value}" for name, value in source.items())
    answer = visitor.post("/designer/trials", {**source, "place": place, "day": day}, at=choice)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).removesuffix("/forms/0")


def filled(page: str) -> dict[str, Any]:
    """What the page's form would send as it stands."""
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'<input[^>]*name="(/[^"]+)"[^>]*type="text"[^>]*value="([^"]*)"', page):
        sent[name] = html.unescape(value)
    for tag in re.findall(r"<input[^>]*>", page):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, kind = html.unescape(facts.get("name", "")), facts.get("type")
        chosen = " checked" in tag or kind not in ("radio", "checkbox")
        if name.startswith("/") and chosen and kind != "file":
            sent.setdefault(name, html.unescape(facts.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="(/[^"]+)"[^>]*>([^<]*)</textarea>', page):
        sent[name] = html.unescape(text)
    for name, inner in re.findall(r'<select[^>]*name="(/[^"]+)"[^>]*>(.*?)</select>', page, re.S):
        found = re.search(r'<option value="([^"]*)" selected', inner)
        sent[name] = html.unescape(found[1]) if found else ""
    return sent


def hand_in(visitor: Visitor, form: str, **other: str) -> Any:
    """Send a form as it was filled, with what is different."""
    page = visitor.get(form).text
    return visitor.post(form, {**filled(page), **{f"/{name}": text for name, text in other.items()}}, at=form)


def open_forms(visitor: Visitor, trial: str) -> list[str]:
    return re.findall(r'<a class="govuk-button"[^>]*href="([^"]+/forms/\d+)"', visitor.get(trial).text)


def cases_of(town: Town) -> int:
    with town.house.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.case)).scalar_one())


def test_a_trial_runs_on_filled_forms_and_leaves_no_trace(town: Town, designer: Visitor) -> None:
    before = len(town.entries("definitions"))
    trial = begun(designer)
    assert "已填好一份符合要求的示例" in designer.get(f"{trial}/forms/0").text
    answer = hand_in(designer, f"{trial}/forms/0")
    assert answer.status_code == 303, answer.text

    (form,) = open_forms(designer, trial)
    answer = hand_in(designer, form, review_outcome="complete")
    assert answer.status_code == 303, answer.text
    tokens = json.loads(designer.get(f"{trial}/diagrams/huji.json").text)
    assert [token["element"] for token in tokens["tokens"] if token["element"] == "sign_statement"]
    assert "review" in tokens["passed"]
    assert cases_of(town) == 0
    assert len(town.entries("definitions")) == before


def test_the_clock_jumps_to_the_next_due_moment_and_a_card_falls(designer: Visitor) -> None:
    trial = begun(designer)
    hand_in(designer, f"{trial}/forms/0")
    hand_in(designer, open_forms(designer, trial)[0], review_outcome="complete")
    hand_in(designer, open_forms(designer, trial)[0])
    page = designer.get(trial).text
    assert "2026年2月28日" in page
    assert "没有监督卡" in page

    for _ in range(8):
        page = designer.get(trial).text
        if "没有监督卡" not in page:
            break
        assert designer.post(f"{trial}/clock", {"to": "next"}, at=trial).status_code == 303
    assert "没有监督卡" not in page
    answer = designer.post(f"{trial}/clock", {"day": "2026-03-05"}, at=trial)
    assert answer.status_code == 303
    assert "2026年3月5日" in designer.get(trial).text
    for wrong in ("2026-01-01", "", "soon", "9999-01-01"):
        assert designer.post(f"{trial}/clock", {"day": wrong}, at=trial).status_code == 422


def test_faults_of_a_form_are_shown_as_its_people_would_see_them(designer: Visitor) -> None:
    trial = begun(designer)
    answer = hand_in(designer, f"{trial}/forms/0", applicant_id="123")
    assert answer.status_code == 422
    assert "公民身份号码" in answer.text
    assert designer.get(trial).status_code == 303  # still at the application


def test_an_item_that_is_done_is_no_longer_there(designer: Visitor) -> None:
    trial = begun(designer)
    hand_in(designer, f"{trial}/forms/0")
    (form,) = open_forms(designer, trial)
    hand_in(designer, form, review_outcome="complete")
    assert designer.get(form).status_code == 404
    assert designer.get(f"{trial}/forms/0").status_code == 404


def test_a_draft_without_forms_or_item_is_tried_before_it_is_deployed(town: Town, designer: Visitor) -> None:
    sent = {"file": (io.BytesIO(PHOTO), "photo.bpmn"), "name": "photo"}
    draft = designer.post("/designer/upload", sent, at="/designer/upload").headers["Location"]
    trial = begun(designer, place="TRIAL@shinan.cg", draft=draft.rpartition("/")[2])

    assert designer.post(f"{trial}/forms/0", {}, at=f"{trial}/forms/0").status_code == 303
    (form,) = open_forms(designer, trial)
    assert designer.post(form, {}, at=form).status_code == 303
    assert "等待外部程序 inspect.photo" in designer.get(trial).text
    with town.house.store.reading() as connection:
        town.house.runtime.shelf.refresh(connection)
    assert not town.house.runtime.shelf.versions("package", "photo")


def test_a_licence_can_be_tried_at_every_unit_that_receives_it(designer: Visitor) -> None:
    page = designer.get("/designer/trials/new?name=xk_general&number=1").text
    assert page.count("XK-SR-0035@") == 2
    trial = begun(designer, "XK-SR-0035@laoshan.cg", "2026-03-02", name="xk_general", number="1")
    assert hand_in(designer, f"{trial}/forms/0").status_code == 303
    assert open_forms(designer, trial)


def test_a_wrong_beginning_is_said_at_the_field(designer: Visitor) -> None:
    at = "/designer/trials/new?name=huji&number=1"
    source = {"name": "huji", "number": "1"}
    for place, day in (
        (f"{HUJI}@{STATION}", "x"),
        ("nonsense", "2026-01-26"),
        (f"{HUJI}@{STATION}", "1066-10-14"),
    ):
        answer = designer.post("/designer/trials", {**source, "place": place, "day": day}, at=at)
        assert answer.status_code == 422
    answer = designer.post(
        "/designer/trials", {**source, "place": f"NONE@{STATION}", "day": "2026-01-26"}, at=at
    )
    assert answer.status_code == 404


def test_a_trial_is_its_designers_alone_and_ends_when_told(town: Town, designer: Visitor) -> None:
    trial = begun(designer)
    assert trial in designer.get("/designer/trials").text
    assert town.officer("zhangwei").get(trial).status_code == 403
    designer.post(f"{trial}/drop", {}, at="/designer/trials")
    assert designer.get(trial).status_code == 404
