"""A form of a definition on a page, and what comes back from it."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from gallery import DISTRICTS, FIELDS, FINDINGS, FORM, VALUES, application, keep
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from engine.definitions.form_fields import Choice, Field
from web import forms

NONE: MultiDict[str, FileStorage] = MultiDict()


def sent(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/gallery/form").text)
    assert found
    return found[1]


def test_every_input_has_a_label_and_is_named_by_the_pointer_of_its_value(client: FlaskClient) -> None:
    page = client.get("/gallery/form").text
    for control in forms.controls(FIELDS):
        if control.widget in {"text", "textarea", "number", "money", "date", "select", "file"}:
            assert f'for="{control.id}"' in page
            assert f'id="{control.id}"' in page
        if control.widget != "group":
            assert f'name="{control.name}"' in page
    assert 'name="/members/0/phone"' in page


def test_what_may_be_left_out_says_so(client: FlaskClient) -> None:
    page = client.get("/gallery/form").text
    assert "申请事由（选填）" in page
    assert "申请人姓名（选填）" not in page


def test_a_finding_stands_beside_its_field_and_the_summary_leads_there(client: FlaskClient) -> None:
    page = client.get("/gallery/wrong").text
    for finding in FINDINGS:
        pointed = forms.input_id(finding.where)
        assert f'href="#{pointed}"' in page
        assert f'id="{pointed}"' in page
        assert f'id="{pointed}-error"' in page
    assert "共同申请人（第 2 项） · 手机号码：" in page


def test_a_finding_about_no_field_of_the_form_still_stands_in_the_summary(client: FlaskClient) -> None:
    page = client.get("/gallery/refuse/malformed", headers={"HX-Request": "1"}).text
    assert "/members/1/phone" in page
    assert "href=" not in page


def test_values_come_back_into_their_inputs(client: FlaskClient) -> None:
    page = client.get("/gallery/wrong").text
    assert 'value="林晓岚"' in page
    assert 'value="128000.00"' in page
    assert 'value="2026-11-02"' in page
    assert re.search(r'value="roof"\s+checked', page)
    assert "楼顶招牌效果图.pdf" in page


def test_what_a_reader_types_is_shown_and_never_run(client: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>'
    data = {"csrf_token": token(client), "/name": hostile, "/reason": hostile, "_repeat": "add:/members"}
    page = client.post("/gallery/form", data=data).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


APPLICATION = application()


def reading(*pairs: tuple[str, str], files: MultiDict[str, FileStorage] = NONE) -> forms.Reading:
    with APPLICATION.test_request_context("/"):
        return forms.read(FORM, sent(*pairs), files, keep)


def file(name: str, content: bytes = b"x") -> FileStorage:
    return FileStorage(BytesIO(content), filename=name)


def test_values_are_typed_by_the_form_and_other_inputs_of_the_page_are_left_out() -> None:
    found = reading(("csrf_token", "x"), ("/name", "林晓岚"), ("/area", "36.50"), ("/declared#asked", "1"))
    assert found.values == {"name": "林晓岚", "area": Decimal("36.50"), "declared": False}
    assert not found.again


def test_an_input_the_form_does_not_have_is_kept_for_the_form_to_refuse() -> None:
    assert reading(("/smuggled", "1")).values == {"smuggled": "1"}


def test_repeated_groups_are_read_in_the_order_of_their_rows() -> None:
    rows = (("/members/10/name", "丙"), ("/members/2/name", "乙"), ("/members/0/name", "甲"))
    assert [member["name"] for member in reading(*rows).values["members"]] == ["甲", "乙", "丙"]


def test_a_group_that_does_not_repeat_is_drawn_once() -> None:
    name = Field("name", {"zh": "姓名"}, "text", "string")
    agent = Field("agent", {"zh": "代理人"}, "group", "object", fields=(name,))
    drawn = forms.controls((agent,), {"agent": {"name": "何蕊"}})
    assert [(inner.name, inner.value) for inner in drawn[0].rows[0]] == [("/agent/name", "何蕊")]
    assert len(drawn[0].rows) == 1


def test_a_group_shows_at_least_the_rows_it_demands() -> None:
    name = Field("name", {"zh": "姓名"}, "text", "string")
    witnesses = Field("witnesses", {"zh": "见证人"}, "group", "array", fields=(name,), multiple=True, least=2)
    assert len(forms.controls((witnesses,))[0].rows) == 2


def test_a_new_file_goes_into_the_store_and_its_facts_into_the_values() -> None:
    found = reading(files=MultiDict([("/plan", file("新图.pdf", b"abc"))]))
    assert found.values["plan"]["name"] == "新图.pdf"
    assert found.values["plan"]["size"] == 3


def test_an_empty_file_input_is_no_file() -> None:
    assert reading(files=MultiDict([("/plan", file("", b""))])).values == {}


def tokens(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}#kept" value="([^"]+)"', page)


def test_a_file_is_kept_through_a_further_round_until_another_replaces_it(client: FlaskClient) -> None:
    secret = token(client)
    data = {"csrf_token": secret, "/plan": (BytesIO(b"abc"), "图.pdf"), "_repeat": "add:/members"}
    page = client.post("/gallery/form", data=data).text
    assert "图.pdf" in page
    again = {"csrf_token": secret, "/plan#kept": tokens(page, "/plan"), "_repeat": "add:/members"}
    assert "图.pdf" in client.post("/gallery/form", data=again).text
    other = again | {"/plan": (BytesIO(b"other"), "新.pdf")}
    replaced = client.post("/gallery/form", data=other).text
    assert "新.pdf" in replaced
    assert "图.pdf" not in replaced


def test_where_several_files_are_asked_for_another_is_added(client: FlaskClient) -> None:
    base = {"csrf_token": token(client), "_repeat": "add:/members"}
    page = client.post("/gallery/form", data=base | {"/photos": (BytesIO(b"1"), "一.jpg")}).text
    more = {"/photos": (BytesIO(b"2"), "二.jpg"), "/photos#kept": tokens(page, "/photos")}
    page = client.post("/gallery/form", data=base | more).text
    assert len(tokens(page, "/photos")) == 2
    assert "一.jpg" in page
    assert "二.jpg" in page


def test_nobody_can_name_a_file_that_this_session_did_not_send(client: FlaskClient) -> None:
    facts = '{"name":"x","sha256":"' + "ab" * 32 + '","size":1}'
    theirs = tokens(application().test_client().get("/gallery/wrong").text, "/plan")
    assert len(theirs) == 1
    for forged in ({"/plan": facts}, {"/plan#kept": facts}, {"/plan#kept": theirs[0]}):
        data = {"csrf_token": token(client), "_repeat": "add:/members", **forged}
        assert tokens(client.post("/gallery/form", data=data).text, "/plan") == []


def test_the_button_of_a_group_adds_and_removes_rows_without_scripts(client: FlaskClient) -> None:
    data = {
        "csrf_token": token(client),
        "/name": "林晓岚",
        "/members/0/name": "周明",
        "_repeat": "add:/members",
    }
    page = client.post("/gallery/form", data=data).text
    assert 'name="/members/1/name"' in page
    assert 'value="周明"' in page
    assert 'value="林晓岚"' in page
    data |= {"/members/1/name": "何蕊", "_repeat": "remove:/members/0"}
    page = client.post("/gallery/form", data=data).text
    assert 'name="/members/1/name"' not in page
    assert 'value="何蕊"' in page
    assert 'value="周明"' not in page


def test_empty_rows_are_counted_when_a_group_grows() -> None:
    rows = (("/members/0/name", ""), ("/members/1/name", ""))
    assert reading(*rows, ("_repeat", "add:/members")).rows == {"/members": 3}
    assert reading(*rows, ("_repeat", "remove:/members/1")).rows == {"/members": 1}
    assert reading(*rows[:1], ("_repeat", "remove:/members/0")).rows == {"/members": 1}


@given(st.text(max_size=30))
def test_no_command_of_a_group_breaks_the_reading(command: str) -> None:
    rows = (("/members/0/name", "甲"), ("/members/1/name", "乙"))
    for text in (command, f"add:{command}", f"remove:/members/{command}"):
        found = reading(*rows, ("_repeat", text))
        assert len(found.values.get("members", [])) <= 2
        assert set(found.rows) <= {"/members"}


def test_a_group_grows_to_a_limit_and_no_further() -> None:
    rows = [(f"/members/{row}/name", "甲") for row in range(forms.MOST_ROWS)]
    assert reading(*rows, ("_repeat", "add:/members")).rows == {"/members": forms.MOST_ROWS}


def test_a_yes_or_no_that_is_chosen_comes_back_chosen() -> None:
    yes, no = Choice("true", {"zh": "是"}, True), Choice("false", {"zh": "否"}, False)
    asked = Field("married", {"zh": "是否已婚"}, "radios", "boolean", choices=(yes, no))
    assert forms.controls((asked,), {"married": False})[0].value == "false"
    assert forms.controls((asked,), {"married": True})[0].value == "true"
    assert forms.controls((asked,))[0].value == ""


def test_choices_that_are_not_in_the_schema_are_handed_in_by_the_page() -> None:
    drawn = {control.name: control for control in forms.controls(FIELDS, options=DISTRICTS)}
    assert drawn["/district"].choices == (("east", "东湖区"), ("west", "西岭区"))


def test_fields_stand_under_the_headings_of_the_form(client: FlaskClient) -> None:
    page = client.get("/gallery/form").text
    assert re.findall(r'bj-form-heading">([^<]+)<', page) == ["申请人", "设施"]


def test_what_was_shown_is_read_back_as_it_was() -> None:
    with application().test_request_context("/"):
        drawn = forms.controls(FIELDS, VALUES)
        pairs = [pair for control in drawn for pair in typed(control)]
        values = forms.read(FORM, sent(*pairs), NONE, keep).values
    assert Decimal(values.pop("fee")) == VALUES["fee"]
    assert values == {name: value for name, value in VALUES.items() if name != "fee"} | {"declared": False}


def typed(control: forms.Control) -> list[tuple[str, str]]:
    """What a browser sends for a control that nobody touched."""
    if control.widget == "group":
        return [pair for row in control.rows for inner in row for pair in typed(inner)]
    if control.widget == "checkboxes":
        return [(control.name, one) for one in control.value]
    if control.widget == "boolean":
        return [(f"{control.name}#asked", "1")]
    if control.widget == "file":
        return [(f"{control.name}#kept", held.token) for held in control.value]
    return [(control.name, control.value)]
