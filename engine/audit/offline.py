#!/usr/bin/env python3
"""Verify an exported Banjie dossier or seal, with nothing but Python's standard library.

    python3 verify.py DOSSIER.zip [SEAL.json]

This one file travels inside every dossier. It does not import the product and does not trust it: it
recomputes every hash from the bytes in front of it. Take the program from somebody you trust more than the
dossier. Each fault begins with the number of its check: 1 places, 2 hashes, 3 data, 4 chain, 5 time, 7 files
and definitions, 8 what was refused, 9 entries against seals, 10 seals, 14 time-stamps, 15 persons, posts and
duties, 16 certificates. What it proves: no entry was changed, removed, inserted, reordered or re-dated since
it was written, provided the seal it is given was kept outside the database. What it cannot prove: anything
written after that seal, who signed a time-stamp (`openssl ts`), and what was told for reading alone (README,
narrative).

The written form (canonical JSON): keys sorted by code point, no white space, UTF-8, numbers exactly as
recorded. An entry's `head` names its stream, place, moment, actor, the salted digests of its data, the
digests of the definitions it ran under, the digest of the marking after it and the hash of the entry
before; the entry's hash is the SHA-256 of its head, or the SM3 where the head says "alg":"sm3". SM3 needs
a Python whose OpenSSL has it (1.1.1 or later, not switched off); where it is missing this program says so.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.audit.approvals import approved_in, unapproved
from engine.audit.authority import Authority
from engine.audit.opened import (
    GENESIS,
    Rows,
    demand_harmless,
    digest,
    digest_of,
    lines,
    load,
    name_of,
    printable,
    salted,
    small,
    whole,
    write,
)
from engine.audit.outside import check_proofs, check_seal, check_seals, check_stamps, covered, read_proofs
from engine.audit.past import Past

BROKEN = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def check_chain(rows: Rows) -> Iterator[str]:
    """Checks 1, 2, 4 and 5 on the entries of one stream."""
    previous, moment = GENESIS, ""
    for place, row in enumerate(rows, start=1):
        try:
            yield from check_head(row, rows[0]["stream"], place, previous, moment)
        except BROKEN as error:
            yield f"2 {name_of(row)}: Expected the head of an entry, but it cannot be read: {error}"
        previous, moment = row["hash"], row["moment"]


def check_head(row: dict[str, Any], stream: str, place: int, previous: str, moment: str) -> Iterator[str]:
    """Whether a head is in its place, has its hash, follows the one before and is not of an earlier time."""
    head, name = load(row["head"]), name_of(row)
    places = {str(row["seq"]), str(head["seq"]), str(place)}
    streams = {row["stream"], head["stream"], stream}
    if len(places) > 1 or len(streams) > 1 or row.get("case_id", stream[5:]) != stream[5:]:
        yield f"1 {name}: Expected entry {place} of {stream} here"
    if digest(head.get("alg", "sha256"), row["head"].encode()) != row["hash"]:
        yield f"2 {name}: Expected the hash of its head, but it has another"
    if head["previous"] != previous:
        yield f"4 {name}: Expected to follow {previous[:12]}…, but it says {head['previous'][:12]}…"
    if head["moment"] != row["moment"] or head["moment"] < moment:
        yield f"5 {name}: Expected a moment not before {moment}, but found {row['moment']}"


def check_data(rows: Rows, disposed: set[tuple[str, str]]) -> Iterator[str]:
    """Check 3: the data are those whose digests stand in the heads, or were disposed of."""
    for row in rows:
        try:
            if row["payload"] is not None:
                yield from check_payload(row, load(row["head"]), load(row["payload"]))
            elif (row["stream"], str(row["seq"])) not in disposed:
                yield f"3 {name_of(row)}: Expected its data, or an approval of their disposal, but found none"
        except BROKEN as error:
            yield f"3 {name_of(row)}: Expected the data of an entry, but they cannot be read: {error}"


def check_payload(row: dict[str, Any], head: dict[str, Any], payload: dict[str, Any]) -> Iterator[str]:
    """Whether the data is the data whose digests stand in the head."""
    name, alg, salt = name_of(row), head.get("alg", "sha256"), payload["salt"]
    told = {part: payload[part] for part in ("salt", "command", "answers")}
    told["events"] = [{"type": event["type"], "data": event["data"]} for event in payload["events"]]
    if write(told) != row["payload"]:
        yield f"3 {name}: Expected the canonical form of its data, but the bytes differ"
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


def check_disposals(rows: Rows, marked: Rows, entries: Rows) -> Iterator[str]:
    """Checks 1 to 5 on the stream of dispositions, and 3: what is marked as disposed of was approved."""
    yield from check_chain(rows)
    yield from check_data([row for row in rows if row["payload"] is not None], set())
    acts, hashes = (
        [act for row in rows for act in approved_in(row)],
        {str(e["seq"]): e["hash"] for e in entries},
    )
    for _, (sentence, parts) in unapproved(marked, acts, entries[0]["stream"], hashes):
        yield f"3 {sentence.format(**parts)}"


def check_witnesses(rows: Rows, disposed: set[tuple[str, str]]) -> Iterator[str]:
    """Checks 1 to 5 on the streams of the organisation and of the officers, as far as they are shown."""
    for stream in sorted({row["stream"] for row in rows}):
        yield from check_chain([row for row in rows if row["stream"] == stream])
    for row in rows:
        try:
            yield from check_shown(row, load(row["head"]), disposed)
        except BROKEN as error:
            yield f"3 {name_of(row)}: Expected the data of an entry, but they cannot be read: {error}"


def check_shown(row: dict[str, Any], head: dict[str, Any], disposed: set[tuple[str, str]]) -> Iterator[str]:
    """Check 3 on an entry of which only some events are shown."""
    if row["shown"] is None and (row["stream"], str(row["seq"])) not in disposed:
        yield f"3 {name_of(row)}: Expected its data, or an approval of their disposal, but found none"
    for place, data in (row["shown"] or {}).items():
        if not place.isdecimal():
            raise ValueError(f"{place} is no place")
        if salted(head.get("alg", "sha256"), row["salt"], data) != head["events"][int(place)]["data"]:
            yield f"3 {name_of(row)}: Expected event {place} as recorded, but it was changed"


def check_authority(entries: Rows, rows: Rows) -> Iterator[str]:
    """Checks 8, 15 and 16: what was refused stayed undone; whoever acted could, that day."""
    told = [
        (row["stream"], row["moment"], None if data is None else json.loads(write(data)))
        for row in rows
        for data in ([None] if row["shown"] is None else row["shown"].values())
    ]
    case = Authority(Past(told))
    for entry in entries:
        try:
            for check, (sentence, parts) in case.take(entry):
                yield f"{check} {name_of(entry)}: {sentence.format(**parts)}"
        except BROKEN:  # its own checks name it
            case.whole = False


OWN = {f"{name}.jsonl" for name in ("entries", "seals", "dispositions", "disposals", "witnesses")}
OWN |= {f"{name}.txt" for name in ("README", "narrative", "periods")}
OWN |= {f"{name}.json" for name in ("manifest", "proofs", "place")} | {"verify.py"}


def check_files(archive: zipfile.ZipFile, entries: Rows) -> Iterator[str]:
    """Check 7: the files are those of the manifest, and those that the entries name by their digests."""
    kept = {name: digest_of(archive, name) for name in archive.namelist()}
    listed = load(whole(archive, "manifest.json"))["files"]
    for name in sorted({*kept, *listed} - {"manifest.json"}):
        if name not in kept or name not in listed:
            where = "the manifest" if name in kept else "the dossier"
            yield f"7 {name}: Expected the file in {where}, but it is missing"
        elif kept[name] != listed[name]:
            yield f"7 {name}: Expected the bytes recorded, but they were changed"
    named = named_files(archive, kept, entries)
    for path, (wanted, name) in named.items():
        if kept.get(path) != wanted:
            what = "was changed" if path in kept else "is missing"
            yield f"7 {name}: Expected {path} with the digest {wanted[:12]}…, but it {what}"
    for path in sorted((set(kept) & set(listed)) - OWN - set(named)):
        if not path.startswith("stamps/"):
            yield f"7 {path}: Expected a file that an entry names, but none does"


def named_files(archive: zipfile.ZipFile, kept: dict[str, str], entries: Rows) -> dict[str, tuple[str, str]]:
    """Every file that entries name, and those of the definitions they ran under: digest, and which entry."""
    named: dict[str, tuple[str, str]] = {}
    for entry in entries:
        with suppress(*BROKEN):  # its own checks name it
            for path, wanted in wanted_by(entry):
                named.setdefault(path, (wanted, name_of(entry)))
    for path, (wanted, name) in list(named.items()):
        if kept.get(path) == wanted and path.endswith("/manifest.json"):
            folder = path.removesuffix("manifest.json")
            files = load(whole(archive, path))["files"]
            named.update({folder + inner: (each, name) for inner, each in files.items()})
    return named


def wanted_by(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and digest of each file and of each list of definitions that an entry names."""
    payload = load(entry["payload"]) if entry["payload"] is not None else {}
    ran = dict(load(entry["head"])["digests"])
    ran.pop("engine", None)
    called = [("package", one) for one in payload.get("answers", {}).get("called", {}).values()]
    for kind, one in (*ran.items(), *called):
        yield f"definitions/{kind}-{one[:12]}/manifest.json", one
    inside = [payload]
    while inside:
        one = inside.pop()
        if isinstance(one, dict) and isinstance(one.get("sha256"), str) and "media_type" in one:
            yield f"files/{one['sha256']}", one["sha256"]
        inside += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def shown_of(archive: zipfile.ZipFile, name: str) -> Rows:
    """The lines of a file that not every dossier has."""
    return list(lines(archive, name)) if name in archive.namelist() else []


def read_faults(path: Path, seal_path: Path | None, notes: list[str]) -> Iterator[str]:
    """The faults of a file that can be read; what may be said beside them goes to `notes`."""
    if not zipfile.is_zipfile(path):
        yield from check_seal(load(small(path)))
        return
    outside = load(small(seal_path)) if seal_path else None
    with zipfile.ZipFile(path) as archive:
        demand_harmless(archive)
        entries, witnesses = list(lines(archive, "entries.jsonl")), list(lines(archive, "witnesses.jsonl"))
        marked, disposals = list(lines(archive, "dispositions.jsonl")), shown_of(archive, "disposals.jsonl")
        disposed = {(row["stream"], str(row["seq"])) for row in marked}
        if not entries:
            raise ValueError("Expected entries, but there are none")
        yield from check_chain(entries)
        yield from check_data(entries, disposed)
        yield from check_disposals(disposals, marked, entries)
        yield from check_witnesses(witnesses, disposed)
        yield from check_files(archive, entries)
        seals, proofs = list(lines(archive, "seals.jsonl")), read_proofs(load(whole(archive, "proofs.json")))
        yield from check_seals(seals, outside)
        yield from check_proofs(seals, proofs, entries + witnesses + disposals)
        yield from check_stamps(archive, seals)
        yield from check_authority(entries, witnesses)
        notes.append(covered(entries, outside, proofs))


def examine(path: Path, seal_path: Path | None = None) -> tuple[list[str], list[str]]:
    """Every fault of a dossier (ZIP) or of a seal (JSON), and what else its reader must know."""
    faults: list[str] = []
    notes: list[str] = []
    try:
        for fault in read_faults(path, seal_path, notes):
            faults.append(printable(fault))
    except Exception as error:  # whoever made the file chooses how reading it fails
        told = f"{path.name}: Expected a whole dossier or seal, but it cannot be read: {error}"
        faults.append(printable(told))
    return sorted(faults, key=number_of), [printable(note) for note in notes]


def number_of(fault: str) -> int:
    """The number of its check; of a file that cannot be read to its end, after all others."""
    number = fault.partition(" ")[0]
    return int(number) if number.isdecimal() and len(number) < 3 else 99


def verify_file(path: Path, seal_path: Path | None = None) -> list[str]:
    """Every fault of a dossier (ZIP), or of a seal (JSON). An empty list means everything holds."""
    return examine(path, seal_path)[0]


def main(arguments: list[str]) -> int:
    """Tell what was found: 0 where everything holds, 1 where not, 2 where nothing was asked."""
    if len(arguments) not in (1, 2):
        sys.stdout.write("python3 verify.py DOSSIER.zip [SEAL.json]\n")
        return 2
    found, notes = examine(*map(Path, arguments))
    for stream, told in ((sys.stdout, found or ["Everything holds."]), (sys.stderr, notes)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console may have no Chinese
        stream.writelines(f"{one}\n" for one in told)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
