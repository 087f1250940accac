"""A seal is small whatever it covers; a dossier shows where its case stood in each, nothing of the others."""

from __future__ import annotations

import json
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from forging import SEED, faults, forge, opened, received
from founded import runtime_over
from sqlalchemy import func, select

from engine import canonical
from engine.audit import dossier, offline
from engine.clock import moment_text
from engine.errors import BanjieError
from engine.records import seals
from engine.records.merkle import Tree
from engine.records.tables import seal_head
from timers.laboratory import Laboratory

Files = dict[str, bytes]
SHOWN = "case:2"


@pytest.fixture(scope="module")
def lived(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: the database of three cases under four seals, the seals, dossiers of the second case."""
    folder = tmp_path_factory.mktemp("sealed")
    path = folder / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{path}", date(2026, 1, 26)), 11) as lab:
        received(lab, "HJ-LH-0004", "shinan.ga.zs")
        sealed(lab, folder)
        case_id = received(lab, "XK-SR-0035", "shinan.cg")
        lab.at(date(2026, 1, 27))
        lab.advance(case_id)
        sealed(lab, folder)
        written(lab, folder / "early.zip", case_id)
        lab.advance(case_id)
        lab.at(date(2026, 1, 28))
        lab.advance(received(lab, "HJ-LH-0004", "shinan.ga.zs"))
        sealed(lab, folder)
        sealed(lab, folder)
        written(lab, folder / "case.zip", case_id)
    forge(path, *(f"DROP TRIGGER {name}" for name in triggers(path)))
    return folder


def triggers(path: Path) -> list[str]:
    with opened(path) as database:
        return [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]


def sealed(lab: Laboratory, folder: Path) -> None:
    with lab.runtime.store.writing() as connection:
        seal = seals.make(connection, moment_text(lab.clock.now()))
    (folder / f"seal-{seal.number}.json").write_text(canonical.dumps(seal.as_data()))


def written(lab: Laboratory, path: Path, case_id: int) -> None:
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        path.write_bytes(dossier.make(connection, lab.runtime, case_id))


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(folder: Path, files: Files) -> Path:
    """A dossier of these files, its manifest agreeing with them."""
    listed = {n: canonical.digest_bytes(data) for n, data in files.items() if n != "manifest.json"}
    manifest = canonical.dumps({**json.loads(files["manifest.json"]), "files": listed}).encode()
    path = folder / "forged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, "manifest.json": manifest}.items():
            archive.writestr(name, data)
    return path


def with_proofs(lived: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    files = files_of(lived / "case.zip")
    told = json.loads(files["proofs.json"])
    change(told)
    return forged(tmp_path, {**files, "proofs.json": canonical.dumps(told).encode()})


def test_the_body_of_a_seal_says_nothing_of_any_stream(lived: Path) -> None:
    bodies = [json.loads(json.loads((lived / f"seal-{n}.json").read_text())["body"]) for n in (1, 2, 3, 4)]

    keys = {"v", "number", "moment", "count", "root", "previous", "alg"}
    assert [set(body) for body in bodies] == [keys] * 4
    assert [body["count"] for body in bodies] == sorted(body["count"] for body in bodies)
    assert all(offline.verify_file(lived / f"seal-{n}.json") == [] for n in (1, 2, 3, 4))


def test_a_seal_keeps_the_heads_that_moved_and_no_others(founded_sqlite_url: str) -> None:
    with Laboratory(*runtime_over(founded_sqlite_url), 4) as lab:
        case_id = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
        written_by = []
        for act in (lambda: None, lambda: None, lambda: lab.advance(case_id)):
            act()
            with lab.runtime.store.writing() as connection:
                seal = seals.make(connection, moment_text(lab.clock.now()))
                count = select(func.count()).where(seal_head.c.seal == seal.number)
                written_by.append(connection.execute(count).scalar_one())
                assert seal.told["count"] == len(seals.leaves(connection))

    assert written_by[0] >= 3
    assert written_by[1] == 0
    assert 1 <= written_by[2] < written_by[0]


def test_the_dossier_holds_under_every_seal_that_was_kept(lived: Path) -> None:
    told = {n: offline.examine(lived / "case.zip", lived / f"seal-{n}.json") for n in (1, 2, 3, 4)}

    assert [found for found, _ in told.values()] == [[]] * 4
    assert "says nothing of case:2" in told[1][1][0], "the seal is older than the case"
    assert f"covers {SHOWN} #1 to #" in told[2][1][0]
    assert "what follows" in told[2][1][0]
    assert "what follows" not in told[4][1][0]


def test_nothing_of_another_case_stands_in_a_dossier(lived: Path) -> None:
    files = files_of(lived / "case.zip")
    with opened(lived / "banjie.db") as database:
        rows = database.execute(
            "SELECT case_id, number, head_hash FROM case_row WHERE case_id <> 2"
        ).fetchall()
        hashes = database.execute("SELECT hash FROM entry WHERE case_id <> 2 OR case_id IS NULL").fetchall()
    whole = b"\n".join(data for name, data in files.items() if name not in ("witnesses.jsonl", "proofs.json"))
    shown = files["proofs.json"]

    assert len(rows) == 2
    for case_id, number, _ in rows:
        assert not re.search(
            rf"\b(case|access):{case_id}\b", (whole + shown + files["witnesses.jsonl"]).decode("latin-1")
        )
        assert number.encode() not in b"".join(files.values())
    streams = {proof["leaf"][0] for proof in json.loads(shown)["proofs"]}
    assert streams <= {SHOWN, "organisation", "register:officers"}
    assert not any(digest.encode() in whole for (digest,) in hashes)


def test_nodes_that_several_paths_share_stand_there_once(lived: Path) -> None:
    told = json.loads(files_of(lived / "case.zip")["proofs.json"])

    used = [place for proof in told["proofs"] for place in proof["path"]]
    assert len(set(told["nodes"])) == len(told["nodes"]) == len(set(used)) < len(used)


def test_a_dossier_made_before_the_seal_kept_outside_is_asked_for_anew(lived: Path) -> None:
    found = offline.verify_file(lived / "early.zip", lived / "seal-4.json")

    assert found == ["10 seal 4: Expected it in the dossier, but it is not there: ask for one made after it"]


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_proof_left_out_is_missed_under_the_seal_kept_outside(
    lived: Path, tmp_path: Path, number: int
) -> None:
    def leave_out(told: dict[str, Any]) -> None:
        told["proofs"] = [p for p in told["proofs"] if (p["seal"], p["leaf"][0]) != (number, SHOWN)]

    found = offline.verify_file(with_proofs(lived, tmp_path, leave_out), lived / f"seal-{number}.json")

    dated = f"9 {SHOWN} #1: Expected it in seal {number}, which is of a later moment"
    missed = f"9 seal {number}: Expected a proof of {SHOWN}, as in the seal before, but there is none"
    assert (dated if number == 2 else missed) in found


def test_witnesses_left_out_with_their_proofs_are_missed(lived: Path, tmp_path: Path) -> None:
    files = files_of(lived / "case.zip")
    told = json.loads(files["proofs.json"])
    told["proofs"] = [proof for proof in told["proofs"] if proof["leaf"][0] == SHOWN]
    rest = {**files, "proofs.json": canonical.dumps(told).encode(), "witnesses.jsonl": b""}

    assert any(fault.startswith("15 case:2 #") for fault in offline.verify_file(forged(tmp_path, rest)))


def test_a_tail_cut_off_with_its_proofs_and_seals_is_missed(lived: Path, tmp_path: Path) -> None:
    files = files_of(lived / "case.zip")
    told = json.loads(files["proofs.json"])
    told["proofs"] = [proof for proof in told["proofs"] if proof["seal"] <= 2]
    cut = {
        **files,
        "entries.jsonl": b"\n".join(files["entries.jsonl"].splitlines()[:2]),
        "seals.jsonl": b"\n".join(files["seals.jsonl"].splitlines()[:2]),
        "proofs.json": canonical.dumps(told).encode(),
    }

    found = offline.verify_file(forged(tmp_path, cut), lived / "seal-4.json")

    assert any(fault.startswith("10 seal 4: Expected it in the dossier") for fault in found)


def test_seals_and_proofs_made_anew_over_a_forged_chain_are_not_the_seal_kept_outside(
    lived: Path, tmp_path: Path
) -> None:
    files = files_of(lived / "case.zip")
    rows = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    previous = "0" * 64
    for row in rows:
        head = json.loads(row["head"])
        row["head"] = canonical.dumps(
            {**head, "previous": previous, "actor": {**head["actor"], "name": "某某"}}
        )
        row["hash"] = previous = canonical.digest_bytes(row["head"].encode())
    kept = [json.loads(line) for line in files["seals.jsonl"].splitlines()]
    proofs, before = [], "0" * 64
    for seal in kept:
        seen = [row for row in rows if row["moment"] <= seal["moment"]]
        leaves = [[SHOWN, seen[-1]["seq"], seen[-1]["hash"]]] if seen else []
        body = json.loads(seal["body"])
        root = Tree("sha256", map(canonical.dumps, leaves)).root
        seal["body"] = canonical.dumps({**body, "previous": before, "count": len(leaves), "root": root})
        seal["hash"] = before = canonical.digest_bytes(seal["body"].encode())
        proofs += [{"seal": seal["number"], "leaf": leaf, "index": 0, "path": []} for leaf in leaves]
    anew = {
        **files,
        "entries.jsonl": b"\n".join(canonical.dumps(row).encode() for row in rows),
        "seals.jsonl": b"\n".join(canonical.dumps(seal).encode() for seal in kept),
        "proofs.json": canonical.dumps({"nodes": [], "proofs": proofs}).encode(),
    }

    found = offline.verify_file(forged(tmp_path, anew), lived / "seal-3.json")

    assert "10 seal 3: Expected it as kept outside, but the dossier has another" in found


def test_a_byte_changed_in_the_proofs_or_seals_is_found_though_the_manifest_agrees(
    lived: Path, tmp_path: Path
) -> None:
    rng, files, passed = random.Random(SEED), files_of(lived / "case.zip"), []
    for _ in range(15):
        name = rng.choice(["proofs.json", "proofs.json", "seals.jsonl"])
        data = bytearray(files[name])
        at = rng.randrange(len(data))
        data[at] ^= rng.randrange(1, 256)
        if not offline.verify_file(forged(tmp_path, {**files, name: bytes(data)})):
            passed.append((name, at, bytes(data[max(0, at - 30) : at + 10])))

    assert passed == [], f"seed {SEED}"


@pytest.mark.parametrize(
    ("what", "change", "words"),
    [
        ("a stream at another place", lambda p: p["proofs"][-1].update(index=0), "place it had before"),
        ("a proof twice", lambda p: p["proofs"].append(p["proofs"][0]), "there are two"),
        ("a proof of no seal", lambda p: p["proofs"][0].update(seal=9), "there is no such seal"),
        ("a path that ends", lambda p: p["proofs"][0].update(path=[]), "more nodes on the path"),
        ("a path that goes on", lambda p: p["proofs"][0]["path"].extend([0] * 40), "to end at the root"),
        ("a place beyond the end", lambda p: p["proofs"][0].update(index=999), "Expected a place from 0"),
        ("nodes that are none", lambda p: p.update(nodes=["zz"] * len(p["nodes"])), "it is none"),
        ("an entry that is not there", lambda p: p["proofs"][0]["leaf"].__setitem__(1, 77), "or is gone"),
    ],
)
def test_a_proof_that_is_none_is_told(
    lived: Path, tmp_path: Path, what: str, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    found = offline.verify_file(with_proofs(lived, tmp_path, change))

    assert any(words in fault for fault in found), (what, found[:3])


def copied(stream: str, to: int, of: int) -> str:
    """A head put in: the one of the second case in a seal, under another seal or stream."""
    return (
        f"INSERT INTO seal_head SELECT {stream}, {to}, seq, hash FROM seal_head "
        f"WHERE stream = 'case:2' AND seal = {of}"
    )


AT = "WHERE stream = 'case:2' AND seal = 3"
FIRST_OF_ANOTHER = "(SELECT hash FROM entry WHERE stream = 'case:1' AND seq = 1)"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("", ""),
        (f"UPDATE seal_head SET seq = 1 {AT}", "case:2"),
        (f"UPDATE seal_head SET hash = {FIRST_OF_ANOTHER} {AT}", "case:2"),
        (f"UPDATE seal_head SET stream = 'case:8' {AT}", "case:8"),
        (f"UPDATE seal_head SET seal = 4 {AT}", "case:2"),
        (f"UPDATE seal_head SET seal = 9 {AT}", "case:2"),
        ("DELETE FROM seal_head WHERE stream = 'case:2' AND seal = 2", "case:2"),
        ("DELETE FROM seal_head WHERE seal = 3", "seal 3"),
        (copied("stream", 4, 3), "case:2"),
        (copied("stream", 4, 2), "seal 4"),
        (copied("'case:77'", 4, 2), "case:77"),
        (copied("stream", 9, 2), "seal 9"),
    ],
)
def test_a_head_changed_put_in_or_taken_out_is_found_and_named(
    lived: Path, tmp_path: Path, statement: str, named: str
) -> None:
    path = tmp_path / "banjie.db"
    path.write_bytes((lived / "banjie.db").read_bytes())
    forge(path, statement)
    found = faults(path)

    assert bool(found) == bool(statement)
    assert not found or any(named in fault and "seal" in fault for fault in found), found


def test_time_stamps_lie_beside_the_seal_they_are_of(lived: Path, tmp_path: Path) -> None:
    files = files_of(lived / "case.zip")
    body = json.loads(files["seals.jsonl"].splitlines()[0])["body"].encode()
    import_of = bytes.fromhex(canonical.digest_bytes(body))
    right = {"stamps/seal-1.body": body, "stamps/seal-1.tsr": b"0..." + import_of + b"..."}

    def told(**changes: bytes | None) -> list[str]:
        changed = {**right, **{f"stamps/{name.replace('_', '.')}": data for name, data in changes.items()}}
        kept = {name: data for name, data in changed.items() if data is not None}
        return offline.verify_file(forged(tmp_path, {**files, **kept}))

    assert told() == []
    assert told(**{"seal-1_body": None}) == [
        "14 stamps/seal-1.tsr: Expected a time-stamp beside the body it is of, but one of them is missing"
    ]
    assert told(**{"seal-1_body": body + b" "}) == [
        "14 stamps/seal-1.body: Expected the body of seal 1, but it is another"
    ]
    assert told(**{"seal-1_tsr": b"a stamp of something"}) == [
        "14 stamps/seal-1.tsr: Expected a time-stamp over seal 1, but it is of something else"
    ]
    assert "14 stamps/seal-9.tsr: Expected a time-stamp, or the body of a seal there is" in "".join(
        told(**{"seal-9_tsr": b"x"})
    )


def test_a_dossier_is_made_of_a_database_whose_seals_are_damaged(lived: Path, tmp_path: Path) -> None:
    """An auditor who has found the damage still needs the case."""
    path = tmp_path / "banjie.db"
    path.write_bytes((lived / "banjie.db").read_bytes())
    forge(path, "UPDATE seal SET body = '5' WHERE number = 1", "UPDATE seal SET body = '[' WHERE number = 2")
    with Laboratory(*runtime_over(f"sqlite:///{path}"), 1) as lab:
        try:
            written(lab, tmp_path / "case.zip", 2)
        except BanjieError as error:  # pragma: no cover - what must not happen
            raise AssertionError(error.sentence) from error

    assert offline.verify_file(tmp_path / "case.zip")
