"""Opening a .docx that somebody sends: an archive of known parts, or a refusal that names what is wrong.

Called by `word_templates` and by uploads of templates. What a word processor could act upon (macros, embedded
objects, links to the outside, fields that fetch) is refused, and so is an archive made to burst. Reads bytes,
writes nothing, follows nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.definitions.word_contents import picture_faults, text_faults
from engine.errors import Finding, IllegalDefinition, said

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCUMENT = "word/document.xml"
LARGEST_FILE = 5_000_000
LARGEST_PART = 2_000_000
LARGEST_TOGETHER = 12_000_000
MOST_PARTS = 150
_MAIN_TYPE = MEDIA_TYPE + ".main+xml"
_ENDINGS = ("xml", "rels", "png", "jpg", "jpeg", "gif")
_PART = re.compile(r"\[Content_Types\]\.xml|[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_INSIDE = re.compile(r"/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*|#[A-Za-z0-9_.-]*")
_ACTING = ("macro", "vba", "oleobject", "package", "activex", "attachedtemplate", "frame", "subdocument",
           "afchunk", "externallink", "webextension", "customui", "keymap")  # fmt: skip
_ENCODINGS = ("UTF-8", "ASCII", "US-ASCII")
_BEGINNING = b"PK\x03\x04"


def open_parts(data: bytes, where: str) -> dict[str, bytes]:
    """The parts of a harmless .docx by path. Raises IllegalDefinition with every finding."""
    findings: list[Finding] = []
    parts = _parts(data, where, findings)
    if not findings:
        findings += [Finding(where, sentence, "word.part") for sentence in _faults(parts)]
    if findings:
        raise IllegalDefinition(
            said("Expected a harmless .docx file, but {sentence}", sentence=findings[0].sentence), findings
        )
    return parts


def _parts(data: bytes, where: str, findings: list[Finding]) -> dict[str, bytes]:
    if len(data) > LARGEST_FILE:
        _refuse(
            findings,
            where,
            said(
                "Expected at most {largest_file} bytes, but found {count}",
                largest_file=LARGEST_FILE,
                count=len(data),
            ),
        )
        return {}
    try:
        if not data.startswith(_BEGINNING):  # something else in front would be run as something else
            raise zipfile.BadZipFile(said("it does not begin like one"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            for sentence in _archive_faults(infos):
                _refuse(findings, where, sentence)
            return {} if findings else {info.filename: _unpack(archive, info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        _refuse(findings, where, said("Expected a .docx file, but {error}", error=error))
        return {}


def _refuse(findings: list[Finding], where: str, sentence: str) -> None:
    findings.append(Finding(where, sentence, "word.archive"))


def _archive_faults(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    names = [info.filename for info in infos]
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_TOGETHER:
        yield said(
            "Expected at most {most_parts} parts of {largest_together} bytes together, but there is more",
            most_parts=MOST_PARTS,
            largest_together=LARGEST_TOGETHER,
        )
    if len({name.lower() for name in names}) < len(names):
        yield said("Expected each part once, but a name stands twice")
    for info in infos:
        name = info.filename
        if info.file_size > LARGEST_PART:
            yield said(
                "Expected parts of at most {largest_part} bytes, but {name!r} is larger",
                largest_part=LARGEST_PART,
                name=name[:80],
            )
        if info.flag_bits & 1:
            yield said("Expected parts that can be read, but {name!r} is encrypted", name=name[:80])
        if not _PART.fullmatch(name) or ".." in name or name.rpartition(".")[2].lower() not in _ENDINGS:
            yield said("Expected text, styles and pictures alone, but found {name!r}", name=name[:80])


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    # What the directory of the archive says about sizes is not believed.
    with archive.open(info) as part:
        data = part.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise ValueError(said("{filename!r} is larger than it says", filename=info.filename[:80]))
    return data


def _faults(parts: Mapping[str, bytes]) -> Iterator[str]:
    if DOCUMENT not in parts or "[Content_Types].xml" not in parts:
        yield said(
            "Expected the parts {document} and [Content_Types].xml, but one is missing", document=DOCUMENT
        )
        return
    for path, data in sorted(parts.items()):
        if not path.endswith((".xml", ".rels")):
            yield from picture_faults(path, data)
            continue
        root = read_xml(data)
        if root is None:
            yield said("Expected {path} to be XML without a document type, but it is not", path=path)
        elif (root.getroottree().docinfo.encoding or "UTF-8").upper() not in _ENCODINGS:
            yield said("Expected {path} to be written in UTF-8, but it is not", path=path)
        elif path == "[Content_Types].xml":
            yield from _type_faults(root)
        elif path.endswith(".rels"):
            yield from _relation_faults(path, root)
        elif path.startswith("word/"):
            yield from text_faults(path, root)


def read_xml(data: bytes) -> etree._Element | None:
    """The root of a part; None where it is not XML, or has a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.internalDTD is not None else root


def _type_faults(root: etree._Element) -> Iterator[str]:
    types = {
        str(one.get("PartName")): str(one.get("ContentType")) for one in root.iter(f"{{{_TYPES}}}Override")
    }
    if types.get(f"/{DOCUMENT}") != _MAIN_TYPE:
        yield said("Expected a plain .docx document, but it is one with macros, a template or something else")
    for one in root.iter(f"{{{_TYPES}}}Override", f"{{{_TYPES}}}Default"):
        kind = str(one.get("ContentType")).lower()
        if "macroenabled" in kind or any(word in kind for word in ("vba", "oleobject", "activex")):
            yield said("Expected text, styles and pictures alone, but found {kind}", kind=kind[:80])


def _relation_faults(path: str, root: etree._Element) -> Iterator[str]:
    for one in root.iter(f"{{{_RELATIONS}}}Relationship"):
        kind, target = str(one.get("Type")).rpartition("/")[2].lower(), str(one.get("Target"))
        if str(one.get("TargetMode", "Internal")).lower() != "internal" or not _INSIDE.fullmatch(target):
            yield said(
                "Expected nothing that leads outside the file, but {path} points to {target!r}",
                path=path,
                target=target[:80],
            )
        elif any(kind.startswith(word) for word in _ACTING) and not kind.startswith("package/"):
            yield said(
                "Expected text, styles and pictures alone, but {path} names a {kind}",
                path=path,
                kind=kind[:40],
            )
