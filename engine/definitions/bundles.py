"""A bundle: a set of named files known by one digest.

A package, the law's periods, the calendars, the supervision tables, the catalogue and the tree of units
are all bundles: stored byte for byte, given back byte for byte. Called by deployment and the shelf.
"""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from types import MappingProxyType

from engine import canonical
from engine.errors import Malformed, TooLarge, listed, said

NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
MAX_FILES = 500
MAX_BYTES = 20_000_000
KINDS = ("package", "law", "calendar", "supervision", "penalties", "catalogue", "registers", "units")


@dataclass(frozen=True)
class Bundle:
    """`kind` is one of KINDS, `name` unique within it, `files` maps a relative path to bytes."""

    kind: str
    name: str
    files: Mapping[str, bytes]

    @cached_property
    def manifest(self) -> str:
        """Canonical JSON: path → SHA-256 of each file, with kind and name."""
        files = {path: canonical.digest_bytes(data) for path, data in self.files.items()}
        return canonical.dumps({"kind": self.kind, "name": self.name, "files": files})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the manifest: the name of exactly these bytes."""
        return canonical.digest_bytes(self.manifest.encode())

    def texts(self, suffix: str) -> dict[str, str]:
        """The files with that ending as text. Raises Malformed for bytes that are no UTF-8."""
        found = {}
        for path in sorted(self.files):
            if path.endswith(suffix):
                try:
                    found[path] = self.files[path].decode()
                except UnicodeDecodeError as error:
                    raise Malformed(
                        said("Expected {path} to be UTF-8 text, but {error}", path=path, error=error)
                    ) from error
        return found


def from_folder(kind: str, name: str, *folders: tuple[str, Traversable]) -> Bundle:
    """A bundle of all files under folders, each with the prefix its paths get in the bundle."""
    files: dict[str, bytes] = {}
    for prefix, folder in folders:
        _collect(folder, prefix, files)
    return Bundle(kind, name, MappingProxyType(files))


def _collect(folder: Traversable, prefix: str, files: dict[str, bytes]) -> None:
    if not folder.is_dir():
        return
    for child in folder.iterdir():
        if child.name.startswith((".", "__")):
            continue
        if child.is_dir():
            _collect(child, f"{prefix}{child.name}/", files)
        else:
            files[prefix + child.name] = child.read_bytes()


def from_zip(kind: str, name: str, data: bytes) -> Bundle:
    """A bundle from a ZIP file. Raises Malformed or TooLarge; paths that leave the bundle are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _refuse_hostile(infos)
            files = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise Malformed(said("Expected a ZIP file, but {error}", error=error)) from error
    return Bundle(kind, name, MappingProxyType(files))


def _refuse_hostile(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_BYTES:
        raise TooLarge(
            said(
                "Expected at most {max_files} files of {max_bytes} bytes together, but there is more",
                max_files=MAX_FILES,
                max_bytes=MAX_BYTES,
            )
        )
    if len({info.filename for info in infos}) < len(infos):
        raise Malformed(said("Expected each file once in the ZIP file, but a name stands twice"))
    for info in infos:
        parts = info.filename.split("/")
        if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
            raise Malformed(
                said("Expected paths inside the package, but found {filename!r}", filename=info.filename)
            )


def from_upload(kind: str, name: str, data: bytes) -> Bundle:
    """A bundle from what somebody sends: a ZIP file, or for a package a bare BPMN file.

    A ZIP whose files all lie in one folder is taken as that folder. Without a `name` a package is called
    as the `id` of its procedure.toml says; every other kind has one bundle, called as the kind. Raises
    Malformed or TooLarge.
    """
    if kind not in KINDS or kind == "units":
        raise Malformed(
            said("Expected one of {kinds}, but found {kind!r}", kinds=listed(KINDS[:-1]), kind=kind[:40])
        )
    if data[:2] == b"PK":
        files = _without_folder(from_zip(kind, name, data).files)
    elif kind == "package" and data:
        files = {f"{name or 'diagram'}.bpmn": data}
    else:
        raise Malformed(said("Expected a ZIP file with the {kind}, but found something else", kind=kind))
    name = (name or _id_of(files)) if kind == "package" else kind
    if not NAME.fullmatch(name):
        raise Malformed(
            said(
                "Expected a package id of lower-case letters, digits, - and _ (at most 60), as "
                "`id` in procedure.toml or as the name given, but found {name!r}",
                name=name[:80],
            )
        )
    return Bundle(kind, name, MappingProxyType(dict(files)))


def _without_folder(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Files of a folder that was zipped as a whole, by their paths inside it."""
    own = {path: data for path, data in files.items() if not path.startswith(("__MACOSX/", "."))}
    tops = {path.partition("/")[0] for path in own}
    if len(tops) == 1 and all("/" in path for path in own):
        return {path.partition("/")[2]: data for path, data in own.items()}
    return own


def _id_of(files: Mapping[str, bytes]) -> str:
    try:
        return str(tomllib.loads(files.get("procedure.toml", b"").decode()).get("id", ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""


def to_zip(bundle: Bundle) -> bytes:
    """The bundle as a ZIP file: the same bytes for the same bundle."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(bundle.files):
            archive.writestr(zipfile.ZipInfo(path), bundle.files[path])
    return out.getvalue()
