"""Reading DMN files: the hardened door, the versions, what editors write, all findings at once."""

from __future__ import annotations

import hashlib

import pytest
from dmn_texts import decision, definitions, input_data, literal, table
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn
from engine.dmn import xml
from engine.errors import BanjieError, IllegalDefinition, TooLarge

_VERSIONS = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


@pytest.mark.parametrize("version", _VERSIONS.values(), ids=_VERSIONS)
def test_every_version_from_1_2_to_1_5_is_read(version: str) -> None:
    model = dmn.read(definitions(decision("D", literal("1 + 1")), version=version))
    assert dmn.evaluate(model, "D", {}).value == 2


@pytest.mark.parametrize(
    "root",
    [
        b"<definitions/>",
        b'<x xmlns="urn:x"/>',
        b'<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>',
    ],
)
def test_another_root_is_refused(root: bytes) -> None:
    with pytest.raises(IllegalDefinition, match=r"DMN 1\.2 to 1\.5"):
        dmn.read(root)


_ENTITY = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'
_BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d x="&b;"/>'


@pytest.mark.parametrize("data", [_ENTITY, _BOMB, _ENTITY.decode().encode("utf-16")])
def test_a_document_type_is_refused_before_any_entity_exists(data: bytes) -> None:
    with pytest.raises(IllegalDefinition, match="DOCTYPE"):
        dmn.read(data)


@pytest.mark.parametrize(
    "data", [b"", b"no xml", b"<a><b></a>", b"\xff\xfe\x00", b'<?xml version="1.0" encoding="none"?><a/>']
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(IllegalDefinition, match="well-formed"):
        dmn.read(data)


def test_a_file_over_a_limit_is_refused() -> None:
    with pytest.raises(TooLarge):
        xml.parse(b"<a>" + b" " * xml.MAX_BYTES + b"</a>")
    with pytest.raises(TooLarge):
        xml.parse(b"<a>" * 200 + b"</a>" * 200)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with pytest.raises(BanjieError):
        dmn.read(data)


@given(st.text(max_size=40))
def test_no_cell_text_crashes_the_reader_or_the_evaluation(text: str) -> None:
    shown = "".join(letter for letter in text if letter.isprintable()).replace("|", "")
    model_text = definitions(
        input_data("x"), decision("D", table(["x"], ["y"], f"{shown or '-'} | 1"), inputs=["x"])
    )
    model = dmn.read(model_text, strict=False)
    assert dmn.evaluate(model, "D", {"x": 1}).value in (1, None)
    dmn.prove(model, "D")


def test_the_digest_is_that_of_the_bytes() -> None:
    data = definitions(decision("D", literal("1")))
    assert dmn.read(data).digest == hashlib.sha256(data).hexdigest()


def test_all_faults_are_told_at_once_with_element_rule_and_line() -> None:
    broken = definitions(
        decision("A", literal("1 +")),
        decision("B", table(["x"], ["y"], '"open | 1\n5 | 2'), inputs=["ghost"]),
    )
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(broken)
    findings = caught.value.findings
    assert sorted(finding.rule for finding in findings) == ["dmn.feel", "dmn.feel", "dmn.reference"]
    assert {finding.line for finding in findings} == {2, 3}
    assert "3 fault(s)" in caught.value.sentence


def test_a_fault_in_a_text_of_several_lines_has_the_line_of_the_file() -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(decision("A", literal("1 +\n2 +\n* 3"))))
    assert caught.value.findings[0].line == 4


def test_a_faulty_expression_may_be_kept_and_is_null_with_its_reason() -> None:
    model = dmn.read(definitions(decision("A", literal("1 +"))), strict=False)
    outcome = dmn.evaluate(model, "A", {})
    assert (outcome.value, bool(outcome.errors), bool(model.faults)) == (None, True, True)


def test_elements_with_the_same_id_are_refused() -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(decision("D", literal("1")), decision("D", literal("2"))))
    assert "dmn.id.duplicate" in {finding.rule for finding in caught.value.findings}


def test_extension_properties_of_a_decision_are_kept_by_name() -> None:
    facts = {"banjie.item": "P1", "banjie.valid_from": "2018-01-01", "banjie.band": "[500..2000]"}
    model = dmn.read(definitions(decision("a fine", literal("500"), properties=facts)))
    assert model.extensions("a_fine") == facts
    assert model.extensions("a fine") == facts


def test_decisions_of_one_name_are_found_by_id_only() -> None:
    text = definitions(
        f'<decision id="one" name="Decision Table">{literal("1")}</decision>',
        f'<decision id="two" name="Decision Table">{literal("2")}</decision>',
    )
    assert sorted(dmn.read(text).decisions) == ["one", "two"]


def test_two_files_with_the_same_ids_do_not_share_their_rules() -> None:
    first = dmn.read(definitions(decision("D", table(["x"], ["y"], "1 | 10"))))
    second = dmn.read(definitions(decision("D", table(["x"], ["y"], "1 | 20"))))
    assert [dmn.evaluate(each, "D", {"x": 1}).value for each in (first, second)] == [10, 20]


def test_names_with_spaces_signs_and_chinese_are_read_everywhere() -> None:
    text = definitions(
        input_data("占用 面积", "number"),
        input_data("pre-bureau risk", "number"),
        decision(
            "罚款 amount", literal("占用 面积 * pre-bureau risk"), inputs=["占用 面积", "pre-bureau risk"]
        ),
    )
    data = {"占用 面积": 3, "pre-bureau risk": 4}
    assert dmn.evaluate(dmn.read(text), "罚款 amount", data).value == 12
