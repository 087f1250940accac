"""Files people hand in: what they are is read from their bytes, never from their name.

Called by `filling`. Accepts PDF, pictures, office documents and OFD up to a size; keeps the bytes under
their hash. Nothing uploaded is ever run, unpacked or rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from werkzeug.datastructures import FileStorage

from engine.errors import Malformed, TooLarge
from engine.records import blobs
from engine.records.store import Store
from web.language import _

LARGEST = 10 * 1024 * 1024
_MOST_PARTS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_BY_FOLDER = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
_OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "wps": "application/msword"}


def keep(store: Store, upload: FileStorage) -> dict[str, Any]:
    """Keep an upload and give its facts {sha256, name, size, media_type}. Raises Malformed or TooLarge."""
    data = upload.stream.read(LARGEST + 1)
    name = plain_name(upload.filename or "")
    if len(data) > LARGEST:
        limit = LARGEST // (1024 * 1024)
        raise TooLarge(_("文件“%(name)s”超过 %(limit)s MB，请压缩或拆分后上传", name=name, limit=limit))
    if not data:
        raise Malformed(_("文件“%(name)s”是空的，请重新选择", name=name))
    media_type = sniffed(data, name)
    if media_type is None:
        raise Malformed(_("文件“%(name)s”不是 PDF、图片、OFD 或办公文档（不含宏），请转换后上传", name=name))
    with store.writing() as connection:
        sha256 = blobs.put(store, connection, data, media_type)
    return {"sha256": sha256, "name": name, "size": len(data), "media_type": media_type}


def plain_name(given: str) -> str:
    """The file's name without folders and signs that could mislead, at most 120 characters."""
    last = re.split(r"[/\\]", given)[-1]
    plain = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", last).strip(
        " ."
    )
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:110]}.{ending[:8]}" if dot and stem else plain[:120] or "file"


def sniffed(data: bytes, name: str = "") -> str | None:
    """The media type the bytes are of; None where they are none we take."""
    for test, media_type in _SIGNATURES:
        if test(data):
            return media_type
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    ending = name.rpartition(".")[2].lower()
    return _OLD_OFFICE.get(ending) if data.startswith(_OLE) and not _has_macros(data) else None


def _zipped(data: bytes) -> str | None:
    """Office Open XML, OpenDocument or OFD by the parts inside, whose names alone are read."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            first = archive.infolist()[0] if names else None
            opening = archive.read(first)[:200] if first and first.file_size < 200 else b""
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    if len(names) > _MOST_PARTS or any("vbaproject" in name.lower() for name in names):
        return None
    if "OFD.xml" in names:
        return "application/ofd"
    if names[:1] == ["mimetype"] and opening.startswith(_OPEN_DOCUMENT.encode()):
        return opening.decode("ascii", "replace").strip()
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for at, kind in _BY_FOLDER.items() if any(n.startswith(at) for n in names)), None)


def _has_macros(data: bytes) -> bool:
    return "_VBA_PROJECT".encode("utf-16-le") in data


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(beginnings)


_SIGNATURES: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (_starts(b"%PDF-"), "application/pdf"),
    (_starts(b"\x89PNG\r\n\x1a\n"), "image/png"),
    (_starts(b"\xff\xd8\xff"), "image/jpeg"),
    (_starts(b"GIF87a", b"GIF89a"), "image/gif"),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", "image/webp"),
)
