"""A form of a definition on a page, and what comes back from it."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from gallery import FIELDS, FINDINGS, VALUES, Field, application, said
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

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
    assert f'name="/plan#kept" value="{"ab" * 32}"' in page


def test_what_a_reader_types_is_shown_and_never_run(client: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>'
    data = {"csrf_token": token(client), "/name": hostile, "/reason": hostile, "_repeat": "add:/members"}
    page = client.post("/gallery/form", data=data).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_texts_are_trimmed_and_empty_inputs_are_left_out() -> None:
    reading = forms.read(FIELDS, sent(("/name", "  林晓岚 "), ("/id", "  "), ("/reason", "一\r\n二")), NONE)
    assert reading.values == {"name": "林晓岚", "reason": "一\n二", "members": []}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("36.50", Decimal("36.50")),
        ("36", 36),
        ("128,000.00", Decimal("128000.00")),
        ("１２", Decimal(12)),
        ("-3", -3),
        ("about ten", "about ten"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("9" * 60, Decimal("9" * 60)),
    ],
)
def test_a_figure_is_a_decimal_and_what_is_none_stays_text(typed: str, read: object) -> None:
    value = forms.read(FIELDS, sent(("/area", typed)), NONE).values["area"]
    assert value == read
    assert not isinstance(value, float)


def test_a_declaration_left_open_is_false_and_one_that_was_not_asked_is_absent() -> None:
    asked = ("/declared#asked", "1")
    assert forms.read(FIELDS, sent(asked), NONE).values["declared"] is False
    assert forms.read(FIELDS, sent(asked, ("/declared", "true")), NONE).values["declared"] is True
    assert "declared" not in forms.read(FIELDS, sent(), NONE).values


def test_several_ticks_are_a_list() -> None:
    ticks = sent(("/materials", "form"), ("/materials", "proof"))
    assert forms.read(FIELDS, ticks, NONE).values["materials"] == ["form", "proof"]


def test_repeated_groups_are_read_in_the_order_of_their_rows() -> None:
    rows = sent(("/members/10/name", "丙"), ("/members/2/name", "乙"), ("/members/0/name", "甲"))
    members = forms.read(FIELDS, rows, NONE).values["members"]
    assert [member["name"] for member in members] == ["甲", "乙", "丙"]


def test_a_group_that_does_not_repeat_is_one_object() -> None:
    group = Field("agent", said("代理人", "Agent"), "group", fields=(Field("name", said("姓名", "Name")),))
    assert forms.read((group,), sent(("/agent/name", "何蕊")), NONE).values == {"agent": {"name": "何蕊"}}
    drawn = forms.controls((group,), {"agent": {"name": "何蕊"}})
    assert drawn[0].rows[0][0].name == "/agent/name"
    assert drawn[0].rows[0][0].value == "何蕊"


def test_a_new_file_replaces_the_kept_one() -> None:
    kept = ("/plan#kept", "ab" * 32)
    upload = FileStorage(BytesIO(b"x"), filename="新图.pdf")
    both = forms.read(FIELDS, sent(kept), MultiDict([("/plan", upload)]))
    assert (list(both.files), both.kept) == (["/plan"], {})
    empty = FileStorage(BytesIO(b""), filename="")
    again = forms.read(FIELDS, sent(kept), MultiDict([("/plan", empty)]))
    assert (again.files, again.kept) == ({}, {"/plan": "ab" * 32})


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


@given(st.text(max_size=30))
def test_no_command_of_a_group_breaks_the_reading(command: str) -> None:
    rows = (("/members/0/name", "甲"), ("/members/1/name", "乙"))
    for text in (command, f"add:{command}", f"remove:/members/{command}"):
        reading = forms.read(FIELDS, sent(*rows, ("_repeat", text)), NONE)
        assert isinstance(reading.values["members"], list)


def test_a_group_grows_to_a_limit_and_no_further() -> None:
    rows = [(f"/members/{row}/name", "甲") for row in range(forms.MOST_ROWS)]
    reading = forms.read(FIELDS, sent(*rows, ("_repeat", "add:/members")), NONE)
    assert len(reading.values["members"]) == forms.MOST_ROWS


def test_what_was_shown_is_read_back_as_it_was() -> None:
    drawn = forms.controls(FIELDS, VALUES)
    pairs = [(name, text) for control in drawn for name, text in typed(control)]
    values = forms.read(FIELDS, sent(*pairs), NONE).values
    expected = {name: value for name, value in VALUES.items() if name != "plan"} | {"declared": False}
    assert values == expected


def typed(control: forms.Control) -> list[tuple[str, str]]:
    """What a browser sends for a control that nobody touched."""
    if control.widget == "group":
        return [pair for row in control.rows for inner in row for pair in typed(inner)]
    if control.widget == "checkboxes":
        return [(control.name, one) for one in control.value]
    if control.widget == "boolean":
        return [(f"{control.name}#asked", "1")]
    return [(control.name, control.value)] if control.widget != "file" else []
