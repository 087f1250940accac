"""What may not stand inside the parts of a .docx: text that acts or fetches, pictures made to fill a memory.

Called by `word_files` for each part of a template that somebody sends. Everything is told by its local name:
the strict form of the same format has other namespaces, and a word processor acts upon both. Reads parts that
have been parsed or are pictures; writes nothing and follows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.errors import said

MOST_POINTS = 25_000_000
# What is on the page or in the file itself. A date or a text asked for on opening would be another one then.
_HARMLESS_FIELDS = frozenset(
    {
        "PAGE",
        "NUMPAGES",
        "SECTION",
        "SECTIONPAGES",
        "PAGEREF",
        "REF",
        "TOC",
        "SEQ",
        "STYLEREF",
        "EQ",
        "SYMBOL",
    }
)
_FIELD_NAME = re.compile(r"\s*([A-Za-z]+)")
_EMBEDDING = frozenset({"altChunk", "object", "control", "subDoc", "movie"})
_ASKING = frozenset({"mailMerge", "connectString", "dataSource"})
_LEADING = frozenset({"src", "href", "link"})
_OUTSIDE = re.compile(r"://|^\\\\|^//|^(?:file|https?|ftp|data|javascript|mailto):", re.I)
_SIGNS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8"}
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def text_faults(path: str, root: etree._Element) -> Iterator[str]:
    """What a part of the text holds that acts, fetches or embeds, one sentence per kind."""
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    names = {_local(one.tag) for one in elements}
    if names & _EMBEDDING:
        yield said("Expected text, styles and pictures alone, but {path} embeds something else", path=path)
    if names & _ASKING:
        yield said("Expected no data to be asked for on opening, but {path} is a mail merge", path=path)
    for found in sorted(set(_acting_fields(elements))):
        yield said("Expected no field that fetches or acts, but {path} has {found}", path=path, found=found)
    for target in _targets(elements):
        yield said(
            "Expected nothing that leads outside the file, but {path} points to {target!r}",
            path=path,
            target=target[:80],
        )


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _acting_fields(elements: list[etree._Element]) -> Iterator[str]:
    for text in _fields(elements):
        named = _FIELD_NAME.match(text)
        name = named[1].upper() if named else "{ }"
        if name not in _HARMLESS_FIELDS:
            yield name[:40]


def _fields(elements: list[etree._Element]) -> Iterator[str]:
    """The instruction of every field, however many runs a word processor (or somebody else) tore it into."""
    open_fields: list[str] = []
    loose = ""
    for one in elements:
        name = _local(one.tag)
        if name == "fldSimple":
            yield _attribute(one, "instr")
        elif name == "fldChar":
            kind = _attribute(one, "fldCharType")
            if kind == "begin":
                open_fields.append("")
            elif kind == "end" and open_fields:
                yield open_fields.pop()
        elif name in ("instrText", "delInstrText"):
            if open_fields:
                open_fields[-1] += one.text or ""
            else:
                loose += one.text or ""
    yield from [*open_fields, *([loose] if loose.strip() else [])]


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if _local(key) == name), "")


def _targets(elements: list[etree._Element]) -> Iterator[str]:
    for one in elements:
        for key, value in one.attrib.items():
            if _local(key) in _LEADING and _OUTSIDE.search(str(value).strip()):
                yield str(value)


def picture_faults(path: str, data: bytes) -> Iterator[str]:
    """What is wrong with a picture: another kind than its name says, or more points than a page can show."""
    ending = path.rpartition(".")[2].lower()
    if not data.startswith(_SIGNS[ending]):
        yield said("Expected {path} to be the picture its name says, but it is not", path=path)
        return
    width, height = _size(ending, data)
    if not 0 < width * height <= MOST_POINTS:
        yield said(
            "Expected a picture of at most {most} points, but {path} has {width} × {height}",
            most=MOST_POINTS,
            path=path,
            width=width,
            height=height,
        )


def _size(ending: str, data: bytes) -> tuple[int, int]:
    """Width and height as the picture's own head tells them; (0, 0) where it does not."""
    if ending == "png":
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if ending == "gif":
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    return _jpeg_size(data)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _JPEG_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0
