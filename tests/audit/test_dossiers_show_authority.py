"""A dossier proves by itself whether whoever acted could, that day, and shows nobody else's data."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from forging import received
from founded import runtime_over

from engine.audit import dossier, offline
from timers.laboratory import Laboratory

Change = Callable[[str], str]


@pytest.fixture
def case(founded_sqlite_url: str, tmp_path: Path) -> Path:
    """The dossier of a case that officers have worked on."""
    lab = Laboratory(*runtime_over(founded_sqlite_url, date(2026, 1, 26)), 11)
    case_id = received(lab, "XK-SR-0035", "shinan.cg")
    for _ in range(4):
        lab.advance(case_id)
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        path = tmp_path / "case.zip"
        path.write_bytes(dossier.make(connection, lab.runtime, case_id))
    lab.close()
    return path


def changed(path: Path, change: Change) -> list[str]:
    """What the program finds after the rows of the organisation were changed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    text = change(files["witnesses.jsonl"].decode())
    assert text != files["witnesses.jsonl"].decode(), "the change hits something"
    files["witnesses.jsonl"] = text.encode()
    forged = path.with_name("forged.zip")
    with zipfile.ZipFile(forged, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return offline.verify_file(forged)


def test_an_honest_dossier_holds_with_the_program_it_carries(case: Path) -> None:
    with zipfile.ZipFile(case) as archive:
        archive.extract("verify.py", case.parent)
    command = [sys.executable, "-I", "verify.py", "case.zip"]
    told = subprocess.run(command, cwd=case.parent, capture_output=True, text=True, check=False)

    assert (told.returncode, told.stdout) == (0, "Everything holds.\n")
    assert offline.verify_file(case) == []


def test_only_the_persons_of_the_case_are_shown(case: Path) -> None:
    with zipfile.ZipFile(case) as archive:
        rows = [json.loads(line) for line in archive.read("witnesses.jsonl").splitlines()]
        entries = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
    shown = [data for row in rows for data in row["shown"].values() if data["what"] == "person"]
    actors = {json.loads(entry["head"])["actor"]["person"] for entry in entries}

    assert {one["data"]["login"] for one in shown} == actors - {""}
    assert "liuyang" not in actors
    assert "liuyang" not in json.dumps(rows)


def test_a_holding_that_was_changed_is_found_by_its_digest(case: Path) -> None:
    faults = changed(case, lambda text: text.replace("2004-07-01", "2003-07-01"))

    assert any(fault.startswith("3 organisation #1: Expected event") for fault in faults)


def test_a_holding_that_ended_before_is_found(case: Path) -> None:
    faults = changed(case, lambda text: text.replace('"valid_to":null', '"valid_to":"2025-12-31"'))

    assert any(fault.startswith("15 case:1 #1: Expected wangli to hold the post") for fault in faults)


def test_a_person_left_out_is_missed(case: Path) -> None:
    faults = changed(case, lambda text: text.replace('"what":"person"', '"what":"nobody"'))

    assert any("15 case:1 #1: Expected wangli to be an active person" in fault for fault in faults)
