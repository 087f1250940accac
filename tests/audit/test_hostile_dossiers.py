"""Whatever is handed to the offline program is answered in words: found or refused, never a traceback."""

from __future__ import annotations

import json
import random
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from forging import SEED, received
from founded import runtime_over

from engine import canonical
from engine.audit import dossier, offline, one_file, opened
from engine.clock import moment_text
from engine.records import seals
from timers.laboratory import Laboratory

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def case(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of a case with files, and beside it the seal that covers it."""
    folder = tmp_path_factory.mktemp("dossier")
    (folder / "banjie.db").write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{folder / 'banjie.db'}", date(2026, 1, 26)), 11) as lab:
        case_id = received(lab, "XK-SR-0035", "shinan.cg")
        lab.advance(case_id)
        with lab.runtime.store.writing() as connection:
            seal = seals.make(connection, moment_text(lab.clock.now()))
        for _ in range(4):
            lab.advance(case_id)
        with lab.runtime.store.reading() as connection:
            lab.runtime.shelf.refresh(connection)
            (folder / "case.zip").write_bytes(dossier.make(connection, lab.runtime, case_id))
    (folder / "seal.json").write_text(canonical.dumps(seal.as_data()))
    return folder / "case.zip"


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made(folder: Path, files: Files, *, honest_manifest: bool = True) -> Path:
    """A dossier of these files; the forger lists what he has changed in the manifest as well."""
    if honest_manifest:
        listed = {n: canonical.digest_bytes(data) for n, data in files.items() if n != "manifest.json"}
        manifest = {**json.loads(files["manifest.json"]), "files": listed}
        files = {**files, "manifest.json": canonical.dumps(manifest).encode()}
    path = folder / "forged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def found(case: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]) -> list[str]:
    files = files_of(case)
    files[name] = change(files[name])
    return offline.verify_file(made(tmp_path, files))


def test_the_seal_given_is_said_to_cover_what_it_covers(case: Path) -> None:
    faults, notes = offline.examine(case, case.with_name("seal.json"))

    assert faults == []
    assert len(notes) == 1
    assert "covers case:1 #1 to #" in notes[0]
    assert "what follows up to" in notes[0]
    assert "No seal kept outside" in offline.examine(case)[1][0]


def test_a_byte_changed_in_an_entry_is_named_by_its_entry_though_the_manifest_agrees(
    case: Path, tmp_path: Path
) -> None:
    rng, files = random.Random(SEED), files_of(case)
    lines = files["entries.jsonl"].splitlines()
    passed = []
    for _ in range(20):
        place = rng.randrange(len(lines))
        line = bytearray(lines[place])
        at = rng.randrange(len(line))
        line[at] ^= rng.randrange(1, 256)
        changed = [*lines[:place], bytes(line), *lines[place + 1 :]]
        forged = made(tmp_path, {**files, "entries.jsonl": b"\n".join(changed)})
        told = offline.verify_file(forged)
        names = (f"case:1 #{place + 1}", f"entry {place + 1} ", f"entries.jsonl line {place + 1}")
        if not any(name in sentence for sentence in told for name in names):
            passed.append((place + 1, at, bytes(line[max(0, at - 20) : at + 20]), told[:2]))

    assert passed == [], f"seed {SEED}"


@pytest.mark.parametrize("folder", ["files/", "definitions/"])
def test_a_document_or_definition_replaced_with_its_manifest_is_found_by_the_entry_that_names_it(
    case: Path, tmp_path: Path, folder: str
) -> None:
    files = files_of(case)
    name = next(one for one in sorted(files) if one.startswith(folder) and not one.endswith("manifest.json"))
    faults = found(case, tmp_path, name, lambda data: data + b" ")

    assert any(f"Expected {name}" in fault and "case:1 #" in fault for fault in faults)
    del files[name]
    assert any(
        f"Expected {name}" in fault and "is missing" in fault
        for fault in offline.verify_file(made(tmp_path, files))
    )


def test_a_file_that_no_list_knows_is_found(case: Path, tmp_path: Path) -> None:
    files = {**files_of(case), "files/more.docx": b"more"}

    faults = offline.verify_file(made(tmp_path, files, honest_manifest=False))

    assert faults == ["7 files/more.docx: Expected the file in the manifest, but it is missing"]


def test_data_taken_out_are_missed_and_an_approval_that_no_entry_tells_of_does_not_explain_them(
    case: Path, tmp_path: Path
) -> None:
    files = files_of(case)
    rows = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    rows[1]["payload"] = None
    files["entries.jsonl"] = b"\n".join(canonical.dumps(row).encode() for row in rows)

    missed = offline.verify_file(made(tmp_path, files))
    approval = {"stream": "case:1", "seq": 2, "approved_by": "chief", "approved_at": "2036", "basis": "-"}
    files["dispositions.jsonl"] = canonical.dumps(approval).encode()

    assert any(fault.startswith("3 case:1 #2: Expected its data, or an approval") for fault in missed)
    assert offline.verify_file(made(tmp_path, files)) == [
        "3 case:1 #2: Expected dispositions to tell who approved its disposal, but it does not"
    ]


def entries_changed(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[bytes], bytes]:
    def to(data: bytes) -> bytes:
        rows = [json.loads(line) for line in data.splitlines()]
        change(rows)
        return b"\n".join(canonical.dumps(row).encode() for row in rows)

    return to


def rehashed(rows: list[dict[str, Any]], **changes: Any) -> None:
    """The chain written anew from the first entry on, some facts of every head changed."""
    previous = "0" * 64
    for row in rows:
        head = {**json.loads(row["head"]), "previous": previous}
        head.update({name: change(head) for name, change in changes.items()})
        row.update(head=canonical.dumps(head), stream=head["stream"], moment=head["moment"])
        row["hash"] = previous = canonical.digest_bytes(row["head"].encode())


def test_a_chain_rewritten_whole_is_found_by_the_seal_kept_outside(case: Path, tmp_path: Path) -> None:
    files = files_of(case)
    files["entries.jsonl"] = entries_changed(
        lambda rows: rehashed(rows, actor=lambda head: {**head["actor"], "name": "某某"})
    )(files["entries.jsonl"])
    faults = offline.verify_file(made(tmp_path, files), case.with_name("seal.json"))

    assert any(fault.startswith("9 seal 1: Expected case:1 #") for fault in faults)


def test_a_tail_cut_off_is_found_by_the_seal_kept_outside(case: Path, tmp_path: Path) -> None:
    files = files_of(case)
    files["entries.jsonl"] = b"\n".join(files["entries.jsonl"].splitlines()[:1])

    faults = offline.verify_file(made(tmp_path, files), case.with_name("seal.json"))

    assert any("9 seal 1: Expected case:1 #" in fault and "gone" in fault for fault in faults)


def test_a_case_given_another_name_is_found_for_it_is_older_than_the_seal(case: Path, tmp_path: Path) -> None:
    def renamed(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["case_id"] = 9
        rehashed(rows, stream=lambda _: "case:9", moment=lambda head: "2026-01-01T00:00:00.000Z")

    files = files_of(case)
    files["entries.jsonl"] = entries_changed(renamed)(files["entries.jsonl"])

    faults = offline.verify_file(made(tmp_path, files), case.with_name("seal.json"))

    assert any(fault.startswith("9 case:9 #1: Expected it in seal 1") for fault in faults)


def line_of(text: str) -> Callable[[bytes], bytes]:
    return lambda _: text.encode()


@pytest.mark.parametrize(
    ("what", "name", "change", "words"),
    [
        ("deep JSON", "entries.jsonl", line_of("[" * 200_000), "nested too deep"),
        ("NaN", "manifest.json", line_of('{"files":NaN}'), "Expected a number, but found NaN"),
        ("a name twice", "manifest.json", line_of('{"files":{},"files":{}}'), "Expected each name once"),
        ("not UTF-8", "entries.jsonl", lambda data: b'{"stream":"\xff"}' + data, "line 1"),
        ("half a surrogate", "entries.jsonl", line_of('{"stream":"\\ud800","seq":1}'), "cannot be read"),
        ("a list for an entry", "entries.jsonl", line_of("[]"), "cannot be read"),
        ("no entries", "entries.jsonl", line_of(""), "Expected entries"),
        ("a number for a head", "entries.jsonl", entries_changed(lambda r: r[0].update(head=5)), "case:1 #1"),
        (
            "an absurd place",
            "entries.jsonl",
            entries_changed(lambda r: r[0].update(seq=10**4000)),
            "case:1 #",
        ),
        ("a list for a manifest", "manifest.json", line_of("[]"), "cannot be read"),
        ("text for seals", "seals.jsonl", line_of('{"body":"5","number":1}'), "cannot be read"),
        (
            "a place below none",
            "witnesses.jsonl",
            lambda data: data.replace(b'"shown":{"', b'"shown":{"-'),
            "organisation #",
        ),
    ],
)
def test_what_no_dossier_holds_is_answered_in_words(
    case: Path, tmp_path: Path, what: str, name: str, change: Callable[[bytes], bytes], words: str
) -> None:
    files = files_of(case)
    files[name] = change(files[name])
    path = made(tmp_path, files, honest_manifest=name != "manifest.json")

    faults = offline.verify_file(path)

    assert any(words in fault for fault in faults), (what, faults[:3])


FREE = ("README.txt", "narrative.txt", "periods.txt", "place.json", "verify.py")
"""What follows from nothing: the handbook says so. Take the program from elsewhere, and read the entries."""


def one_of_each(files: Files) -> list[str]:
    """Every file of the dossier itself, and the first of each folder (of definitions, of each bundle's)."""
    kinds: dict[str, str] = {}
    for name in sorted(files):
        kinds.setdefault(name.split("/")[0] if "/" in name else name, name)
    return list(kinds.values())


def test_each_kind_of_file_renamed_or_changed_is_found_unless_nothing_follows_from_it(
    case: Path, tmp_path: Path
) -> None:
    whole = files_of(case)
    for name in one_of_each(whole):
        honest = name != "manifest.json"
        renamed = {**{n: data for n, data in whole.items() if n != name}, f"{name}.old": whole[name]}
        assert offline.verify_file(made(tmp_path, renamed, honest_manifest=honest)), f"{name} renamed"
        changed = made(tmp_path, {**whole, name: whole[name][:-1] + b"!"}, honest_manifest=honest)
        assert bool(offline.verify_file(changed)) != (name in FREE), f"{name} changed"


def test_without_its_manifest_every_changed_file_is_named(case: Path, tmp_path: Path) -> None:
    whole = files_of(case)
    texts = [name for name in one_of_each(whole) if name in FREE or "/" in name]
    path = made(tmp_path, {**whole, **dict.fromkeys(texts, b"!")}, honest_manifest=False)

    told = offline.verify_file(path)
    assert all(any(f"7 {name}: Expected the bytes" in one for one in told) for name in texts)


def archived(path: Path, *infos: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for info, data in infos:
            archive.writestr(info, data)
    return path


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ("../../etc/cron.d/x", "inside the dossier"),
        ("/etc/passwd", "inside the dossier"),
        ("a\\..\\b", "inside the dossier"),
        ("c:evil", "inside the dossier"),
        ("folder/", "inside the dossier"),
        (link("files/link"), "is a link"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(
    case: Path, tmp_path: Path, info: zipfile.ZipInfo | str, words: str
) -> None:
    path = archived(made(tmp_path, files_of(case)), (info, b"/etc/passwd"))

    assert any(words in fault for fault in offline.verify_file(path))


def test_a_name_that_stands_twice_is_refused(case: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archived(made(tmp_path, files_of(case)), ("entries.jsonl", b""))

    assert "a name stands twice" in offline.verify_file(path)[0]


def test_more_than_a_dossier_can_be_is_refused_before_it_is_read(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MOST_BYTES", 1_000_000)
    path = archived(made(tmp_path, files_of(case)), ("files/bomb", bytes(5_000_000)))
    assert path.stat().st_size < 1_000_000
    assert "there is more" in offline.verify_file(path)[0]

    monkeypatch.setattr(opened, "MOST_BYTES", 100_000_000)
    monkeypatch.setattr(opened, "MOST_TEXT", 1_000_000)
    files = {**files_of(case), "entries.jsonl": b" " * 2_000_000}
    assert "Expected at most 1000000 bytes in entries.jsonl" in offline.verify_file(made(tmp_path, files))[0]


def test_damage_anywhere_in_the_file_is_answered_in_words(case: Path, tmp_path: Path) -> None:
    rng, whole, path = random.Random(SEED), case.read_bytes(), tmp_path / "damaged.zip"
    before = files_of(case)
    for _ in range(16):
        data = bytearray(whole)
        # The directory at the end says where everything lies; half of the damage is done there.
        place = rng.randrange(len(data) - 4000, len(data)) if rng.random() < 0.5 else rng.randrange(len(data))
        data[place] ^= rng.randrange(1, 256)
        path.write_bytes(bytes(data))
        faults = offline.verify_file(path)
        assert faults or files_of(path) == before, f"seed {SEED}: byte {place}"
    path.write_bytes(whole[: len(whole) // 2])
    assert offline.verify_file(path)


def test_what_a_file_says_cannot_take_over_the_screen(case: Path, tmp_path: Path) -> None:
    files = {**files_of(case), "files/\x1b[2J\nEverything holds.": b"x"}

    told = offline.verify_file(made(tmp_path, files, honest_manifest=False))

    assert told
    assert all(fault.isprintable() for fault in told)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "verify.py DOSSIER.zip"),
        (["nowhere.zip"], 1, "No such file"),
        ([".", "."], 1, "cannot be read"),
        (["case.zip", "nowhere.json"], 1, "No such file"),
    ],
)
def test_the_program_says_what_it_wants(case: Path, arguments: list[str], status: int, words: str) -> None:
    with zipfile.ZipFile(case) as archive:
        archive.extract("verify.py", case.parent)
    command = [sys.executable, "-I", "verify.py", *arguments]
    told = subprocess.run(command, cwd=case.parent, capture_output=True, text=True, check=False)

    assert told.returncode == status
    assert words in told.stdout
    assert told.stderr == ""


def test_an_auditor_reads_the_program_in_an_hour() -> None:
    assert sum(1 for line in one_file.program().splitlines() if line.strip()) < 950
