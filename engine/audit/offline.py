#!/usr/bin/env python3
"""Verify an exported Banjie dossier or seal, with nothing but Python's standard library.

    python3 verify.py DOSSIER.zip [SEAL.json]

This one file travels inside every dossier. It does not import the product and does not trust it: it
recomputes every hash from the bytes in front of it. Each fault begins with the number of its check: 1 places,
2 hashes, 3 data, 4 chain, 5 time, 7 files, 8 what was refused, 9 seals against entries, 10 seals, 15 persons,
posts and duties, 16 certificates. What it proves: no entry was changed, removed,
inserted, reordered or re-dated since it was written, provided the seal it is given was kept outside
the database. What it cannot prove: anything written after that seal.

The written form (canonical JSON): keys sorted by code point, no white space, UTF-8, numbers exactly as
recorded. An entry's `head` names its stream, place, moment, actor, the salted digests of its data, the
digests of the definitions it ran under, the digest of the marking after it and the hash of the entry
before; the entry's hash is the SHA-256 of its head, or the SM3 where the head says "alg":"sm3". SM3 needs
a Python whose OpenSSL has it (1.1.1 or later, not switched off); where it is missing this program says so.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.audit.authority import Authority
from engine.audit.past import Past

GENESIS = "0" * 64


class Number(str):
    """A number as it was written: no digit may be lost by reading it."""


def load(text: str | bytes) -> Any:
    """JSON whose numbers keep their digits."""
    return json.loads(text, parse_int=Number, parse_float=Number)


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


def merkle_root(leaves: list[str], name: str) -> str:
    """RFC 6962, 2.1: leaves and inner nodes are hashed with different prefixes."""
    level = [hashed(name, b"\x00" + leaf.encode()) for leaf in leaves]
    if not level:
        return digest(name, b"")
    while len(level) > 1:
        paired = [hashed(name, b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()


def check_entries(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Every fault of one chain, each naming its entry."""
    previous, moment = GENESIS, ""
    for place, entry in enumerate(entries, start=1):
        name = f"{entry['stream']} #{entry['seq']}"
        head = load(entry["head"])
        if (
            str(entry["seq"]) != str(place)
            or str(head["seq"]) != str(place)
            or head["stream"] != entry["stream"]
        ):
            yield f"1 {name}: Expected entry {place} of its stream here"
        if digest(head.get("alg", "sha256"), entry["head"].encode()) != entry["hash"]:
            yield f"2 {name}: Expected the hash of its head, but it has another"
        if head["previous"] != previous:
            yield f"4 {name}: Expected to follow {previous[:12]}…, but it says {head['previous'][:12]}…"
        if head["moment"] != entry["moment"] or head["moment"] < moment:
            yield f"5 {name}: Expected a moment not before {moment}, but found {entry['moment']}"
        if entry["payload"] is not None:
            yield from check_payload(name, head, load(entry["payload"]))
        previous, moment = entry["hash"], head["moment"]


def check_payload(name: str, head: dict[str, Any], payload: dict[str, Any]) -> Iterator[str]:
    """Whether the data is the data whose digests stand in the head."""
    alg, salt = head.get("alg", "sha256"), payload["salt"]
    command = {"type": payload["command"]["type"], "data": salted(alg, salt, payload["command"])}
    if command != head["command"]:
        yield f"3 {name}: Expected the command recorded, but it was changed"
    if salted(alg, salt, payload["answers"]) != head["answers"]:
        yield f"3 {name}: Expected the answers recorded, but they were changed"
    if len(payload["events"]) != len(head["events"]):
        yield f"3 {name}: Expected {len(head['events'])} events, but found {len(payload['events'])}"
    for index, (event, kept) in enumerate(zip(payload["events"], head["events"], strict=False), start=1):
        if event["type"] != kept["type"] or salted(alg, salt, event["data"]) != kept["data"]:
            yield f"3 {name}: Expected event {index} ({kept['type']}) as recorded, but it was changed"


def check_seal(seal: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[str]:
    """Whether a seal is whole, and whether the chain reaches what it says of this stream."""
    body = load(seal["body"])
    alg = body.get("alg", "sha256")
    if digest(alg, seal["body"].encode()) != seal["hash"]:
        yield f"10 seal {seal['number']}: Expected the hash of its body, but it has another"
    if merkle_root([write(head) for head in body["heads"]], alg) != body["root"]:
        yield f"10 seal {seal['number']}: Expected the root over its heads, but it has another"
    known = {(entry["stream"], str(entry["seq"])): entry["hash"] for entry in entries}
    streams = {entry["stream"] for entry in entries}
    for stream, seq, kept in body["heads"]:
        if stream in streams and known.get((stream, str(seq))) != kept:
            sentence = f"9 seal {seal['number']}: Expected {stream} #{seq} to be {kept[:12]}…"
            yield f"{sentence}, but it differs or is gone"


def check_witnesses(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Checks 1 to 5 on the streams of the organisation and of the officers, as far as they are shown."""
    for stream in sorted({row["stream"] for row in rows}):
        yield from check_entries([{**row, "payload": None} for row in rows if row["stream"] == stream])
    for row in rows:
        head = load(row["head"])
        for place, data in (row["shown"] or {}).items():
            if salted(head.get("alg", "sha256"), row["salt"], data) != head["events"][int(place)]["data"]:
                name = f"{row['stream']} #{row['seq']}"
                yield f"3 {name}: Expected event {place} as recorded, but it was changed"


def check_authority(entries: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Checks 8, 15 and 16: what was refused stayed undone; whoever acted could, that day."""
    told = [
        (row["stream"], row["moment"], None if data is None else json.loads(write(data)))
        for row in rows
        for data in ([None] if row["shown"] is None else row["shown"].values())
    ]
    case = Authority(Past(told))
    for entry in entries:
        for check, (sentence, parts) in case.take(entry):
            yield f"{check} {entry['stream']} #{entry['seq']}: {sentence.format(**parts)}"


def verify_file(path: Path, seal_path: Path | None = None) -> list[str]:
    """Every fault of a dossier (ZIP), or of a seal (JSON). An empty list means everything holds."""
    try:
        return read_faults(path, seal_path)
    except (zipfile.BadZipFile, zlib.error, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return [f"{path.name}: Expected a whole dossier or seal, but it cannot be read: {error}"]
    except (EOFError, NotImplementedError, RuntimeError) as error:  # what zipfile says of damaged headers
        return [f"{path.name}: Expected a whole ZIP file, but it is damaged: {error}"]


def read_faults(path: Path, seal_path: Path | None) -> list[str]:
    """The faults of a file that can be read."""
    faults: list[str] = []
    if not zipfile.is_zipfile(path):
        return list(check_seal(load(path.read_bytes()), []))
    with zipfile.ZipFile(path) as archive:
        entries = [load(line) for line in archive.read("entries.jsonl").splitlines()]
        manifest = load(archive.read("manifest.json"))
        faults += check_entries(entries)
        witnesses = [load(line) for line in archive.read("witnesses.jsonl").splitlines()]
        faults += check_witnesses(witnesses)
        faults += check_authority(entries, witnesses)
        names = set(archive.namelist())
        for name, kept in manifest["files"].items():
            if name not in names:
                faults.append(f"7 {name}: Expected the file in the dossier, but it is missing")
            elif digest("sha256", archive.read(name)) != kept:
                faults.append(f"7 {name}: Expected the bytes recorded, but they were changed")
        seals = [load(line) for line in archive.read("seals.jsonl").splitlines()]
    if seal_path is not None:
        seals.append(load(seal_path.read_bytes()))
    for seal in seals:
        faults += check_seal(seal, entries + witnesses)
    return faults


if __name__ == "__main__":
    found = verify_file(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    sys.stdout.write("\n".join(found) + "\n" if found else "Everything holds.\n")
    sys.exit(1 if found else 0)
