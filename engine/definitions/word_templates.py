"""Templates that are .docx files: checked like any template, rendered part by part, always the same bytes.

Called by deployment and by the job `banjie.document`. The signs are those of docxtpl: `{{ name }}`,
`{% if %}`, `{%p for %}` for whole paragraphs, `{%tr for %}` for table rows. Its reading of Word's markup is
used; sandbox, archive and order are our own. A picture with the alternative text 二维码 becomes the QR code.
Word itself is never run, and what a template holds is never executed.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from docxtpl import DocxTemplate
from lxml import etree

from engine.definitions import templates
from engine.definitions.word_files import DOCUMENT, MEDIA_TYPE, open_parts, read_xml
from engine.errors import Finding, IllegalDefinition, Malformed, said

PICTURE = "二维码"
MOST_BRACES = 2_000
LARGEST_TEXT = 400_000
_RENDERED = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes)\.xml")
_TAG = re.compile(r"<[^>]*>")
_TRIMMED = re.compile(r"\{[%{#]-|-[%}#]\}")
_WHOLE = re.compile(r"\{\{(?:p|tr|tc|r)\s")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
}
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"


@dataclass(frozen=True)
class WordTemplate:
    """A .docx that has been read: `texts` are the parts with placeholders, as Jinja reads them, by path."""

    parts: Mapping[str, bytes] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    pictures: frozenset[str] = frozenset()
    media_type = MEDIA_TYPE
    suffix = "docx"

    @classmethod
    def read(cls, data: bytes, where: str) -> WordTemplate:
        """The template. Raises IllegalDefinition with every finding: a hostile file, a faulty placeholder."""
        parts = open_parts(data, where)
        texts: dict[str, str] = {}
        findings: list[Finding] = []
        for path in sorted(filter(_RENDERED.fullmatch, parts)):
            text = parts[path].decode("utf-8", "replace")
            faults = [Finding(where, sentence, "word.placeholder") for sentence in _faults(path, text)]
            if not faults and "{" in text:
                texts[path] = _SYNTAX.patch_xml(text)
                faults = templates.check(texts[path], f"{where}:{path}")
            findings += faults
        if findings:
            raise IllegalDefinition(said("Expected a document template of names, if and for alone"), findings)
        return cls(parts, texts, frozenset(_pictures(parts)))

    @property
    def names(self) -> set[str]:
        """The names it asks the case file for."""
        return {name for text in self.texts.values() for name in templates.names(text)}

    @cached_property
    def _compiled(self) -> Mapping[str, Any]:
        return {path: templates.SANDBOX.from_string(text) for path, text in self.texts.items()}

    def render(self, values: Mapping[str, Any], picture: bytes = b"") -> bytes:
        """The document, with `picture` (a PNG) for the QR code; the same bytes for the same values.

        Raises Malformed where what comes out is no document.
        """
        parts = dict(self.parts)
        for path, template in self._compiled.items():
            text = _SYNTAX.resolve_listing(templates.filled(template, values))
            parts[path] = text.encode()
            if read_xml(parts[path]) is None:
                raise Malformed(
                    said("Expected the template to give a whole document, but a placeholder breaks it")
                )
        if picture:
            parts.update(dict.fromkeys(self.pictures, picture))
        return packed(parts)


_SYNTAX = DocxTemplate(io.BytesIO())


def _faults(path: str, text: str) -> Iterator[str]:
    """What docxtpl's signs allow and a template here may not use; size first, since the rest is searched."""
    if len(text) > LARGEST_TEXT or text.count("{") > MOST_BRACES:
        yield said(
            "Expected {path} of at most {largest_text} signs and {most_braces} braces, but found more",
            path=path,
            largest_text=LARGEST_TEXT,
            most_braces=MOST_BRACES,
        )
        return
    plain = _TAG.sub("", text)
    if _TRIMMED.search(plain):
        yield said("Expected placeholders without a minus in {path}, but found one", path=path)
    if _WHOLE.search(plain):
        yield said(
            "Expected {{{{ name }}}} in {path}, but found markup that stands for a whole paragraph or cell",
            path=path,
        )


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The parts as one archive: fixed order, fixed times, so that equal parts have equal bytes."""
    out = io.BytesIO()
    first = ("[Content_Types].xml", "_rels/.rels", DOCUMENT)
    order = [path for path in first if path in parts] + sorted(set(parts) - set(first))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in order:
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(info, parts[path])
    return out.getvalue()


def _pictures(parts: Mapping[str, bytes]) -> Iterator[str]:
    """The picture parts (PNG) that stand where a QR code is to stand."""
    for path in filter(_RENDERED.fullmatch, parts):
        root = read_xml(parts[path])
        folder, name = posixpath.split(path)
        relations = read_xml(parts.get(f"{folder}/_rels/{name}.rels", b""))
        if root is None or relations is None:
            continue
        targets = {str(one.get("Id")): str(one.get("Target")) for one in relations}
        for drawing in root.iter(f"{{{_NAMES['wp']}}}inline", f"{{{_NAMES['wp']}}}anchor"):
            for embed in _embeds(drawing):
                target = posixpath.normpath(posixpath.join(folder, targets.get(embed, "")))
                if target in parts and target.endswith(".png"):
                    yield target


def _embeds(drawing: etree._Element) -> list[str]:
    told = [one.get("descr") or one.get("title") for one in drawing.iter(f"{{{_NAMES['wp']}}}docPr")]
    if PICTURE not in told:
        return []
    return [str(one.get(_EMBED)) for one in drawing.iter(f"{{{_NAMES['a']}}}blip") if one.get(_EMBED)]
