"""The pages of a draft without a browser: begun, saved, checked, refused; what an editor is told."""

from __future__ import annotations

import html
import json
import re
import tomllib
from typing import Any

import pytest
from town import Town, Visitor

from engine.definitions.drafts import Drafts
from engine.organisation.model import Actor
from web.designer import fields, losses, toml_text

NEW = {
    "name": "hall",
    "title": "社区活动室借用",
    "kind": "licence",
    "unit": "shinan.cg",
    "item": "SQ-HD-0001",
}


@pytest.fixture
def designer(town: Town) -> Visitor:
    return town.officer("shenlan")


@pytest.fixture
def draft(designer: Visitor) -> str:
    """The address of a new draft."""
    answer = designer.post("/designer/drafts", NEW, at="/designer/drafts/new")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).removesuffix("/diagram")


def version(visitor: Visitor, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', visitor.get(page).text)
    assert found
    return found[1]


def send(visitor: Visitor, page: str, place: str = "", **data: Any) -> Any:
    """A form of a draft's page, with the version the page carries."""
    return visitor.post(place or page, {"version": version(visitor, page), **data}, at=page)


def files(town: Town, number: int = 1) -> dict[str, str]:
    book = Drafts(town.house.store, town.clock)
    found = book.bundle(book.get(number)).files
    return {path: data.decode() for path, data in found.items()}


def post_json(visitor: Visitor, address: str, body: dict[str, Any], at: str) -> Any:
    """What an editor's script sends."""
    token = re.search(r'"X-CSRF-Token": "([^"]+)"', html.unescape(visitor.get(at).text))
    assert token
    return visitor.client.post(
        address, json=body, headers={"X-CSRF-Token": token[1], "Accept": "application/json"}
    )


# --- beginning ---------------------------------------------------------------------------------------


def test_a_new_procedure_is_legal_from_the_first_moment(town: Town, designer: Visitor, draft: str) -> None:
    assert "没有错误" in designer.get(draft).text
    assert set(files(town)) == {
        "LAW.md", "casefile.schema.json", "catalogue/hall.toml", "forms/apply.schema.json", "hall.bpmn",
        "procedure.toml",
    }  # fmt: skip


def test_what_a_new_procedure_lacks_is_said_at_the_field(designer: Visitor) -> None:
    for wrong, words in (
        ({"name": "Hall"}, "小写字母"), ({"name": "huji"}, "已经有这个编号"), ({"title": ""}, "请填写名称"),
        ({"unit": "moon"}, "请选择受理单位"), ({"item": ""}, "请填写事项编码"), ({"kind": "x"}, "请选择类别"),
    ):  # fmt: skip
        answer = designer.post("/designer/drafts", {**NEW, **wrong}, at="/designer/drafts/new")
        assert answer.status_code == 422
        assert words in answer.text


def test_the_next_version_is_drafted_from_what_is_deployed(town: Town, designer: Visitor) -> None:
    answer = designer.post("/designer/packages/huji/1/draft", {}, at="/designer/packages/huji/1")
    page = designer.get(answer.headers["Location"]).text
    assert "第 1 版" in page
    assert "文件没有变化" in page


def test_an_older_version_is_restored_by_a_draft_of_its_files(town: Town, designer: Visitor) -> None:
    answer = designer.post("/designer/packages/huji/1/withdraw", {}, at="/designer/packages/huji/1")
    assert "恢复第 1 版" in designer.get(answer.headers["Location"]).text


PARTS = (
    "", "/diagram", "/forms", "/forms/apply", "/casefile", "/tables", "/periods", "/papers", "/facts",
    "/narrative", "/templates.json", "/findings.json", "/marks.json", "/package.zip", "/coverage.json",
)  # fmt: skip


def test_every_page_of_a_draft_is_there_and_for_designers_alone(
    town: Town, designer: Visitor, draft: str
) -> None:
    clerk = town.officer("zhangwei")
    assert {designer.get(draft + part).status_code for part in PARTS} == {200}
    assert {clerk.get(draft + part).status_code for part in PARTS} == {403}


# --- the diagram -------------------------------------------------------------------------------------


def test_a_saved_diagram_is_kept_byte_for_byte_and_its_findings_come_back(
    town: Town, designer: Visitor, draft: str
) -> None:
    xml = files(town)["hall.bpmn"].replace('name="申请"', 'name="提出"', 1)
    answer = post_json(designer, f"{draft}/diagram", {"xml": xml, "version": 1}, f"{draft}/diagram")

    told = json.loads(answer.text)
    assert (answer.status_code, told["version"], told["deployable"]) == (200, 2, True)
    assert files(town)["hall.bpmn"] == xml
    assert {finding["element"] for finding in told["findings"]} == {"apply", "hall"}
    assert all(finding["about"] for finding in told["findings"])


def test_whoever_was_slower_overwrites_nothing(town: Town, designer: Visitor, draft: str) -> None:
    xml = files(town)["hall.bpmn"]
    other = town.officer("chengxi")
    first = post_json(other, f"{draft}/diagram", {"xml": xml + "\n", "version": 1}, f"{draft}/diagram")
    second = post_json(designer, f"{draft}/diagram", {"xml": xml, "version": 1}, f"{draft}/diagram")

    assert (first.status_code, second.status_code) == (200, 409)
    assert "chengxi此后已经保存了第2版" in json.loads(second.text)["sentence"]
    assert files(town)["hall.bpmn"] == xml + "\n"


def test_what_an_editor_would_lose_is_listed_and_kept_until_the_designer_agrees(
    town: Town, designer: Visitor, draft: str
) -> None:
    foreign = 'xmlns:x="urn:x" x:cost="3" id="apply"'
    xml = files(town)["hall.bpmn"].replace('id="apply"', foreign, 1)
    post_json(designer, f"{draft}/diagram", {"xml": xml, "version": 1}, f"{draft}/diagram")
    without = xml.replace(' x:cost="3"', "")
    answer = post_json(designer, f"{draft}/diagram", {"xml": without, "version": 2}, f"{draft}/diagram")

    assert answer.status_code == 409
    assert json.loads(answer.text)["losses"] == ["apply: @{urn:x}cost"]
    assert files(town)["hall.bpmn"] == xml
    agreed = {"xml": without, "version": 2, "accept": True}
    assert post_json(designer, f"{draft}/diagram", agreed, f"{draft}/diagram").status_code == 200


def test_what_is_only_checked_is_not_kept(town: Town, designer: Visitor, draft: str) -> None:
    broken = files(town)["hall.bpmn"].replace('value="apply"', 'value="dance"')
    body = {"xml": broken, "version": 1}
    answer = post_json(designer, f"{draft}/diagram/check", body, f"{draft}/diagram")

    assert "error" in {finding["severity"] for finding in json.loads(answer.text)["findings"]}
    assert files(town)["hall.bpmn"] != broken
    assert post_json(designer, f"{draft}/diagram", {"version": 1}, f"{draft}/diagram").status_code == 422


def test_the_templates_offer_this_drafts_forms_and_the_laws_periods(designer: Visitor, draft: str) -> None:
    templates = json.loads(designer.get(f"{draft}/templates.json").text)
    choices = {
        field["binding"].get("name", field["binding"]["type"]): [c["value"] for c in field.get("choices", ())]
        for template in templates
        for field in template["properties"]
    }
    assert "hall/apply" in choices["banjie.form"]
    assert "xk.decision" in choices["banjie.period"]
    assert "听证" in choices["banjie.period.kind"]
    assert "section-head" in choices["banjie.role"]


FRAME = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:y="urn:y">{}</definitions>'


def loss(before: str, after: str) -> list[str]:
    return losses.between(FRAME.format(before).encode(), FRAME.format(after).encode())


def test_losses_are_what_nobody_could_take_out() -> None:
    inner = '<extensionElements><y:x b="2"/></extensionElements>'
    kept = f'<process id="p"><task id="t" y:a="1">{inner}</task></process>'
    assert loss(kept, kept) == []
    assert loss(kept, '<process id="p"><task id="t"/></process>') == [
        "t: <{urn:y}x>", "t: @b <{urn:y}x>", "t: @{urn:y}a",
    ]  # fmt: skip
    assert loss(kept, '<process id="p"/>') == []  # a deleted task takes its own parts with it
    item = '<itemDefinition id="i"/><process id="p"/>'
    assert loss(item, '<process id="p"/>') == ["definitions: <itemDefinition>"]
    assert loss(kept, "<nonsense") == []


# --- forms and case file -----------------------------------------------------------------------------


def test_a_field_is_added_moved_and_taken_out_again(town: Town, designer: Visitor, draft: str) -> None:
    form = f"{draft}/forms/apply"
    new = {"new_name": "people", "new_title": "人数", "new_kind": "integer", "act": "new"}
    assert send(designer, form, field=["applicant_name", "phone"], **new).status_code == 303
    schema = json.loads(files(town)["forms/apply.schema.json"])
    assert schema["properties"]["people"] == {"$ref": "casefile.schema.json#/properties/people"}
    assert json.loads(files(town)["casefile.schema.json"])["properties"]["people"]["type"] == "integer"
    assert 'name="/people"' in designer.get(form).text

    names = ["applicant_name", "phone", "people"]
    send(designer, form, field=names, act="up:people", **{"required-people": "yes", "heading-people": "活动"})
    schema = json.loads(files(town)["forms/apply.schema.json"])
    assert schema["x-ui"]["order"] == ["applicant_name", "people", "phone"]
    assert schema["x-ui"]["groups"] == [{"title": {"zh": "活动", "en": "活动"}, "fields": ["people"]}]
    assert schema["required"] == ["people"]

    send(designer, form, field=names, act="remove:people")
    assert "people" not in json.loads(files(town)["forms/apply.schema.json"])["properties"]
    send(designer, form, field=["applicant_name", "phone"], act="pick", pick="people")
    assert "people" in json.loads(files(town)["forms/apply.schema.json"])["properties"]


def test_a_field_that_cannot_be_is_refused_and_nothing_kept(
    town: Town, designer: Visitor, draft: str
) -> None:
    before = files(town)
    for new in (
        {"new_name": "1x"}, {"new_name": "phone"}, {"new_name": "a", "new_kind": "one-of"},
        {"new_name": "b", "new_kind": "no-such"},
    ):  # fmt: skip
        answer = send(designer, f"{draft}/forms/apply", field=["phone"], act="new", **new)
        assert answer.status_code == 422, new
    assert files(town) == before


def test_a_preview_draws_what_is_not_kept(town: Town, designer: Visitor, draft: str) -> None:
    before = files(town)
    form = f"{draft}/forms/apply"
    new = {"new_name": "day", "new_title": "使用日期", "new_kind": "date", "act": "new"}
    answer = send(designer, form, f"{form}/preview", field=["phone"], **new)
    assert 'name="/day"' in answer.text
    assert "applicant_name" not in answer.text
    assert files(town) == before


def test_rules_and_conditions_of_a_form_outlive_the_table(town: Town, designer: Visitor, draft: str) -> None:
    path = "forms/apply.schema.json"
    book = Drafts(town.house.store, town.clock)
    schema = json.loads(files(town)[path])
    rule = {"field": "phone", "rule": 'phone != "1"', "zh": "不对", "en": "no"}
    schema |= {"x-rules": [rule], "allOf": [{"if": {"required": ["phone"]}, "then": {}}]}
    actor = {"kind": "officer", "person": "shenlan"}
    book.save(actor, 1, 1, {path: json.dumps(schema).encode()})

    send(designer, f"{draft}/forms/apply", field=["phone", "applicant_name"], title="申请书", act="save")
    kept = json.loads(files(town)[path])
    assert (kept["x-rules"], kept["allOf"], kept["title"]) == ([rule], schema["allOf"], "申请书")


def test_a_form_is_begun_and_taken_out(town: Town, designer: Visitor, draft: str) -> None:
    assert send(designer, f"{draft}/forms", stem="decide", title="决定").status_code == 303
    assert "forms/decide.schema.json" in files(town)
    assert send(designer, f"{draft}/forms", stem="decide", title="决定").status_code == 422
    assert "package.form.unused" in designer.get(draft).text
    send(designer, f"{draft}/forms/decide", f"{draft}/forms/decide/drop")
    assert "forms/decide.schema.json" not in files(town)
    assert designer.get(f"{draft}/forms/decide").status_code == 404


def test_a_field_in_use_stays_in_the_case_file(town: Town, designer: Visitor, draft: str) -> None:
    page = f"{draft}/casefile"
    assert send(designer, page, act="remove:phone").status_code == 422
    new = {"new_name": "note", "new_title": "备注", "new_kind": "long-text", "act": "new"}
    assert send(designer, page, **new).status_code == 303
    changed = {"title-note": "备注说明", "title_en-note": "Note", "kind-note": "text", "mask-note": "all"}
    send(designer, page, act="save", **changed)
    note = json.loads(files(town)["casefile.schema.json"])["properties"]["note"]
    assert (note["title"], note["x-mask"], note["maxLength"]) == ("备注说明", "all", 100)
    send(designer, page, act="remove:note")
    assert "note" not in json.loads(files(town)["casefile.schema.json"])["properties"]


@pytest.mark.parametrize("kind", [kind for kind in fields.KINDS if kind not in fields.CHOSEN])
def test_every_kind_of_field_is_known_again(kind: str) -> None:
    assert fields.kind_of(fields.schema_of(kind, "", {})) == kind


@pytest.mark.parametrize("kind", fields.CHOSEN)
def test_choices_come_back_as_they_were_written(kind: str) -> None:
    text = "a | 甲 | A\nb | 乙"
    schema = fields.schema_of(kind, text, {})
    assert (fields.kind_of(schema), fields.choices_text(schema)) == (kind, text)


# --- tables, periods, papers, facts ------------------------------------------------------------------


def test_the_proof_of_a_table_comes_with_the_input_that_shows_it(
    town: Town, designer: Visitor, draft: str
) -> None:
    send(designer, f"{draft}/tables", stem="fee", title="费用", input="phone")
    editor = f"{draft}/tables/fee.dmn"
    assert designer.get(editor).status_code == 200
    rule = (
        '<rule id="r"><inputEntry id="i"><text>"1"</text></inputEntry>'
        '<outputEntry id="o"><text>"x"</text></outputEntry></rule></decisionTable>'
    )
    xml = files(town)["fee.dmn"].replace("</decisionTable>", rule)
    answer = json.loads(post_json(designer, editor, {"xml": xml, "version": 2}, editor).text)
    (gap,) = [finding for finding in answer["findings"] if finding["kind"] == "gap"]
    assert gap["input"]
    assert gap["about"] == "有的输入没有规则"
    assert files(town)["fee.dmn"] == xml
    send(designer, f"{draft}/tables", f"{draft}/drop-table", path="fee.dmn")
    assert "fee.dmn" not in files(town)


PERIOD = {
    "id": "hall.decide", "name": "决定", "basis": "示例第五条", "count": "20", "unit": "W",
    "suspend": "听证\n鉴定", "valid_from": "2026-01-01", "extend": "10", "approver": "机关负责人",
    "class": "statutory", "ends": "close",
}  # fmt: skip


def test_a_period_of_ones_own_stands_in_a_file_of_the_law(town: Town, designer: Visitor, draft: str) -> None:
    page = f"{draft}/periods"
    assert send(designer, page, **PERIOD).status_code == 303
    assert 'limit = "20W"' in files(town)["law/hall.toml"]
    assert 'suspend = ["听证", "鉴定"]' in files(town)["law/hall.toml"]
    assert 'value="hall.decide"' in designer.get(f"{page}?id=hall.decide").text
    send(designer, page, **{**PERIOD, "count": "15"})
    assert files(town)["law/hall.toml"].count("[[period]]") == 1
    send(designer, page, act="remove:hall.decide")
    assert "law/hall.toml" not in files(town)


def test_what_the_form_does_not_show_of_a_reason_stays_with_it(
    town: Town, designer: Visitor, draft: str
) -> None:
    page = f"{draft}/periods"
    send(designer, page, **PERIOD)
    told = files(town)["law/hall.toml"].replace('"鉴定"', '{ kind = "鉴定", max = "30W", told = true }')
    book = Drafts(town.house.store, town.clock)
    book.save(Actor.system().as_data(), 1, book.get(1).version, {"law/hall.toml": told.encode()})
    send(designer, page, **{**PERIOD, "count": "15"})

    (rule,) = tomllib.loads(files(town)["law/hall.toml"])["period"]
    assert rule["suspend"] == ["听证", {"kind": "鉴定", "max": "30W", "told": True}]


def test_a_period_the_law_could_not_hold_is_refused(town: Town, designer: Visitor, draft: str) -> None:
    for wrong in (
        {"count": "x"}, {"valid_from": "soon"}, {"basis": ""}, {"id": "xk.decision"}, {"class": "x"},
    ):  # fmt: skip
        assert send(designer, f"{draft}/periods", **{**PERIOD, **wrong}).status_code == 422, wrong
    assert "law/hall.toml" not in files(town)


def test_placeholders_of_a_template_are_checked_against_the_case_file(
    town: Town, designer: Visitor, draft: str
) -> None:
    page = f"{draft}/papers"
    text = "<p>{{ applicant_name }} {{ aplicant }} {{ number }}</p>"
    assert send(designer, page, stem="letter", text=text).status_code == 303
    shown = designer.get(page).text
    assert shown.count("没有来源，将印成空白") == 1
    assert "template.placeholder" in designer.get(draft).text
    for stem, bad in (("letter", "{{ f() }}"), ("Letter", text), ("letter", "{% include 'x' %}")):
        assert send(designer, page, stem=stem, text=bad).status_code == 422
    assert files(town)["templates/letter.html"] == text
    send(designer, page, stem="letter", act="remove")
    assert "templates/letter.html" not in files(town)


def test_facts_and_item_are_written_and_whatever_else_the_files_say_stays(
    town: Town, designer: Visitor, draft: str
) -> None:
    actor = {"kind": "officer", "person": "shenlan"}
    more = files(town)["procedure.toml"].replace("[name]", 'custom = ["x"]\n\n[name]')
    Drafts(town.house.store, town.clock).save(actor, 1, 1, {"procedure.toml": more.encode()})
    sent = {
        "title": "活动室", "title_en": "Hall", "kind": "registration", "first_form": "hall/apply",
        "retention": "5Y", "code": "SQ-HD-0002", "promised": "3W", "item_units": ["shinan.cg", "laoshan.cg"],
        "law": "# 依据\n",
    }  # fmt: skip
    assert send(designer, f"{draft}/facts", **sent).status_code == 303
    kept = files(town)
    assert 'custom = ["x"]' in kept["procedure.toml"]
    assert 'kind = "registration"' in kept["procedure.toml"]
    assert 'units = ["shinan.cg", "laoshan.cg"]' in kept["catalogue/hall.toml"]
    assert "没有错误" in designer.get(draft).text
    for wrong in ({"title": ""}, {"promised": "soon"}, {"item_units": []}):
        assert send(designer, f"{draft}/facts", **{**sent, **wrong}).status_code == 422


def test_plain_data_is_written_as_toml_and_read_back() -> None:
    data = {
        "a b": 1,
        "t": "“”\n\\",
        "n": {"x": {"y": True}},
        "l": [1, [2]],
        "rows": [{"k": {"z": 1}}, {"k": {}}],
    }
    assert tomllib.loads(toml_text.dumps(data)) == data


# --- who runs on what --------------------------------------------------------------------------------


def test_a_version_tells_how_many_cases_run_on_it(town: Town, designer: Visitor) -> None:
    assert "在办 0，办结 0" in designer.get("/designer/packages/huji/1").text
