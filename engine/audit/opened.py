"""Opening what may be hostile: JSON that means one thing only, a ZIP file that holds what it says, digests.

Called by `offline`. Written into its one file, so it needs nothing but the standard library. Nothing is ever
unpacked to a disk, and nothing larger than it declares is read.
"""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_TEXT = 128 * 1024 * 1024  # bytes of a file that is read as a whole
MOST_BYTES = 4 * 1024 * 1024 * 1024  # bytes of all files of a dossier together
MOST_FILES = 20_000
GENESIS = "0" * 64  # what the first entry and the first seal name as the one before
Rows = list[dict[str, Any]]


class Number(str):
    """A number as it was written: no digit may be lost by reading it."""


def load(text: str | bytes) -> Any:
    """JSON whose numbers keep their digits. Raises ValueError for any that two readers could read apart."""
    try:
        return json.loads(
            text if isinstance(text, str) else text.decode("utf-8"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=_no_number,
            object_pairs_hook=_each_once,
        )
    except RecursionError as error:
        raise ValueError("Expected JSON a person could have written, but it is nested too deep") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"Expected a number, but found {name}")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("Expected each name once in an object, but one stands twice")
    return found


def write(value: Any) -> str:
    """The canonical text of what `load` gave."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{write(key)}:{write(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def hashed(name: str, data: bytes) -> bytes:
    """The digest of bytes by the hash function a head or seal names."""
    if name not in ("sha256", "sm3"):
        raise ValueError(f"Expected the hash function sha256 or sm3, but found {name}")
    try:
        return hashlib.new(name, data).digest()
    except ValueError as error:
        raise ValueError(
            f"Expected {name} in this Python's OpenSSL, but it has none: use another machine"
        ) from error


def digest(name: str, data: bytes) -> str:
    """The same as hexadecimal text."""
    return hashed(name, data).hex()


def salted(name: str, salt: str, value: Any) -> str:
    """The digest under which a piece of data stands in a head."""
    return digest(name, (salt + write(value)).encode())


def root_by(name: str, leaf: str, index: int, count: int, path: list[str]) -> str:
    """The root that a leaf leads to: place `index` (from 0) of `count`, the nodes beside its way from below.

    RFC 6962, 2.1.1: leaves and inner nodes are hashed with different prefixes; a node that is left alone at
    the end of its level moves up as it is. Raises ValueError where the path has not the nodes of that way.
    """
    if not 0 <= index < count:
        raise ValueError(f"Expected a place from 0 to {count - 1}, but found {index}")
    node, beside, last = hashed(name, b"\x00" + leaf.encode()), [node_of(one) for one in path], count - 1
    while last:
        if index % 2 or index < last:
            if not beside:
                raise ValueError("Expected more nodes on the path, but it ends")
            other = beside.pop(0)
            node = hashed(name, b"\x01" + (other + node if index % 2 else node + other))
        index, last = index // 2, last // 2
    if beside:
        raise ValueError("Expected the path to end at the root, but it goes on")
    return node.hex()


def node_of(text: str) -> bytes:
    """A node of a tree from its 64 digits. Raises ValueError for any other way to write it."""
    node = bytes.fromhex(text)
    if node.hex() != text or len(node) != 32:
        raise ValueError(f"Expected 64 hexadecimal digits, but found {text}")
    return node


def name_of(row: dict[str, Any]) -> str:
    """How an entry is spoken of."""
    return f"{row['stream']} #{row['seq']}"


def demand_harmless(archive: zipfile.ZipFile) -> None:
    """Raises ValueError for a ZIP file that is more, or other, than a folder of plain files."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise ValueError(f"Expected at most {MOST_FILES} files of {MOST_BYTES} bytes, but there is more")
    if len({info.filename for info in infos}) < len(infos):
        raise ValueError("Expected each file once, but a name stands twice")
    for info in infos:
        name = info.filename
        if name.startswith("/") or ".." in name.split("/") or set(name) & set("\\:") or info.is_dir():
            raise ValueError(f"Expected a file inside the dossier, but found {name}")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ValueError(f"Expected a file, but {name} is a link")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"Expected a file that can be read, but {name} is encrypted or packed otherwise")


def small(path: Path) -> bytes:
    """A file beside the dossier, read as a whole. Raises ValueError where it is too large for that."""
    if path.stat().st_size > MOST_TEXT:
        raise ValueError(f"Expected at most {MOST_TEXT} bytes, but {path.name} is larger")
    return path.read_bytes()


def whole(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file read as a whole. Raises ValueError where it is missing or too large for that."""
    if name not in archive.namelist():
        raise ValueError(f"Expected the file {name} in the dossier, but it is missing")
    size = archive.getinfo(name).file_size
    if size > MOST_TEXT:
        raise ValueError(f"Expected at most {MOST_TEXT} bytes in {name}, but there are {size}")
    return archive.read(name)


def lines(archive: zipfile.ZipFile, name: str) -> Iterator[Any]:
    """A file of one JSON text a line. Raises ValueError that names the line."""
    for number, line in enumerate(whole(archive, name).splitlines(), start=1):
        try:
            yield load(line)
        except ValueError as error:
            raise ValueError(f"{name} line {number}: {error}") from error


def digest_of(archive: zipfile.ZipFile, name: str) -> str:
    """The SHA-256 of a file, however large; "" where it is missing."""
    if name not in archive.namelist():
        return ""
    made = hashlib.sha256()
    with archive.open(name) as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            made.update(part)
    return made.hexdigest()


def printable(text: str) -> str:
    """A sentence that cannot move the cursor, break the line or fill the screen, whatever it quotes."""
    shown = text if len(text) <= 500 else f"{text[:500]}…"
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in shown)
