"""A record chained by SM3 verifies as one chained by SHA-256 does, and one may follow the other."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit, canonical
from engine.audit import dossier, offline
from engine.clock import moment_text
from engine.errors import Malformed
from engine.records import hashing, journal, seals
from timers.laboratory import Laboratory

needs_sm3 = pytest.mark.skipif(not hashing.available("sm3"), reason="this machine's OpenSSL has no SM3")


@pytest.fixture(autouse=True)
def sha256_again() -> Iterator[None]:
    yield
    hashing.choose(hashing.SHA256)


@needs_sm3
def test_a_record_that_goes_on_under_sm3_verifies_with_its_seals_and_its_dossier(
    founded_sqlite_url: str, tmp_path: Path
) -> None:
    with Laboratory(*runtime_over(founded_sqlite_url), 4) as lab:
        case_id = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
        seal_now(lab)
        hashing.choose(hashing.SM3)
        lab.advance(case_id)
        kept = seal_now(lab)
        with lab.runtime.store.reading() as connection:
            lab.runtime.shelf.refresh(connection)
            broken = [one.detail for _, one in audit.verify_all(connection, kept.as_data()) if not one.holds]
            rows = list(journal.rows(connection, journal.case_stream(case_id)))
            data = dossier.make(connection, lab.runtime, case_id)

    assert broken == []
    assert ["alg" in json.loads(row["head"]) for row in rows][:1] == [False]
    last = rows[-1]
    assert json.loads(last["head"])["alg"] == "sm3"
    assert last["hash"] == hashlib.new("sm3", last["head"].encode()).hexdigest()
    assert json.loads(kept.body)["alg"] == "sm3"
    (tmp_path / "case.zip").write_bytes(data)
    (tmp_path / "seal.json").write_text(json.dumps(kept.as_data()))
    assert offline.verify_file(tmp_path / "case.zip", tmp_path / "seal.json") == []


def seal_now(lab: Laboratory) -> seals.Seal:
    with lab.runtime.store.writing() as connection:
        return seals.make(connection, moment_text(lab.clock.now()))


@needs_sm3
def test_a_digest_of_sm3_is_the_one_of_the_standard() -> None:
    # The example of GB/T 32905-2016, appendix A.1: the three letters abc.
    assert hashing.digest("sm3", b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@needs_sm3
def test_changing_the_name_of_the_function_is_found(tmp_path: Path) -> None:
    hashing.choose(hashing.SM3)
    facts = {"v": 2, "number": 1, "moment": "2026-03-01T00:00:00.000Z", "count": 0, "previous": "0" * 64}
    body = canonical.dumps({**facts, "root": hashing.digest("sm3", b""), "alg": "sm3"})
    seal = {
        "number": 1,
        "moment": "2026-03-01T00:00:00.000Z",
        "body": body,
        "hash": hashing.digest("sm3", body.encode()),
    }
    path = tmp_path / "seal.json"
    path.write_text(json.dumps(seal))
    assert offline.verify_file(path) == []

    path.write_text(json.dumps({**seal, "body": body.replace("sm3", "md5")}))
    assert "sha256 or sm3" in offline.verify_file(path)[0]


def test_a_machine_without_sm3_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str, *_: Any, **__: Any) -> Any:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", missing)
    with pytest.raises(Malformed, match="Expected sm3 in this machine's OpenSSL"):
        hashing.choose("sm3")
    with pytest.raises(Malformed, match="sha256 or sm3"):
        hashing.choose("md5")
    path = tmp_path / "seal.json"
    body = '{"alg":"sm3","count":0,"moment":"","number":1,"previous":"","root":"","v":2}'
    path.write_text(json.dumps({"number": 1, "moment": "", "body": body, "hash": ""}))
    assert "has none: use another machine" in offline.verify_file(path)[0]
    assert not zipfile.is_zipfile(path)
