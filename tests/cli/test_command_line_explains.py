"""`banjie explain`: a period day by day, of a case at hand and of its dossier alone."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from timers.laboratory import Laboratory

APPLICATION = {"applicant_name": "张建国", "applicant_id": "11010519491231002X"}


@pytest.fixture
def case(banjie: Any) -> str:
    """A 落户 case accepted on 26 January 2026, before the Spring Festival; its id."""
    runtime, clock = runtime_over(banjie.database, date(2026, 1, 26))
    lab = Laboratory(runtime, clock, 3)
    made = lab.receive("HJ-LH-0004", "shinan.ga.zs", APPLICATION, channel="window").case_id
    lab.complete(made, "review", review_outcome="complete")
    lab.complete(made, "sign_statement")
    runtime.store.close()
    return str(made)


@pytest.fixture
def dossier(banjie: Any, case: str) -> Path:
    """Its dossier; the database is gone."""
    assert banjie("export", case, "--out", "case.zip").status == 0
    Path("banjie.db").unlink()
    return Path("case.zip")


def test_the_decision_of_a_case_is_told_day_by_day_in_either_language(banjie: Any, case: str) -> None:
    told = banjie("explain", case, "--period", "hj.decide", env={"BANJIE_LANGUAGE": "zh"})
    assert told.status == 0
    assert "期限20个工作日，自2026-01-26起，至2026-02-28止" in told.out
    assert "2026-02-28 星期六 计入，第20日 [调休上班；承诺期限届满；期限届满]" in told.out
    assert "2026-02-17 星期二 节假日（春节）" in told.out
    english = banjie("explain", case, "--period", "hj.decide").out
    assert "2026-02-28 Sat counted, no. 20 [make-up working day; promised day; last day]" in english


def test_a_dossier_alone_gives_the_same_count(banjie: Any, case: str, dossier: Path) -> None:
    (found,) = banjie("explain", str(dossier), "--period", "hj.decide", "--json").data
    assert (found["id"], found["state"], found["explanation"]["due"]) == (
        "hj.decide",
        "running",
        "2026-02-28",
    )
    assert [row["number"] for row in found["explanation"]["rows"] if row["number"]] == list(range(1, 21))
    assert found["calendar"]["zone"] == "Asia/Shanghai"
    with zipfile.ZipFile(dossier) as archive:
        assert "2026-02-28 星期六 计入，第20日" in archive.read("periods.txt").decode()
    assert not Path("banjie.db").exists()


def changed(dossier: Path, name: str, old: str, new: str) -> Path:
    """The dossier with a text changed in the files whose name ends so."""
    made = dossier.with_name("changed.zip")
    with zipfile.ZipFile(dossier) as archive, zipfile.ZipFile(made, "w") as out:
        for each in archive.namelist():
            data = archive.read(each)
            out.writestr(each, data.replace(old.encode(), new.encode()) if each.endswith(name) else data)
    return made


def test_the_count_rests_on_the_notices_in_the_dossier_and_copies_no_date(banjie: Any, dossier: Path) -> None:
    made = changed(dossier, "/2026.toml", "2026-02-28", "2026-03-14")
    (found,) = banjie("explain", str(made), "--period", "hj.decide", "--json").data
    assert found["explanation"]["due"] == "2026-03-02"


def test_the_close_of_business_is_that_of_the_place_the_dossier_names(banjie: Any, dossier: Path) -> None:
    made = changed(dossier, "place.json", '"17:00"', '"18:30"')
    (found,) = banjie("explain", str(made), "--period", "hj.decide", "--json").data
    assert found["explanation"]["due_moment"] == "2026-02-28T10:30:00.000Z"


def test_one_period_is_drawn_and_not_two(banjie: Any, dossier: Path) -> None:
    assert banjie("explain", str(dossier), "--picture", "all.svg").status == 1
    assert not Path("all.svg").exists()
    assert banjie("explain", str(dossier), "--period", "hj.decide", "--picture", "one.svg").status == 0
    drawn = Path("one.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "2026-02-28" in drawn


def test_what_is_no_dossier_or_no_period_of_the_case_is_refused_in_a_sentence(
    banjie: Any, dossier: Path
) -> None:
    told = banjie("explain", str(dossier), "--period", "xk.decision")
    assert (told.status, "hj.decide" in told.err) == (1, True)
    Path("letter.txt").write_text("not a dossier", encoding="utf-8")
    for name, sentence in (("letter.txt", "Expected the dossier of a case"), ("empty.zip", "entries.jsonl")):
        if name == "empty.zip":
            with zipfile.ZipFile(name, "w") as archive:
                archive.writestr("README.txt", "empty")
        told = banjie("explain", name)
        assert (told.status, sentence in told.err) == (1, True), told.err
