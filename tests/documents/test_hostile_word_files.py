"""A .docx made to act, to fetch, to burst or to reach into the host is refused in words when it is sent."""

from __future__ import annotations

import io
import struct
import zlib

import docx
import pytest
from word_samples import notice, parts_of, text_of, with_change, with_part, zipped

from engine.definitions.templates import HtmlTemplate
from engine.definitions.word_templates import WordTemplate
from engine.errors import IllegalDefinition, Malformed

DOCUMENT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def in_body(markup: str) -> bytes:
    return with_change(DOCUMENT, "<w:body>", f"<w:body>{markup}")


def field(*pieces: str) -> bytes:
    """A field whose instruction a word processor tore into runs."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return in_body(f"<w:p>{begin}{runs}{end}</w:p>")


def part(markup: str, name: str = "word/settings.xml") -> bytes:
    return with_part(name, markup.encode())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\x00" * 9
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame


def pointing(target: str) -> bytes:
    return with_change(RELATIONS, 'Target="media/verification.png"', f'Target="{target}"')


TEXT = parts_of(notice())[DOCUMENT].decode()
UTF_16 = TEXT.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
MAIL_MERGE = (
    f'<w:settings xmlns:w="{WORDS}"><w:mailMerge><w:connectString w:val="DSN=x"/></w:mailMerge></w:settings>'
)
HOSTILE = {
    "a field torn into runs": (field("DD", "EAUTO c:\\cmd.exe"), "DDEAUTO"),
    "a field that spells another one": (field("QUOTE 68 68 69"), "QUOTE"),
    "a field within a field": (
        in_body(
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            "<w:r><w:instrText>INCLUDETEXT x</w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        ),
        "INCLUDETEXT",
    ),
    "a field that is never closed": (
        in_body("<w:p><w:r><w:instrText>LINK x</w:instrText></w:r></w:p>"),
        "LINK",
    ),
    "a date that moves on after issuing": (field("DATE"), "DATE"),
    "the strict form of the format": (
        in_body(f'<x:p xmlns:x="{STRICT}"><x:r><x:instrText>DDEAUTO x</x:instrText></x:r></x:p>'),
        "DDEAUTO",
    ),
    "a mail merge": (part(MAIL_MERGE), "mail merge"),
    "a drawing that fetches its picture": (
        in_body('<w:p><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://x.example/a"/></w:p>'),
        "x.example",
    ),
    "an inclusion by XInclude": (
        part('<a><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></a>'),
        "etc/passwd",
    ),
    "an external entity": (part('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), "document type"),
    "a network share": (pointing("\\\\server\\share\\a.png"), "server"),
    "a script for a target": (pointing("javascript:alert(1)"), "javascript"),
    "a picture of 3.6 thousand million points": (
        with_part("word/media/big.png", png(60_000, 60_000)),
        "60000 × 60000",
    ),
    "a photo as large": (with_part("word/media/big.jpg", jpeg(60_000, 60_000)), "60000 × 60000"),
    "a photo without a size": (with_part("word/media/big.jpg", b"\xff\xd8\xff\xd9"), "0 × 0"),
    "a drawing of nothing": (with_part("word/media/big.gif", b"GIF89a\0\0\0\0"), "0 × 0"),
    "another alphabet": (zipped({**parts_of(notice()), DOCUMENT: UTF_16}), "UTF-8"),
    "a page in front of the archive": (b"<html><script>" + notice(), "begin like one"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_acts_fetches_or_bursts_is_refused_when_it_is_sent(kind: str) -> None:
    data, said = HOSTILE[kind]

    with pytest.raises(IllegalDefinition) as refused:
        WordTemplate.read(data, "templates/notice.docx")

    assert any(said in finding.sentence for finding in refused.value.findings)


@pytest.mark.parametrize(
    "given", [field("PAGE \\* MERGEFORMAT"), with_part("word/media/a.jpg", jpeg(800, 600))]
)
def test_page_numbers_and_pictures_of_a_page_are_welcome(given: bytes) -> None:
    assert "applicant_name" in WordTemplate.read(given, "templates/notice.docx").names


@pytest.mark.parametrize("name", ["lipsum", "range", "dict", "cycler", "joiner", "namespace"])
def test_a_name_of_the_template_engine_is_no_name_of_the_case_file(name: str) -> None:
    data = with_change(DOCUMENT, "{{ applicant_name }}", f"{{{{ {name} }}}}")
    template = WordTemplate.read(data, "templates/notice.docx")

    assert name in template.names
    assert "＿＿＿＿：" in text_of(template.render({}))


def test_the_template_itself_is_no_name_either() -> None:
    with pytest.raises(IllegalDefinition) as refused:
        HtmlTemplate.read("{{ self }}", "notice.html")

    assert "self" in refused.value.findings[0].sentence


def test_what_grows_without_bound_over_a_long_text_is_stopped_while_it_grows() -> None:
    loops = "{% for a in body %}{% for b in body %}" + "x" * 50 + "{% endfor %}{% endfor %}"
    word = WordTemplate.read(with_change(DOCUMENT, "{{ applicant_name }}", loops), "templates/notice.docx")

    for template in (word, HtmlTemplate.read(loops, "notice.html")):
        with pytest.raises(Malformed, match="grows longer"):
            template.render({"body": "长" * 2_000})


def test_what_a_party_is_called_is_never_read_as_a_placeholder() -> None:
    template = WordTemplate.read(notice(), "templates/notice.docx")

    text = text_of(
        template.render({"applicant_name": "{{ unit.name }}{% for a in points %}", "points": ["甲"]})
    )

    assert "{{ unit.name }}{% for a in points %}：" in text


def test_a_template_changed_with_another_program_is_read_and_printed() -> None:
    """What python-docx writes stands for what any word processor may save: other parts, torn runs, styles."""
    paper = docx.Document(io.BytesIO(notice()))
    paragraph = paper.add_paragraph("附：")
    for run in ("{{ ", "applicant", "_name }}", "，见背面。"):
        paragraph.add_run(run)
    saved = io.BytesIO()
    paper.save(saved)

    text = text_of(
        WordTemplate.read(saved.getvalue(), "templates/notice.docx").render({"applicant_name": "张建国"})
    )

    assert "附：张建国，见背面。" in text
