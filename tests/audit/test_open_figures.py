"""Open figures are recomputed by an outsider, who finds whatever was left out, added or turned."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import canonical
from engine.audit import dossier, figures, open_figures
from engine.errors import NotFound
from engine.records import seals
from timers.laboratory import Laboratory

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def published(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the figures of three cases, the seal kept outside, and the dossier of one case."""
    folder = tmp_path_factory.mktemp("figures")
    path = folder / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{path}"), 21) as lab:
        for item, unit, steps in (
            ("HJ-LH-0004", "shinan.ga.zs", 60),
            ("XK-SR-0035", "shinan.cg", 3),
            ("HJ-LH-0004", "shinan.ga.zs", 1),
        ):
            case_id = lab.receive(item, unit, {}, channel="window").case_id
            for _ in range(steps):
                lab.advance(case_id)
        with (
            lab.runtime.store.reading() as connection,
            pytest.raises(NotFound, match="nothing has been sealed"),
        ):
            open_figures.make(connection)
        with lab.runtime.store.writing() as connection:
            seal = seals.make(connection, "2026-12-01T00:00:00.000Z")
        lab.advance(3)  # what happens after the seal is not counted
        with lab.runtime.store.reading() as connection:
            lab.runtime.shelf.refresh(connection)
            (folder / "figures.zip").write_bytes(open_figures.make(connection))
            (folder / "case.zip").write_bytes(dossier.make(connection, lab.runtime, 1))
            (folder / "late.zip").write_bytes(dossier.make(connection, lab.runtime, 3))
    (folder / "seal.json").write_text(canonical.dumps(seal.as_data()))
    return folder


def files_of(published: Path) -> Files:
    with zipfile.ZipFile(published / "figures.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(published: Path, change: Callable[[list[dict[str, Any]]], None], *, consistent: bool) -> Path:
    """The figures with their rows changed; `consistent`: the forger has counted anew as well."""
    rows = [json.loads(line) for line in files_of(published)["rows.jsonl"].splitlines()]
    change(rows)
    changed = {"rows.jsonl": "\n".join(figures.canonical(row) for row in rows).encode()}
    if consistent:
        changed["figures.json"] = figures.canonical(figures.figures(rows)).encode()
    return rewritten(published, changed)


def rewritten(published: Path, changed: Files) -> Path:
    """The figures with these files in place of their own."""
    path = published / "forged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files_of(published), **changed}.items():
            archive.writestr(name, data)
    return path


def test_the_program_that_travels_along_finds_that_the_figures_hold(published: Path) -> None:
    (published / "recompute.py").write_bytes(files_of(published)["recompute.py"])
    words = ["recompute.py", "figures.zip", "seal.json", "case.zip", "late.zip"]
    alone = subprocess.run(
        [sys.executable, "-I", *words], cwd=published, capture_output=True, text=True, check=False
    )

    assert (alone.returncode, alone.stdout, alone.stderr) == (0, "The figures hold.\n", "")


def test_the_figures_say_what_was_received_and_closed(published: Path) -> None:
    told = json.loads(files_of(published)["figures.json"])

    assert told["huji"]["received"] == 2
    assert told["xk_general"]["received"] == 1
    assert sum(one["closed"] for one in told.values()) >= 1
    assert sum(told["huji"]["outcomes"].values()) == told["huji"]["closed"]


def test_the_recipe_of_the_handbook_comes_to_the_published_figures(published: Path) -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    recipe = "import json, zipfile" + handbook.partition("    import json, zipfile")[2].partition("\n\n")[0]
    alone = subprocess.run(
        [sys.executable, "-I", "-S", "-c", recipe.replace("\n    ", "\n")],
        cwd=published,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (alone.returncode, alone.stderr) == (0, "")
    told = json.loads(files_of(published)["figures.json"])
    assert alone.stdout.splitlines() == [f"{name} True True" for name in told]


def test_what_came_at_dawn_is_counted_on_that_day_in_china() -> None:
    received: dict[str, Any] = {"type": "CaseReceived", "data": {"procedure": "huji"}}
    closed: dict[str, Any] = {"type": "CaseClosed", "data": {"outcome": "已落户"}}
    told = [
        {"moment": "2026-03-01T22:30:00.000Z", "events": [received]},
        {"moment": "2026-03-02T09:00:00.000Z", "events": [closed]},
    ]
    row = figures.row_of("case:1", 2, "", told)
    assert (row["received_on"], row["closed_on"]) == ("2026-03-02", "2026-03-02")


def test_the_rows_name_nobody(published: Path) -> None:
    with zipfile.ZipFile(published / "case.zip") as archive:
        received = json.loads(archive.read("entries.jsonl").splitlines()[0])
    applicant = json.loads(received["payload"])["events"][0]["data"]["applicant"]

    assert applicant
    assert applicant not in files_of(published)["rows.jsonl"].decode()


def test_a_case_left_out_is_missed(published: Path) -> None:
    path = forged(published, lambda rows: rows.__delitem__(1), consistent=True)
    assert any("was left out" in fault for fault in figures.faults(path))


def test_a_case_made_up_is_found(published: Path) -> None:
    path = forged(published, lambda rows: rows.append({**rows[0], "stream": "case:99"}), consistent=True)
    assert any("case:99: Expected the entry and hash of the seal" in fault for fault in figures.faults(path))


@pytest.mark.parametrize(
    "change",
    [
        lambda leaves: leaves.pop(),
        lambda leaves: leaves.reverse(),
        lambda leaves: leaves.append(["case:99", *leaves[0][1:]]),
        lambda leaves: leaves.append(leaves[0]),
        lambda leaves: leaves.__setitem__(0, [leaves[0][0], leaves[0][1] + 1, leaves[0][2]]),
    ],
    ids=["left out", "in another order", "made up", "twice", "another entry"],
)
def test_leaves_that_are_not_those_of_the_seal_are_found(
    published: Path, change: Callable[[list[Any]], None]
) -> None:
    leaves = [json.loads(line) for line in files_of(published)["leaves.jsonl"].splitlines()]
    change(leaves)
    path = rewritten(published, {"leaves.jsonl": "\n".join(map(figures.canonical, leaves)).encode()})

    assert any("seal 1: Expected its root over the leaves" in fault for fault in figures.faults(path))


def test_figures_that_do_not_follow_from_the_rows_are_found(published: Path) -> None:
    path = forged(published, lambda rows: rows[0].update(outcome="别的"), consistent=False)
    assert "Expected the figures to follow from the rows, but they do not" in list(figures.faults(path))


def test_a_row_turned_with_its_figures_is_found_by_the_dossier_of_its_case(published: Path) -> None:
    path = forged(published, lambda rows: rows[0].update(unit="elsewhere"), consistent=True)

    assert list(figures.faults(path)) == []
    found = list(figures.faults(path, [published / "case.zip"]))
    assert found == ["case.zip: Expected the row of case:1 to follow from its journal, but it does not"]


def test_another_seal_than_the_one_kept_outside_is_found(published: Path) -> None:
    other = published / "other.json"
    other.write_text((published / "seal.json").read_text().replace("2026-12", "2026-11"))
    assert any("kept outside" in fault for fault in figures.faults(published / "figures.zip", [other]))
