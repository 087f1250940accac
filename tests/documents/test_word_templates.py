"""Templates that are .docx files print what the case file holds, always the same bytes, and do no harm."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from word_samples import NOTICE, notice, parts_of, text_of, with_change, with_part, zipped

from engine.casework.documents import qr_code
from engine.definitions.template_values import capitals, dressed, printed
from engine.definitions.templates import HtmlTemplate
from engine.definitions.word_templates import WordTemplate
from engine.errors import IllegalDefinition, Malformed

SCHEMAS = {
    "outcome": {"oneOf": [{"const": "refuse", "title": "不予许可"}, {"const": "grant", "title": "准予许可"}]},
    "amount": {"type": "number", "format": "money"},
}
VALUES: dict[str, Any] = {
    **dressed({"outcome": "refuse", "amount": Decimal("350.50")}, SCHEMAS),
    "unit": {"name": "市南区<综合>执法局"},
    "number": "青城管告字〔2026〕第0001号",
    "applicant_name": "张建国",
    "received_on": "2026-03-02",
    "reasons": "位置不符\n图纸不全",
    "points": ["营业执照", "身份证 & 委托书"],
    "issued_on": "2026-03-09",
    "code": "ABCD2345EFGH",
}


def read(data: bytes) -> WordTemplate:
    return WordTemplate.read(data, "templates/notice.docx")


def test_a_word_template_prints_what_the_case_file_holds() -> None:
    text = text_of(read(notice()).render(VALUES))

    assert "市南区&lt;综合&gt;执法局" in text
    assert "2026年3月2日收到申请，处理意见：不予许可，理由：位置不符图纸不全。" in text
    assert "罚款350.5元（大写：叁佰伍拾元伍角整）。" in text
    assert "营业执照身份证 &amp; 委托书" in text
    assert "核验码：ABCD2345EFGH" in text
    assert "{" not in text


def test_what_a_condition_leaves_out_leaves_no_empty_line() -> None:
    whole = read(notice()).render(VALUES)
    without = read(notice()).render({**VALUES, "number": "", "points": []})

    def paragraphs(data: bytes) -> int:
        return parts_of(data)["word/document.xml"].count(b"<w:p>")

    assert paragraphs(whole) - paragraphs(without) == 3


def test_word_and_html_say_the_same() -> None:
    html = HtmlTemplate.read(NOTICE, "notice.html").render(VALUES).decode()

    for line in ("2026年3月2日收到申请，处理意见：不予许可", "大写：叁佰伍拾元伍角整", "身份证 &amp; 委托书"):
        assert line in html
        assert line in text_of(read(notice()).render(VALUES))


def test_the_same_values_give_the_same_bytes() -> None:
    first, second = read(notice()), read(notice())

    assert notice() == notice()
    assert first.render(VALUES, qr_code("x")) == second.render(dict(VALUES), qr_code("x"))
    assert first.render(VALUES, qr_code("x")) != first.render(VALUES, qr_code("y"))


def test_the_picture_marked_as_qr_code_becomes_the_code_of_the_document() -> None:
    picture = qr_code("http://127.0.0.1:8000/citizen/verify/ABCD2345EFGH")

    made = parts_of(read(notice()).render(VALUES, picture))

    assert made["word/media/verification.png"] == picture


def test_placeholders_that_a_word_processor_has_torn_apart_are_read_all_the_same() -> None:
    torn = "{{ appli</w:t></w:r><w:proofErr w:type='spellEnd'/><w:r><w:t>cant_name }}"
    data = with_change("word/document.xml", "{{ applicant_name }}", torn)

    assert "applicant_name" in read(data).names
    assert "张建国：" in text_of(read(data).render(VALUES))


def test_a_template_tells_the_names_it_asks_for() -> None:
    assert read(notice()).names == {
        "unit", "number", "applicant_name", "received_on", "outcome", "reasons", "amount", "points",
        "issued_on", "code",
    }  # fmt: skip


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{ f() }}", "{{ applicant_name|upper }}", "{% include 'x' %}", "{{ a + b }}", "{{ applicant_name",
        "{% set x = 1 %}", "{{r applicant_name }}", "{{p applicant_name }}", "{%- if number %}x{% endif %}",
        "{% for a in x %}{% for b in x %}{% for c in x %}x{% endfor %}{% endfor %}{% endfor %}",
    ],
)  # fmt: skip
def test_anything_but_names_if_and_for_is_refused(placeholder: str) -> None:
    with pytest.raises(IllegalDefinition) as refused:
        read(with_change("word/document.xml", "{{ applicant_name }}", placeholder))

    assert refused.value.findings[0].where.startswith("templates/notice.docx")


@pytest.mark.parametrize(
    "placeholder",
    ["{{ unit.items }}", "{{ unit.__class__ }}", "{{ amount.real }}", "{{ points.append }}",
     "{{ code.upper }}", "{{ unit['__class__'] }}", "{{ points[99] }}"],
)  # fmt: skip
def test_no_attribute_of_a_python_object_is_within_reach(placeholder: str) -> None:
    text = text_of(read(with_change("word/document.xml", "{{ applicant_name }}", placeholder)).render(VALUES))

    assert "＿＿＿＿：" in text


RELATIONS = "word/_rels/document.xml.rels"
FIELD = "<w:p><w:r><w:instrText>DDEAUTO c:\\cmd</w:instrText></w:r></w:p>"
IMAGE = 'Target="media/verification.png"'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no archive", ".docx"),
        (with_part("word/vbaProject.bin", b"macro"), "vbaProject.bin"),
        (with_part("word/embeddings/sheet.xlsx", b"PK"), "sheet.xlsx"),
        (with_part("word/media/evil.png", b"<svg/>"), "evil.png"),
        (with_part("word/../../escape.xml", b"<a/>"), "escape.xml"),
        (with_part("word/big.xml", b"<a>" + b" " * 2_000_001 + b"</a>"), "word/big.xml"),
        (with_part("word/entity.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), "document type"),
        (with_part("word/broken.xml", b"<a>"), "broken.xml"),
        (with_change(RELATIONS, IMAGE, 'Target="http://x.example/a.png" TargetMode="External"'), "x.example"),
        (with_change(RELATIONS, IMAGE, 'Target="file://server/share/a.png"'), "file://"),
        (with_change(RELATIONS, "relationships/image", "relationships/attachedTemplate"), "attachedtemplate"),
        (with_change("[Content_Types].xml", "wordprocessingml.document.main", "ms-word.x"), "plain .docx"),
        (with_change("[Content_Types].xml", "image/png", "application/vnd.ms-office.vbaProject"), "vba"),
        (with_change("word/document.xml", "<w:body>", f"<w:body>{FIELD}"), "DDEAUTO"),
        (with_change("word/document.xml", "<w:body>", '<w:body><w:altChunk r:id="rId2"/>'), "embeds"),
        (zipped({"word/document.xml": b"<a/>"}), "[Content_Types].xml"),
    ],
    ids=range(16),
)  # fmt: skip
def test_a_file_that_could_do_harm_is_refused_with_the_part_it_would_do_it_with(
    data: bytes, said: str
) -> None:
    with pytest.raises(IllegalDefinition) as refused:
        read(data)

    assert any(said in finding.sentence for finding in refused.value.findings)


def test_an_archive_that_bursts_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({**parts_of(notice()), **{f"word/x{n}.xml": b" " * 1_900_000 for n in range(10)}})

    assert len(bomb) < 100_000
    with pytest.raises(IllegalDefinition, match="together"):
        read(bomb)


def test_a_text_made_of_braces_is_refused_before_it_is_searched() -> None:
    with pytest.raises(IllegalDefinition) as refused:
        read(with_change("word/document.xml", "{{ applicant_name }}", "{{" * 2_000))

    assert "braces" in refused.value.findings[0].sentence


def test_a_placeholder_inside_markup_that_breaks_the_document_is_refused_when_rendered() -> None:
    data = with_change("word/document.xml", 'w:val="Addressee"', 'w:val="{% if number %}A" {% endif %}')

    with pytest.raises((IllegalDefinition, Malformed)):
        read(data).render({**VALUES, "number": ""})


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_more(data: bytes) -> None:
    with pytest.raises(IllegalDefinition):
        read(data)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=60))
def test_whatever_somebody_is_called_stands_in_the_document_as_text(name: str) -> None:
    made = parts_of(read(NOTICE_FILE).render({**VALUES, "applicant_name": name}))
    tree = WordTemplate.read(zipped(made), "again")

    assert tree.texts == {} or "{" in name


NOTICE_FILE = notice()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("10", "壹拾元整"), ("105", "壹佰零伍元整"),
        ("1005.30", "壹仟零伍元叁角整"), ("20000", "贰万元整"), ("10005", "壹万零伍元整"),
        ("1005000", "壹佰万伍仟元整"), ("100000001", "壹亿零壹元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        ("16.02", "壹拾陆元零贰分"), ("12000", "壹万贰仟元整"), ("100010000", "壹亿零壹万元整"),
    ],
)  # fmt: skip
def test_an_amount_is_told_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "＿＿＿＿"), (True, "是"), (Decimal("12.50"), "12.5"), (Decimal("1200"), "1200"),
        (["甲", "乙"], "甲、乙"), ({"name": "图.pdf", "sha256": "0"}, "图.pdf"),
        ("2026-12-01", "2026年12月1日"),
        ("2026-12-01T00:00", "2026-12-01T00:00"), (12, 12),
    ],
)  # fmt: skip
def test_values_are_printed_as_offices_write_them(value: Any, said: Any) -> None:
    assert printed(value) == said
