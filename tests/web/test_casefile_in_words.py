"""Values of a case file as a reader meets them: labels, choices, and nothing that only a proof needs."""

from __future__ import annotations

from datetime import date

from engine.definitions.form_fields import Field
from engine.periods import Ledger, Limit, PeriodRule
from engine.periods.rules import Excluded
from engine.records.entries import Event
from web.casefile.clocks import standing_still
from web.casefile.facts import Table, files_in, parts, shown, table_of
from web.casefile.opening import with_choices
from web.casefile.story import told_within
from web.field_hints import hint

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


def test_parts_are_told_in_the_order_of_their_schema_and_unknown_ones_last() -> None:
    value = {"amount": 50, "further": "x", "row": "较轻"}
    assert shown(SCHEMA, value).split("；")[0] == "档次 较轻"
    assert shown(SCHEMA, value).split("；")[-1] == "further x"


def test_rows_that_gather_an_opinion_call_it_as_the_form_did() -> None:
    opinion = {"title": "审查结论", "oneOf": [{"const": "agree", "title": "同意"}]}
    row = {"properties": {"unit": {"title": "部门"}, "opinion": {"title": "意见"}}}
    for schema, value in (({"items": row}, [{"opinion": "agree"}]), (row, {"opinion": "agree"})):
        assert shown(with_choices(schema, {"opinion": opinion, "unit": {}}), value) == "意见 同意"
    assert with_choices(opinion, {"opinion": opinion}) == opinion


def test_rows_of_several_parts_are_a_table_and_a_column_nobody_filled_is_left_out() -> None:
    schema = {"items": {"properties": {name: {"title": name.upper()} for name in ("a", "b", "c")}}}
    found = table_of(schema, [{"b": 2, "a": "一"}, {"a": "二", "c": "", "d": "x"}])
    assert found == Table(("A", "B", "d"), (("一", "2", ""), ("二", "", "x")))
    for no_table in ("text", [], ["text"], [{"a": 1}], {"a": 1, "b": 2}):
        assert table_of(schema, no_table) is None


def test_every_part_of_a_value_is_walked_once_and_a_file_is_one() -> None:
    file = {"sha256": "0f" * 32, "name": "a.pdf", "size": 3}
    value = {"a": [1, {"b": file}], "c": file}
    assert list(parts(value)) == [value, [1, {"b": file}], 1, {"b": file}, file, file]
    assert list(files_in(value)) == [file, file]


def asked(name: str, format: str = "", own: str = "") -> str:
    told = {"zh": own, "en": own} if own else None
    return hint(Field(name, {"zh": "号码", "en": "Number"}, "text", "string", format=format, hint=told))


def test_a_field_without_a_hint_says_how_its_kind_of_value_is_written() -> None:
    assert asked("phone", "cn-mobile").endswith("要用它的后四位")
    assert asked("other", "cn-mobile") == "11位手机号"
    assert asked("id", "cn-id") == "18位，末位可能是X"
    assert asked("id", "cn-id", "自己的说明") == "自己的说明"
    assert asked("name") == ""


def test_a_notice_to_an_office_is_not_told_to_the_public() -> None:
    told = [told_within(Event("NoticeSent", {"to": to})) for to in ("handler", "authority", "applicant")]
    assert told == [True, True, False]


def test_a_period_that_stands_still_says_why_since_when_and_until_when_at_most() -> None:
    left_out = (Excluded("专家评审"), Excluded("听证", Limit.read("20W")))
    rule = PeriodRule("p", "第四十二条", Limit.read("20W"), date(2004, 7, 1), excluded=left_out)
    ledger = Ledger.open(rule, date(2026, 3, 2)).suspend(date(2026, 3, 4), "专家评审", key="1")
    assert standing_still(ledger) == "专家评审，自2026年3月4日起中止"
    heard = ledger.suspend(date(2026, 3, 5), "听证", key="2")
    assert standing_still(heard).endswith("听证，自2026年3月5日起中止，最长20个工作日")
    assert standing_still(Ledger.open(rule, date(2026, 3, 2))) == ""
