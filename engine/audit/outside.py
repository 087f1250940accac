"""Seals, the proofs that a stream stands in them, and their time-stamps, as an outsider checks them.

Called by `offline`. Written into its one file, so it needs nothing but the standard library. A seal has the
root of a Merkle tree (RFC 6962, 2.1) over [stream, number of its newest entry, hash of it], one leaf for each
stream there was; a proof holds a leaf, its place, and the nodes beside its way to the root. Of other streams
it tells nothing.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from typing import Any

from engine.audit.opened import GENESIS, Rows, digest, load, name_of, root_by, whole, write
from engine.audit.past import before

BODY = {"v", "number", "moment", "count", "root", "previous", "alg"}
Proofs = dict[str, dict[str, dict[str, Any]]]
"""By stream, then by number of the seal: {"leaf", "index", "path"}."""


def check_seal(seal: dict[str, Any]) -> Iterator[str]:
    """Check 10 on a seal by itself: its hash, and a body that says what the seal says."""
    body, name = load(seal["body"]), f"seal {seal['number']}"
    if set(body) != BODY or body["v"] != "2":
        yield f"10 {name}: Expected the body of a seal (version 2), but found {', '.join(sorted(body))}"
        return
    if digest(body["alg"], seal["body"].encode()) != seal["hash"]:
        yield f"10 {name}: Expected the hash of its body, but it has another"
    if (body["number"], body["moment"]) != (seal["number"], seal["moment"]):
        yield f"10 {name}: Expected the number and moment of its body, but it says others"


def check_seals(seals: Rows, outside: dict[str, Any] | None) -> Iterator[str]:
    """Check 10: each seal, the links between them, and the one kept outside, which must be one of them."""
    previous, moment = GENESIS, ""
    for place, seal in enumerate(seals, start=1):
        yield from check_seal(seal)
        if str(seal["number"]) != str(place) or load(seal["body"])["previous"] != previous:
            yield f"10 seal {seal['number']}: Expected seal {place}, following {previous[:12]}…"
        if seal["moment"] < moment:
            yield f"10 seal {seal['number']}: Expected a moment not before {moment}"
        previous, moment = seal["hash"], seal["moment"]
    if outside is not None:
        name = f"seal {outside['number']}"
        yield from check_seal(outside)
        same = [seal for seal in seals if seal["number"] == outside["number"]]
        if not same:
            yield f"10 {name}: Expected it in the dossier, but it is not there: ask for one made after it"
        elif same[0] != outside:
            yield f"10 {name}: Expected it as kept outside, but the dossier has another"


def read_proofs(told: dict[str, Any]) -> Proofs:
    """The proofs of a dossier; nodes that several paths need stand there once, and paths name their places.

    Raises ValueError where a stream has two proofs in one seal.
    """
    found: Proofs = {}
    for proof in told["proofs"]:
        stream, number = proof["leaf"][0], str(proof["seal"])
        if number in found.setdefault(stream, {}):
            raise ValueError(f"Expected one proof of {stream} in seal {number}, but there are two")
        path = [told["nodes"][abs(int(place))] for place in proof["path"]]
        found[stream][number] = {**proof, "path": path}
    return found


def check_proofs(seals: Rows, proofs: Proofs, rows: Rows) -> Iterator[str]:
    """Check 9: where each stream stood in each seal; nothing that a seal has not seen is older than it."""
    bodies = [load(seal["body"]) for seal in seals]
    numbers = {str(body["number"]) for body in bodies}
    for stream in sorted({row["stream"] for row in rows} | set(proofs)):
        shown = proofs.get(stream, {})
        for number in sorted(set(shown) - numbers):
            yield f"9 seal {number}: Expected it beside the proof of {stream}, but there is no such seal"
        yield from check_stream(stream, [row for row in rows if row["stream"] == stream], bodies, shown)


def check_stream(stream: str, rows: Rows, bodies: Rows, shown: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Check 9 on one stream, seal by seal: what a seal has seen, each later one has at the same place."""
    hashes = {str(row["seq"]): row["hash"] for row in rows}
    index, least, reached = None, 0, 0
    for body in bodies:
        name, proof = f"seal {body['number']}", shown.get(str(body["number"]))
        if proof is not None:
            _, seq, kept = proof["leaf"]
            yield from check_proof(body, proof)
            if int(proof["index"]) != index and (index is not None or int(proof["index"]) < least):
                yield f"9 {name}: Expected {stream} at the place it had before, but it has another"
            if hashes.get(str(seq)) != kept:
                yield f"9 {name}: Expected {stream} #{seq} to be {kept[:12]}…, but it differs or is gone"
            index, reached = int(proof["index"]), int(seq)
        elif index is not None:
            yield f"9 {name}: Expected a proof of {stream}, as in the seal before, but there is none"
        least, early = int(body["count"]), before(body["moment"])
        for row in rows[max(reached, 0) :]:
            if not row["moment"] < early:
                break  # check 5 names a later one that is older
            yield f"9 {name_of(row)}: Expected it in {name}, which is of a later moment"


def check_proof(body: dict[str, Any], proof: dict[str, Any]) -> Iterator[str]:
    """Whether a leaf leads to the root of a seal."""
    leaf, name = proof["leaf"], f"9 seal {body['number']}"
    try:
        place, count = int(proof["index"]), int(body["count"])
        if root_by(body["alg"], write(leaf), place, count, proof["path"]) != body["root"]:
            yield f"{name}: Expected the proof of {leaf[0]} to lead to its root, but it leads elsewhere"
    except ValueError as error:
        yield f"{name}: Expected a proof of {leaf[0]}, but it is none: {error}"


def check_stamps(archive: zipfile.ZipFile, seals: Rows) -> Iterator[str]:
    """Check 14: a time-stamp lies beside the body of its seal and holds the digest of it.

    Who signed it, and when, is asked with `openssl ts -verify`, as the dossier's README says.
    """
    bodies = {str(seal["number"]): seal["body"].encode() for seal in seals}
    there = {name for name in archive.namelist() if name.startswith("stamps/")}
    for name in sorted(there):
        number, _, kind = name.removeprefix("stamps/seal-").partition(".")
        body = bodies.get(number)
        if body is None or kind not in ("tsr", "body"):
            yield f"14 {name}: Expected a time-stamp, or the body of a seal there is, but it is neither"
        elif not {f"stamps/seal-{number}.tsr", f"stamps/seal-{number}.body"} <= there:
            yield f"14 {name}: Expected a time-stamp beside the body it is of, but one of them is missing"
        elif kind == "body" and whole(archive, name) != body:
            yield f"14 {name}: Expected the body of seal {number}, but it is another"
        elif kind == "tsr" and hashlib.sha256(body).digest() not in whole(archive, name):
            yield f"14 {name}: Expected a time-stamp over seal {number}, but it is of something else"


def covered(entries: Rows, outside: dict[str, Any] | None, proofs: Proofs) -> str:
    """What the seal given covers, in words: whoever reads "Everything holds" must know of what."""
    if outside is None:
        return "No seal kept outside was given: a chain rewritten as a whole with its seals is not found."
    stream, last, number = entries[0]["stream"], str(entries[-1]["seq"]), str(outside["number"])
    proof = proofs.get(stream, {}).get(number)
    if proof is None:
        return f"Seal {number} of {outside['moment']} says nothing of {stream}: it proves nothing."
    end = str(proof["leaf"][1])
    after = f"; what follows up to {last} it cannot prove" if end != last else ""
    return f"Seal {number} of {outside['moment']} covers {stream} #1 to #{end}{after}."
