"""What the engine says is told in the reader's language, and the English sentence stays the record."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import lint
from engine.dmn.report import prove_files
from engine.errors import Conflict, Finding, either, listed, places_of, said
from engine.organisation.duties import Breach
from web import language, sentence_templates, sentences, translations
from web.sentences import RECORD, retold, told

DIAGRAM = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
<process id="P" isExecutable="true"><startEvent id="S"/><userTask id="T"/><exclusiveGateway id="G"/>
<endEvent id="E"/><sequenceFlow id="f" sourceRef="S" targetRef="T"/>
<sequenceFlow id="g" sourceRef="G" targetRef="E"/><sequenceFlow id="h" sourceRef="G" targetRef="T"/>
</process></definitions>"""

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">
<decision id="fine" name="fine"><variable name="fine" typeRef="number"/><decisionTable hitPolicy="UNIQUE">
<input><inputExpression typeRef="number"><text>area</text></inputExpression></input>
<output name="fine" typeRef="number"/>
<rule id="a"><inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
<rule id="b"><inputEntry><text>[3..8]</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_a_finding_about_a_diagram_names_its_elements_in_chinese() -> None:
    found = {told(finding.sentence, "zh") for finding in lint.check(DIAGRAM)}
    assert "从排他网关“G”流出的顺序流“g”应当有条件，但它没有条件，也不是默认顺序流" in found
    assert "本层有开始事件，排他网关“G”应当有流入的顺序流，但没有" in found


def test_in_english_and_in_the_record_the_sentence_stays_as_it_was_said() -> None:
    for finding in lint.check(DIAGRAM):
        assert told(finding.sentence, "en") == told(finding.sentence, RECORD) == finding.sentence
        assert type(told(finding.sentence, RECORD)) is str


def test_a_gap_of_a_table_tells_the_missing_input_in_chinese() -> None:
    sentences_zh = [told(found.sentence, "zh") for found in prove_files({"t.dmn": TABLE}).findings]
    assert any("area > 8应当有规则，但没有规则命中" in one for one in sentences_zh)
    assert any("最多有一条规则命中（UNIQUE），但规则1和规则2同时命中" in one for one in sentences_zh)


def test_a_part_and_a_list_within_a_sentence_are_told_too() -> None:
    sentence = said(
        "Expected {spot} to be one of {listed}, but {event} has {other_listed}",
        spot=said("a boundary event"),
        listed=listed([said("message"), said("timer")]),
        event="x",
        other_listed=said("signal"),
    )
    assert told(sentence, "zh") == "边界事件应当是消息、定时之一，但x是信号"


def test_an_error_within_a_sentence_is_told_too() -> None:
    error = Conflict(said("Expected a time like 10:30:00, but found {text!r}", text="9h"))
    sentence = said("Expected a regular expression, but {error}", error=error)
    assert told(sentence, "zh") == "应当是正则表达式，但时间应当形如 10:30:00，但现为“9h”"


def test_a_chinese_sentence_is_told_to_an_english_reader() -> None:
    sentence = said("该事项已由{person}领取", person="李明")
    assert told(sentence, "en") == "李明 has claimed this work item"
    assert told(sentence, "zh") == sentence


def test_a_breach_is_told_in_the_readers_words() -> None:
    breach = Breach("ROLE", "需要审批人办理", "Expected an approver", "岗位权限")
    assert (told(breach.sentence, "zh"), told(breach.sentence, "en")) == (
        "需要审批人办理",
        "Expected an approver",
    )
    assert breach.sentence == "需要审批人办理"
    assert told(either("记录", zh="记录", en="record"), "en") == "record"


def test_a_text_without_template_is_shown_as_it_is() -> None:
    assert told("材料不齐", "en") == "材料不齐"
    assert told(said("没有译文 {name}", name="A"), "en") == "没有译文 A"


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ("Expected the error 'E1' to be caught, but nothing catches it: 税务系统无应答",
         "错误“E1”应当被捕获，但没有元素捕获它：税务系统无应答"),
        ("Expected the job type of T to be a whole number, but it is x", "T的作业类型应当是整数，但现为x"),
        ("Expected 3 things", "Expected 3 things"),
        ("外部系统返回 Expected", "外部系统返回 Expected"),
    ],
)  # fmt: skip
def test_a_stored_sentence_is_found_again_or_shown_as_it_is(record: str, shown: str) -> None:
    assert retold(record) == shown


@given(st.text(max_size=600))
def test_whatever_was_stored_can_be_shown(record: str) -> None:
    assert isinstance(retold(record), str)


def test_every_template_has_a_text_with_the_same_places() -> None:
    lacking = {
        (code, room): translations.untold(code, room, wanted)
        for (code, room), wanted in translations.sentences().items()
    }
    assert {room: texts for room, texts in lacking.items() if texts} == {}
    assert len(language.templates_of("zh")) > 1000


def test_a_text_whose_places_differ_is_noticed() -> None:
    assert translations.same_places("Expected {one}, but {two!r}", "{two!r}，{one}")
    assert not translations.same_places("Expected {one}, but {two!r}", "{one}，{two}")
    assert not translations.same_places("Expected {one}", "{one} {")


def test_templates_are_gathered_from_calls_alone() -> None:
    source = (
        'raise X(said("Expected a {b}" if c else "none"))\nlisted(x, " or ")\n'
        'T = {1: sayable("Expected {d}")}\nK = sayable_words("task lane")\nother("Expected e")\n'
    )
    found = set(sentence_templates.templates(source))
    assert found == {"Expected a {b}", "none", " or ", "Expected {d}", "task", "lane"}


def test_no_sentence_of_the_engine_is_put_together_out_of_the_translators_sight() -> None:
    rooms = sentence_templates.gathered()
    assert {"bpmn", "dmn", "feel", "periods", "definitions", "organisation", "casework"} <= rooms.keys()
    assert all(places_of(template) is not None for found in rooms.values() for template in found)


def test_templates_write_out_what_is_said_in_the_readers_language() -> None:
    app = Flask("pages")
    sentences.speak(app)
    page = app.jinja_env.from_string("{{ one.sentence }}{{ text }}")
    finding = Finding("T", said("Expected an id, but it is empty"))
    assert page.render(one=finding, text="<&>") == "应当有 id，但是空的&lt;&amp;&gt;"
