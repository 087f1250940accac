"""The door for files: whatever comes in, a tree or a refusal goes out, and nothing is fetched or expanded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lint_diagrams import BPMN, definitions, line

from engine.bpmn import lint, xml
from engine.errors import BanjieError, IllegalDefinition, Malformed, TooLarge

HEAD = f'<definitions xmlns="{BPMN}">'
LEGAL = definitions(line())
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))


@pytest.mark.parametrize(
    "data",
    [
        f"<!DOCTYPE definitions>{HEAD}</definitions>",
        f'<!DOCTYPE definitions [<!ENTITY a "x">]>{HEAD}&a;</definitions>',
        f'<!DOCTYPE definitions [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}&a;</definitions>',
        f'<!DOCTYPE definitions SYSTEM "http://127.0.0.1:1/x.dtd">{HEAD}</definitions>',
        f'<!DOCTYPE definitions [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>{HEAD}</definitions>',
        f"<!DOCTYPE definitions [{LAUGHS}]>{HEAD}&a11;</definitions>",
        '<?xml version="1.0"?><!-- c -->'
        f'<!DOCTYPE d [<!ATTLIST definitions id CDATA "x">]>{HEAD}</definitions>',
    ],
)
def test_a_file_with_a_document_type_is_refused_before_anything_is_expanded(data: str) -> None:
    with pytest.raises(Malformed, match="DOCTYPE"):
        xml.parse(data.encode())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"not xml", "line 1"),
        (HEAD.encode(), "line 1"),
        (LEGAL[:-9], "line 1"),
        (f"{HEAD}&unknown;</definitions>".encode(), "unknown"),
        (b"<bpmn/>", "'bpmn' without a namespace"),
        (b'<definitions xmlns="urn:dmn"/>', "urn:dmn"),
        (f'<process xmlns="{BPMN}"/>'.encode(), "'process'"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "klingon"),
        (f"{HEAD}\xff</definitions>".encode("latin-1"), "line 1"),
        (b"\xff\xfe\x00\xd8", "line 1"),
        (b"\x00" * 20, "line 1"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "line 1"),
    ],
)
def test_what_is_no_bpmn_file_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed) as refusal:
        xml.parse(data)
    assert sentence in refusal.value.sentence
    assert refusal.value.findings


@pytest.mark.parametrize(
    "data",
    [
        b" " * (xml.MAX_BYTES + 1),
        f"{HEAD}{'<a>' * (xml.MAX_DEPTH + 1)}{'</a>' * (xml.MAX_DEPTH + 1)}</definitions>".encode(),
        f"{HEAD}{'<a>' * 100_000}".encode(),
        f"{HEAD}{'<a/>' * (xml.MAX_ELEMENTS + 1)}</definitions>".encode(),
        HEAD.encode() + b'<a xmlns:x="urn:x"/>' * (xml.MAX_NAMESPACES + 1) + b"</definitions>",
    ],
    ids=["bytes", "depth", "endless depth", "elements", "namespaces"],
)
def test_a_file_over_a_limit_is_refused_as_too_large(data: bytes) -> None:
    with pytest.raises(TooLarge):
        xml.parse(data)


def test_an_id_that_stands_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        xml.parse(definitions('<message id="a"/>\n<signal id="a"/>'))
    (fault,) = refusal.value.findings
    assert (fault.where, fault.line, fault.rule) == ("a", 2, "bpmn.id.unique")
    assert "line 1" in fault.sentence


def test_the_id_of_an_extension_element_is_no_id_of_bpmn() -> None:
    form = '<extensionElements><x:form xmlns:x="urn:x" id="p"/></extensionElements>'
    xml.parse(definitions(f'<process id="p">{form}</process>'))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "gbk", "big5", "iso-8859-1"])
def test_a_file_in_another_encoding_that_it_declares_is_read(encoding: str) -> None:
    name = "cafe" if encoding == "iso-8859-1" else "办结"
    text = f'<?xml version="1.0" encoding="{encoding}"?>{HEAD}<process id="p" name="{name}"/></definitions>'
    if encoding == "big5":
        text = text.replace("办结", "辦結")
        name = "辦結"
    process = xml.child(xml.parse(text.encode(encoding)).getroot(), "process")
    assert process is not None
    assert process.get("name") == name


def test_comments_and_processing_instructions_are_allowed_and_left_out() -> None:
    text = (
        f'<?pi a?><!-- c -->{HEAD}<!-- c --><process id="p"><?pi b?>'
        "<documentation>a<!-- c -->b</documentation></process></definitions>"
    )
    root = xml.parse(text.encode()).getroot()
    assert [xml.local(one) for one in root.iter()] == ["definitions", "process", "documentation"]
    assert xml.text(root.find(f".//{xml.tag('documentation')}")) == "ab"


def test_an_inclusion_is_not_followed() -> None:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    )
    root = xml.parse(
        definitions(f'<process id="p"><extensionElements>{include}</extensionElements></process>')
    ).getroot()
    assert b"root:" not in xml_text(root)


def xml_text(root: xml.Element) -> bytes:
    return "".join(str(piece) for piece in root.itertext()).encode()


def test_a_line_beyond_sixty_five_thousand_is_told_to_within_one() -> None:
    data = definitions("\n" * 70_000 + '<message id="a"/><signal id="a"/>\n')
    with pytest.raises(IllegalDefinition) as refusal:
        xml.parse(data)
    assert refusal.value.findings[0].line in (70_001, 70_002)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    survive(data)


@settings(max_examples=150)
@given(st.integers(0, len(LEGAL)), st.integers(0, len(LEGAL)), st.binary(max_size=6))
def test_a_legal_file_cut_and_patched_anywhere_is_judged_or_refused(
    start: int, end: int, patch: bytes
) -> None:
    survive(LEGAL[:start] + patch + LEGAL[end:])


@settings(max_examples=60)
@given(st.data())
def test_elements_of_bpmn_put_together_at_random_never_crash_the_lint(data: st.DataObject) -> None:
    names = [
        "process",
        "subProcess",
        "userTask",
        "startEvent",
        "endEvent",
        "boundaryEvent",
        "exclusiveGateway",
        "eventBasedGateway",
        "intermediateThrowEvent",
        "linkEventDefinition",
        "timerEventDefinition",
        "compensateEventDefinition",
        "multiInstanceLoopCharacteristics",
        "lane",
        "laneSet",
        "flowNodeRef",
        "sequenceFlow",
        "association",
        "dataInputAssociation",
        "sourceRef",
        "targetRef",
        "callActivity",
        "eventDefinitionRef",
        "message",
        "participant",
        "collaboration",
        "messageFlow",
        "incoming",
    ]
    attributes = [
        "sourceRef",
        "targetRef",
        "attachedToRef",
        "default",
        "messageRef",
        "activityRef",
        "processRef",
        "calledElement",
        "triggeredByEvent",
        "isForCompensation",
        "isExecutable",
        "instantiate",
    ]
    values = ["a0", "a1", "a2", "a3", "a4", "true", "", ":", "x:y"]
    text, opened = "", []
    for number in range(data.draw(st.integers(1, 14))):
        if opened and data.draw(st.booleans()):
            text += f"</{opened.pop()}>"
        name = data.draw(st.sampled_from(names))
        given_one = data.draw(st.sampled_from(attributes))
        text += f'<{name} id="a{number}" {given_one}="{data.draw(st.sampled_from(values))}">'
        text += data.draw(st.sampled_from(["", "a1", "a2"]))
        opened.append(name)
    text += "".join(f"</{name}>" for name in reversed(opened))
    survive(definitions(text))


def survive(data: bytes) -> None:
    try:
        found = lint.check(data)
    except BanjieError as refusal:
        found = list(refusal.findings)
    assert all(one.sentence and one.where for one in found)
