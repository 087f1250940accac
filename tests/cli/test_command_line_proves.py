"""`banjie verify`, `replay`, `export`, `seal`: what holds, and what a changed byte does to it."""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.audit import sweep
from timers.laboratory import Laboratory
from web import begin


@pytest.fixture
def case(banjie: Any) -> str:
    """A 落户 case that was accepted; its id."""
    runtime, clock = runtime_over(banjie.database)
    lab = Laboratory(runtime, clock, 3)
    given = {"applicant_name": "张建国", "applicant_id": "11010519491231002X"}
    made = lab.receive("HJ-LH-0004", "shinan.ga.zs", given, channel="window").case_id
    lab.complete(made, "review", review_outcome="complete")
    runtime.store.close()
    return str(made)


def test_a_case_and_the_whole_database_hold(banjie: Any, case: str) -> None:
    banjie("seal")
    told = banjie("verify", case, "--json")
    assert (told.status, told.data["holds"], told.data["broken"]) == (0, True, [])
    assert told.data["checks"] >= 8
    whole = banjie("verify", "--json")
    assert (whole.status, whole.data["holds"]) == (0, True)
    assert whole.data["checks"] > told.data["checks"]
    assert banjie("verify", "2026999").err.strip() == "There is no case 2026999"


def test_a_replay_decides_every_case_again(banjie: Any, case: str) -> None:
    verdict = banjie("replay", case, "--json").data
    assert verdict["conforms"]
    number = verdict["case"]
    told = banjie("replay", number)
    assert told.status == 0
    assert told.out.startswith(f"{number} conforms")
    assert banjie("replay", number, "--all").status == 1


def test_a_sweep_that_is_interrupted_goes_on_when_it_is_called_again(
    banjie: Any, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sweep.sweep

    def interrupted(*arguments: Any) -> Iterator[Any]:
        yield next(whole(*arguments))
        raise KeyboardInterrupt

    runtime, clock = runtime_over(banjie.database)
    Laboratory(runtime, clock, 4).receive("XK-SR-0035", "shinan.cg", {}, channel="window")
    runtime.store.close()
    monkeypatch.setattr(sweep, "UNIT", 1)
    monkeypatch.setattr(sweep, "sweep", interrupted)
    broken = banjie("replay", "--all", "--workers", "1")
    assert broken.status == 130
    assert "interrupted: 1 of 2 cases" in broken.err

    monkeypatch.setattr(sweep, "sweep", whole)
    told = banjie("replay", "--all", "--workers", "1")
    assert told.status == 0
    assert "1 of 2 cases have been replayed before" in told.err
    assert "2 conform, 0 deviate" in told.out
    assert Path("var/replay.jsonl").read_text("utf-8").count("\n") == 3
    assert banjie("replay", "--all", "--anew", "--workers", "1", "--json").data["conforming"] == 2


def test_a_command_that_is_interrupted_ends_in_words(
    banjie: Any, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "verify_all", interrupt)
    broken = banjie("verify")
    assert (broken.status, broken.out) == (130, "")
    assert "interrupted; what was finished before is kept" in broken.err
    assert banjie("verify", case).status == 0


def test_an_interrupt_before_the_product_is_loaded_ends_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib, "import_module", interrupt)
    with pytest.raises(SystemExit) as ended:
        begin.main()
    monkeypatch.undo()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "\n已中断 · interrupted\n"


def test_the_command_leads_to_the_product() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from web.begin import main; main()", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{version('banjie')}\n"


def interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_guards_that_a_start_laid_again_are_told_beside_the_checks(banjie: Any, case: str) -> None:
    with sqlite3.connect(banjie.database.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TRIGGER entry_no_update")
    banjie("seal")
    told = banjie("verify")
    assert told.status == 0
    assert "the guards entry_no_update over the record were gone or changed" in told.out


def test_a_changed_record_is_found_with_its_place(banjie: Any, case: str) -> None:
    with sqlite3.connect(banjie.database.removeprefix("sqlite:///")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE entry SET payload = replace(payload, '张建国', '李建国') WHERE stream = ? AND seq = 1",
            (f"case:{case}",),
        )
    connection.close()

    told = banjie("verify", case, "--json")

    assert told.status == 1
    assert told.data["broken"][0]["entry"] == 1


def test_a_guard_that_was_dropped_is_found_and_stays_dropped(banjie: Any, case: str) -> None:
    """Proving writes nothing: what is missing is told, not laid again."""
    path = banjie.database.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER blob_no_update")
    connection.close()
    banjie("replay", case)
    told = banjie("verify", "--json")

    assert [check["number"] for check in told.data["broken"]] == [17]
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'blob_no_update'").fetchall()
    connection.close()
    assert found == []


def test_a_database_of_another_version_is_left_as_it_is(banjie: Any, tmp_path: Path) -> None:
    told = banjie("--database", f"sqlite:///{tmp_path / 'empty.db'}", "verify")

    assert told.status == 1
    assert "start `banjie serve` once" in told.err


def test_an_exported_dossier_holds_by_itself_until_a_byte_is_changed(banjie: Any, case: str) -> None:
    banjie("seal", "--out", "seal.json")
    exported = banjie("export", case, "--out", "case.zip", "--json")
    assert exported.data == {"file": "case.zip", "bytes": Path("case.zip").stat().st_size}

    assert banjie("verify", "case.zip", "--seal", "seal.json").status == 0
    with zipfile.ZipFile("case.zip") as archive:
        archive.extract("verify.py")
    alone = subprocess.run(
        [sys.executable, "-I", "verify.py", "case.zip", "seal.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (alone.returncode, alone.stdout) == (0, "Everything holds.\n")


def test_a_byte_flipped_in_anything_the_dossier_holds_is_found_and_told(banjie: Any, case: str) -> None:
    banjie("export", case, "--out", "case.zip")
    whole = Path("case.zip").read_bytes()
    with zipfile.ZipFile("case.zip") as archive:
        infos = [archive.getinfo(name) for name in ("entries.jsonl", "manifest.json", "seals.jsonl")]
    starts = [info.header_offset + 30 + len(info.filename) for info in infos if info.file_size]
    ends = [start + info.compress_size - 1 for start, info in zip(starts, infos, strict=False)]
    places = [
        *starts,
        *((start + end) // 2 for start, end in zip(starts, ends, strict=True)),
        infos[0].header_offset,
    ]
    for place in places:
        Path("broken.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        told = banjie("verify", "broken.zip", "--json")
        assert told.status == 1, place
        assert told.data["faults"], place


def test_an_entry_rewritten_inside_the_dossier_is_found(banjie: Any, case: str) -> None:
    banjie("export", case, "--out", "case.zip")
    with zipfile.ZipFile("case.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["entries.jsonl"] = files["entries.jsonl"].replace("张建国".encode(), "李建国".encode())
    with zipfile.ZipFile("forged.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)

    told = banjie("verify", "forged.zip")

    assert told.status == 1
    assert "#1" in told.out


def test_an_event_log_is_exported(banjie: Any, case: str) -> None:
    assert banjie("export", case, "--format", "xes", "--out", "case.xes").status == 0
    assert b"concept:name" in Path("case.xes").read_bytes()


def test_an_export_that_cannot_be_written_is_a_sentence(banjie: Any, case: str) -> None:
    told = banjie("export", case, "--out", "no/such/folder/case.zip")
    assert told.status == 1
    assert told.err.startswith("Expected to read, write or listen, but")
