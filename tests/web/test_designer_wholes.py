"""The calendar, the catalogue and withdrawals: drafted in the browser, seen by a second person, deployed."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

import pytest
from town import HUJI, STATION, Town, Visitor, apply_online

from engine.definitions.drafts import Drafts
from engine.errors import NotFound

NOTICE = {
    "number": "国办发明电〔2026〕9号",
    "issued": "2026-03-02",
    "id": "cn-2027",
    "year": "2027",
    "basis": "全国年节及纪念日放假办法",
    "off_name": ["元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节", ""],
    "off_from": [
        "2027-01-01", "2027-02-05", "2027-04-03", "2027-05-01", "2027-06-09", "2027-09-15", "2027-10-01", "",
    ],
    "off_to": [
        "2027-01-03", "2027-02-11", "2027-04-05", "2027-05-05", "2027-06-09", "2027-09-15", "2027-10-07", "",
    ],
    "work": "2027-01-31\n2027-02-14\n2027-04-25 2027-05-08\n2027-09-26\n2027-10-09",
}  # fmt: skip


@pytest.fixture
def designer(town: Town) -> Visitor:
    return town.officer("shenlan")


@pytest.fixture
def reviewer(town: Town) -> Visitor:
    return town.officer("chengxi")


def version(visitor: Visitor, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', visitor.get(page).text)
    assert found, visitor.get(page).text
    return found[1]


def send(visitor: Visitor, page: str, place: str = "", **data: Any) -> Any:
    return visitor.post(place or page, {"version": version(visitor, page), **data}, at=page)


def begun(visitor: Visitor, kind: str) -> str:
    """The address of a draft of the calendar or the catalogue."""
    page = {"calendar": "/designer/calendar", "catalogue": "/designer/items"}[kind]
    answer = visitor.post(f"/designer/{kind}/draft", {}, at=page)
    assert answer.status_code == 303
    return str(answer.headers["Location"]).rpartition("/")[0]


def seen_and_deployed(designer: Visitor, reviewer: Visitor, draft: str, day: str = "2026-03-02") -> Any:
    assert send(designer, draft, f"{draft}/submit", effective_from=day).status_code == 303
    assert "您改过这份草稿" in designer.get(draft).text
    assert send(reviewer, draft, f"{draft}/review", act="approve").status_code == 303
    return send(designer, draft, f"{draft}/deploy")


def bundle(town: Town, draft: str) -> dict[str, str]:
    book = Drafts(town.house.store, town.clock)
    found = book.bundle(book.get(int(draft.rpartition("/")[2]))).files
    return {path: data.decode() for path, data in found.items()}


# --- the calendar ------------------------------------------------------------------------------------


def test_a_new_years_form_begins_with_its_seven_festivals(designer: Visitor) -> None:
    draft = begun(designer, "calendar")
    text = designer.get(f"{draft}/notice?year=2027").text

    assert all(name in text for name in ("春节", "2027-02-05", "2027-10-03", "cn-2027"))
    assert begun(designer, "calendar") == draft  # one draft of it at a time


def test_a_notice_is_entered_checked_seen_by_two_and_moves_running_periods(
    town: Town, designer: Visitor, reviewer: Visitor
) -> None:
    number, _code = apply_online(town, town.visitor())
    draft = begun(designer, "calendar")
    change = {
        "number": "国办发明电〔2026〕1号", "issued": "2026-03-02", "id": "cn-2026-rest", "year": "",
        "amends": "cn-2026", "basis": "全国年节及纪念日放假办法",
        "off_name": "临时放假", "off_from": "2026-03-04", "off_to": "2026-03-04", "work": "",
    }  # fmt: skip
    assert send(designer, f"{draft}/notice?amends=cn-2026", f"{draft}/notice", **change).status_code == 303

    foreseen = designer.get(f"{draft}/foreseen").text
    assert "2026 年 3 月 4 日" in foreseen or "2026年3月4日" in foreseen
    assert number in foreseen
    assert "国办发明电〔2026〕1号" in designer.get(draft).text
    before = town.state(number).periods

    assert seen_and_deployed(designer, reviewer, draft).headers["Location"].endswith("/designer/calendar")

    calendar = town.house.runtime.shelf.versions("calendar", "calendar")
    assert len(calendar) == 2
    assert town.state(number).periods == before  # a ledger stays; its dates are told to have moved
    moved = [e for entry in town.entries(f"case:{number[4:].lstrip('0')}") for e in entry.events]
    assert [e.data["due_on"] > e.data["due_before"] for e in moved if e.type == "PeriodRecounted"]


def test_a_whole_year_is_entered_and_what_it_lacks_is_told(town: Town, designer: Visitor) -> None:
    draft = begun(designer, "calendar")
    page = f"{draft}/notice?year=2027"
    assert send(designer, page, f"{draft}/notice", **{**NOTICE, "number": ""}).status_code == 303

    text = designer.get(draft).text
    assert "没有填写文号" in text
    kept = tomllib.loads(bundle(town, draft)["cn-2027.toml"])["notice"][0]
    assert (kept["years"], kept["off"][1]["name_en"], len(kept["off"])) == ([2027], "Spring Festival", 7)
    assert kept["work"][3] == date(2027, 5, 8)

    short = {**NOTICE, "off_to": ["2027-01-01", *NOTICE["off_to"][1:]], "off_from": [
        "2027-01-01", "2027-02-06", *NOTICE["off_from"][2:]]}  # fmt: skip
    send(designer, f"{draft}/notice?id=cn-2027", f"{draft}/notice", **short)
    text = designer.get(draft).text
    assert "2027-02-05" in text  # a statutory day that is worked
    assert "两者应当相等" in text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"id": "CN 2027"}, "通知编号由"),
        ({"amends": "cn-2026"}, "两者选一"),
        ({"year": ""}, "两者选一"),
        ({"work": "2027-13-01"}, "不是日期"),
        ({"work": "2027-02-17"}, "week-end"),
        ({"year": "2026"}, "cn-2026"),
        ({"off_from": ["", *NOTICE["off_from"][1:]]}, "名称和第一天"),
    ],
)
def test_a_notice_that_cannot_be_is_refused_and_nothing_kept(
    town: Town, designer: Visitor, wrong: dict[str, Any], told: str
) -> None:
    draft = begun(designer, "calendar")
    before = bundle(town, draft)
    answer = send(designer, f"{draft}/notice?year=2027", f"{draft}/notice", **{**NOTICE, **wrong})

    assert answer.status_code == 422
    assert told in answer.text or "周末" in answer.text
    assert bundle(town, draft) == before


def test_a_notice_is_taken_out_again(town: Town, designer: Visitor) -> None:
    draft = begun(designer, "calendar")
    before = bundle(town, draft)
    send(designer, f"{draft}/notice?year=2027", f"{draft}/notice", **NOTICE)
    send(designer, f"{draft}/notice?id=cn-2027", f"{draft}/notice", **NOTICE, act="remove")
    assert bundle(town, draft) == before


# --- the catalogue -----------------------------------------------------------------------------------


def item_form(designer: Visitor, page: str) -> dict[str, Any]:
    """The form of an item as it is filled in."""
    text = designer.get(page).text
    form = re.search(r'<form method="post" action="[^"]+/item".*?</form>', text, re.S)
    assert form
    held: dict[str, Any] = dict(
        re.findall(r'<input class="govuk-input[^>]*name="(\w+)" value="([^"]*)"', form[0])
    )
    held = {name: value for name, value in held.items() if not name.startswith("material_")}
    for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form[0]):
        held[name] = body
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form[0], re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', body)
        if chosen and not name.startswith("material_"):
            held[name] = chosen[1] if chosen[1] is not None else chosen[2]
    for name in ("units", "audience"):
        held[name] = re.findall(rf'name="{name}" value="([^"]+)" checked', form[0])
    rows = [
        (name, re.findall(rf'name="material_{name}" value="([^"]*)"', form[0]))
        for name in ("name", "field", "form", "register")
    ]
    held |= {f"material_{name}": values for name, values in rows}
    held["material_required"] = ["yes"] * len(held["material_name"])
    known = re.search(r'name="known" value="([^"]*)"', form[0])
    return {**held, "known": known[1] if known else ""}


def test_an_item_of_the_whole_catalogue_is_found_and_changed_and_the_rest_stays(
    town: Town, designer: Visitor, reviewer: Visitor
) -> None:
    draft = begun(designer, "catalogue")
    listed = designer.get(f"{draft}/items?find={HUJI}").text
    assert HUJI in listed
    assert "XK-SR-0035" not in listed
    before = bundle(town, draft)
    page = f"{draft}/item?code={HUJI}"
    form = {**item_form(designer, page), "contact": "0532-55559999"}

    assert send(designer, page, f"{draft}/item", **form).status_code == 303

    after = bundle(town, draft)
    changed = [path for path in after if after[path] != before[path]]
    assert changed == ["items.toml"]
    old, new = (tomllib.loads(found["items.toml"])["item"] for found in (before, after))
    assert [row["code"] for row in new] == [row["code"] for row in old]
    was, now = (next(row for row in rows if row["code"] == HUJI) for rows in (old, new))
    assert now["contact"] == "0532-55559999"
    same = {name for name in was if was[name] == now.get(name)}
    assert set(was) - same <= {"contact", "materials"}
    assert [row["name"] for row in now["materials"]] == [row["name"] for row in was["materials"]]
    assert "0532-55559999" in reviewer.get(draft).text
    assert seen_and_deployed(designer, reviewer, draft).headers["Location"].endswith("/designer/items")


def test_an_item_is_added_and_what_its_guide_lacks_is_told(town: Town, designer: Visitor) -> None:
    draft = begun(designer, "catalogue")
    page = f"{draft}/item"
    form = {
        "known": "", "code": "GG-FW-0001", "kind": "公共服务", "name_zh": "借阅档案",
        "procedure": "xk_general", "units": ["shinan.cg"], "promised": "3W", "fee": "0", "online_depth": "4",
    }  # fmt: skip
    assert send(designer, page, **{**form, "code": HUJI}).status_code == 422
    assert send(designer, page, **{**form, "promised": "soon"}).status_code == 422
    assert send(designer, page, **{**form, "units": []}).status_code == 422
    assert send(designer, page, **form).status_code == 303

    assert "借阅档案" in designer.get(draft).text
    text = designer.get(f"{draft}/items?find=GG-FW").text
    assert all(name in text for name in ("办事依据", "办理条件", "责任部门", "联系方式", "监督电话"))
    assert "办理时限" not in text.partition("<tbody")[2]


def test_an_item_that_has_ended_cannot_be_begun_and_running_cases_go_on(
    town: Town, designer: Visitor, reviewer: Visitor
) -> None:
    number, _code = apply_online(town, town.visitor())
    draft = begun(designer, "catalogue")
    page = f"{draft}/item?code={HUJI}"
    send(designer, page, f"{draft}/item", known=HUJI, act="end")
    assert "已停办" in designer.get(f"{draft}/items?find={HUJI}").text
    seen_and_deployed(designer, reviewer, draft)

    assert town.visitor().get(f"/citizen/items/{HUJI}/apply/{STATION}").status_code == 404
    assert HUJI not in town.visitor().get("/citizen/items").text
    clerk = town.officer("zhangwei")
    assert clerk.get(f"/clerk/cases/{town.case_id(number)}").status_code in (200, 404)
    with town.house.store.reading() as connection:
        assert town.house.runtime.item(connection, HUJI).code == HUJI  # running cases still find it


def test_the_items_a_package_brings_are_all_edited(designer: Visitor) -> None:
    new = {"name": "hall", "title": "场地", "kind": "licence", "unit": "shinan.cg", "item": "SQ-HD-0001"}
    answer = designer.post("/designer/drafts", new, at="/designer/drafts/new")
    draft = answer.headers["Location"].removesuffix("/diagram")
    second = {"code": "SQ-HD-0002", "name_zh": "场地（夜间）", "units": ["shinan.cg"], "known": ""}
    assert send(designer, f"{draft}/item", **second).status_code == 303

    text = designer.get(f"{draft}/items").text
    assert "SQ-HD-0001" in text
    assert "SQ-HD-0002" in text
    assert send(designer, f"{draft}/item?code=SQ-HD-0002", f"{draft}/item", known="SQ-HD-0002", act="remove")
    assert "SQ-HD-0002" not in designer.get(f"{draft}/items").text


# --- withdrawals -------------------------------------------------------------------------------------


def test_a_version_is_withdrawn_by_two_and_its_item_is_begun_no_more(
    town: Town, designer: Visitor, reviewer: Visitor
) -> None:
    apply_online(town, town.visitor())
    page = "/designer/packages/huji/1"
    empty = designer.post(f"{page}/withdrawal", {"reason": " "}, at=page)
    assert empty.headers["Location"].endswith("#withdraw")
    begun_at = designer.post(f"{page}/withdrawal", {"reason": "政策已改"}, at=page).headers["Location"]
    text = designer.get(begun_at).text
    assert "政策已改" in text
    assert "在办 1" in text
    assert HUJI in text  # the item that could not be begun any more

    seen_and_deployed(designer, reviewer, begun_at)

    assert "起撤下" in designer.get(page).text
    assert HUJI not in town.visitor().get("/citizen/items").text
    with pytest.raises(NotFound):
        town.house.runtime.shelf.in_force("package", "huji", town.house.directory.today())
    assert designer.post(f"{page}/withdrawal", {"reason": "再撤"}, at=page).status_code == 404


def test_pages_of_one_kind_are_not_there_for_drafts_of_another(designer: Visitor) -> None:
    draft = begun(designer, "calendar")
    for page in ("diagram", "tables", "facts", "items"):
        assert designer.get(f"{draft}/{page}").status_code == 404, page
    assert designer.get(draft).status_code == 200
    assert "工作日历" in designer.get("/designer/drafts").text
