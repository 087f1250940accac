"""Disposing of a case: who may, when, what is gone then, and what can still be proven."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from engine import audit, canonical
from engine.audit import dossier, ocel, offline, open_figures, xes
from engine.casework import dispositions
from engine.casework.dispositions import kept_until
from engine.errors import ActBlocked, Conflict, Malformed, NotAuthorised
from engine.records import blobs, journal, seals
from engine.records.tables import blob, work_item
from timers.laboratory import Laboratory

NAME = "欧阳晓峰"
BASIS = "青南档鉴〔2057〕1号"
AFTER = datetime(2057, 1, 1, 1, tzinfo=UTC)
"""Nine o'clock of the first day after thirty years of retention, counted from the year after 2026."""


@pytest.fixture
def both(laboratory: Any) -> Laboratory:
    """A database of each kind with the cases of `lived`."""
    return lived(laboratory(date(2026, 3, 2), 3))


@pytest.fixture
def lab(founded_sqlite_url: str) -> Iterator[Laboratory]:
    """The same on SQLite alone."""
    with Laboratory(*runtime_over(founded_sqlite_url, date(2026, 3, 2)), 3) as made:
        yield lived(made)


def lived(made: Laboratory) -> Laboratory:
    """Two cases of a licence's renewal that ended in 2026, kept for thirty years; a third is open."""
    for _ in range(3):
        made.receive("XK-YX-0035", "shinan.cg", {"applicant_name": NAME}, channel="window")
    for case_id in (1, 2):
        made.complete(case_id, "review", review_outcome="not_needed", review_note="不涉及许可事项")
    assert not made.case(1).open
    return made


def dispose(lab: Laboratory, case_id: int = 1, **changed: Any) -> dispositions.Disposed:
    asked = {"actor": "archivist", "approver": "head-of-organ", "basis": BASIS, **changed}
    officers = [asked["actor"], asked["approver"]]
    actor, approver = [holder(lab, one) if isinstance(one, str) else one for one in officers]
    return dispositions.dispose(lab.runtime, case_id, actor, approver, asked["basis"])


def holder(lab: Laboratory, role: str, unit: str = "shinan.cg") -> Any:
    return next(one for one in lab._people if one.holds(role, unit))


def test_years_are_counted_from_the_year_after_the_end() -> None:
    assert kept_until("30Y", date(2026, 3, 2)) == date(2056, 12, 31)
    assert kept_until("10Y", date(2026, 12, 31)) == date(2036, 12, 31)
    assert kept_until("10Y", date(2027, 1, 1)) == date(2037, 12, 31)


@pytest.mark.parametrize("retention", ["permanent", "with the case", "", "0Y", "30", "30Y ", "٣Y"])
def test_what_is_not_a_number_of_years_is_kept_for_ever(retention: str) -> None:
    assert kept_until(retention, date(2026, 3, 2)) is None


def test_what_is_disposed_of_is_gone_and_its_proof_stays(both: Laboratory) -> None:
    lab = both
    with lab.runtime.store.writing() as connection:
        outside = seals.make(connection, "2026-12-31T16:05:00.000Z").as_data()
    with lab.runtime.store.reading() as connection:
        heads = [(one.head, one.hash) for one in journal.read(connection, "case:1")]
    lab.clock.set(AFTER)

    made = dispose(lab)

    assert (made.entries, made.kept_until) == (len(heads), date(2056, 12, 31))
    assert made.files >= 1
    with lab.runtime.store.reading() as connection:
        kept = list(journal.read(connection, "case:1"))
        assert [(one.head, one.hash) for one in kept] == heads
        assert all(one.erased and not one.command.get("variables") for one in kept)
        (act,) = journal.read(connection, journal.DISPOSITIONS)
        gone = [event.data["hash"] for event in act.events if event.type == "FileDisposed"]
        assert len(gone) == made.files
        assert not any(blobs.exists(connection, sha256) for sha256 in gone)
        items = select(func.count()).select_from(work_item).where(work_item.c.case_id == 1)
        assert connection.execute(items).scalar_one() == 0
        row = lab.runtime.load(connection, 1)
        assert NAME not in " ".join(map(str, row._mapping.values()))
        assert (row.status, row.number[:4]) == ("closed", "2026")
        checks = [check for _, check in audit.verify_all(connection, outside)]
        assert [check.detail for check in checks if not check.holds] == []


def test_who_approved_it_is_journalled_and_told(lab: Laboratory) -> None:
    lab.clock.set(AFTER)
    dispose(lab)

    with lab.runtime.store.reading() as connection:
        (act,) = journal.read(connection, journal.DISPOSITIONS)
        assert act.command["basis"] == BASIS
        assert act.command["approver"]["person"] == holder(lab, "head-of-organ").person
        assert act.actor["person"] == holder(lab, "archivist").person
        assert act.events[0].data["stream"] == "case:1"
        verdict = audit.replay(
            connection, lab.runtime.shelf, lab.runtime.settings, journal.read(connection, "case:1")
        )
    assert (verdict.conforms, verdict.disposed) == (False, True)
    assert verdict.sentence() == (
        "cannot be decided again from entry 1 on: its data has been disposed of and cannot be decided again"
    )


def test_the_other_cases_are_left_as_they_are(lab: Laboratory) -> None:
    lab.clock.set(AFTER)
    dispose(lab)

    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, "case:2"))
        assert audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries).conforms
        checks = audit.verify_case(connection, 2, lab.runtime.load(connection, 2)._mapping)
    assert [check.detail for check in checks if not check.holds] == []


def test_what_is_exported_says_nothing_of_it(lab: Laboratory, tmp_path: Any) -> None:
    lab.clock.set(AFTER)
    dispose(lab)
    with lab.runtime.store.writing() as connection:
        kept = seals.make(connection, "2057-01-02T00:00:00.000Z")
    with lab.runtime.store.reading() as connection:
        path = tmp_path / "case.zip"
        path.write_bytes(dossier.make(connection, lab.runtime, 1))
        assert NAME not in xes.log(connection, lab.runtime.shelf, [1]).decode()
        assert NAME not in ocel.log(connection, [1]).decode()
        assert open_figures.make(connection)[:2] == b"PK"
    (tmp_path / "seal.json").write_text(canonical.dumps(kept.as_data()))
    assert offline.verify_file(path, tmp_path / "seal.json") == []


def test_a_dossier_shows_the_act_by_which_its_data_were_disposed_of(lab: Laboratory, tmp_path: Any) -> None:
    lab.clock.set(AFTER)
    dispose(lab, 2)
    dispose(lab)
    with lab.runtime.store.reading() as connection:
        whole, other = (dossier.make(connection, lab.runtime, case_id) for case_id in (1, 3))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    acts = [canonical.loads(line) for line in files["disposals.jsonl"].splitlines()]
    assert [one["payload"] is None for one in acts] == [True, False], "the other case's act is not shown"
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        assert "disposals.jsonl" not in archive.namelist()

    def told(**changed: bytes | None) -> list[str]:
        made = {**files, **{f"{name}.jsonl": data for name, data in changed.items()}}
        made = {name: data for name, data in made.items() if data is not None and name != "manifest.json"}
        digests = {name: canonical.digest_bytes(data) for name, data in made.items()}
        made["manifest.json"] = canonical.dumps({"case": "", "files": digests}).encode()
        with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
            for name, data in made.items():
                archive.writestr(name, data)
        return offline.verify_file(tmp_path / "made.zip")

    assert told() == []
    unproven = "3 case:1 #1: Expected dispositions to tell who approved its disposal, but it does not"
    assert unproven in told(disposals=None)
    assert unproven in told(disposals=files["disposals.jsonl"].splitlines()[0])
    assert unproven in told(dispositions=files["dispositions.jsonl"].replace(BASIS.encode(), b"-"))
    changed = told(disposals=files["disposals.jsonl"].replace(BASIS.encode(), b"-"))
    assert "3 dispositions #2: Expected the command recorded, but it was changed" in changed
    cut = told(entries=b"\n".join(files["entries.jsonl"].splitlines()[:-1]))
    assert any("Expected it as dispositions #2 disposed of it" in one for one in cut)


def test_a_row_taken_from_the_table_of_dispositions_is_missed_by_the_act(lab: Laboratory) -> None:
    lab.clock.set(AFTER)
    dispose(lab)
    with lab.runtime.store.writing() as connection:
        connection.execute(text("DROP TRIGGER disposition_stays"))
        connection.execute(text("DELETE FROM disposition WHERE stream = 'case:1' AND seq = 2"))
    with lab.runtime.store.reading() as connection:
        told = {one.number: one.detail for _, one in audit.verify_all(connection) if not one.holds}

    assert told[3] == "case:1 #2: Expected its data, or an approval of their disposal, but found none"
    assert told[18].startswith("dispositions #1: Expected ")
    assert "rows of what it disposed of case:1" in told[18]


def test_it_is_refused_too_early_without_rank_or_basis_or_by_one_alone(lab: Laboratory) -> None:
    head, archivist = holder(lab, "head-of-organ"), holder(lab, "archivist")
    both = replace(head, posts=head.posts + archivist.posts)
    elsewhere = holder(lab, "head-of-organ", "laoshan.cg")
    last_day = datetime(2056, 12, 31, 15, 59, tzinfo=UTC)
    refused: list[tuple[int, datetime, dict[str, Any], Any, str]] = [
        (1, last_day, {}, Conflict, "kept to 2056-12-31"),
        (3, AFTER, {}, Conflict, r"has ended, but .* is still open"),
        (1, AFTER, {"basis": "  "}, Malformed, "a basis"),
        (1, AFTER, {"approver": archivist}, NotAuthorised, "Head of organ"),
        (1, AFTER, {"actor": head}, NotAuthorised, "Archivist"),
        (1, AFTER, {"approver": elsewhere}, NotAuthorised, r"Head of organ of shinan\.cg"),
        (1, AFTER, {"actor": both, "approver": both}, ActBlocked, "Expected a second person"),
    ]

    for case_id, moment, changed, refusal, told in refused:
        lab.clock.set(moment)
        with pytest.raises(refusal, match=told):
            dispose(lab, case_id, **changed)
    with lab.runtime.store.reading() as connection:
        assert not any(one.erased for one in journal.read(connection, "case:1"))
        assert journal.last(connection, journal.DISPOSITIONS)[0] == 0


def test_a_case_is_disposed_of_once(lab: Laboratory) -> None:
    lab.clock.set(AFTER)
    dispose(lab)

    with pytest.raises(Conflict, match=r"but those of .* have been"):
        dispose(lab)


def test_the_database_lets_no_file_go_without_an_approval(both: Laboratory) -> None:
    lab = both
    with pytest.raises(DatabaseError, match="append-only"), lab.runtime.store.writing() as connection:
        connection.execute(text("DELETE FROM blob"))
    with lab.runtime.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(blob)).scalar_one() > 0


def test_an_installation_of_an_earlier_version_gets_the_guard_over_its_files(lab: Laboratory) -> None:
    with lab.runtime.store.writing() as connection:
        connection.execute(text("DROP TRIGGER blob_stays"))
        earlier = "BEGIN SELECT RAISE(ABORT, 'the record is append-only: blob'); END"
        connection.execute(text(f"CREATE TRIGGER blob_no_delete BEFORE DELETE ON blob {earlier}"))
    lab.runtime.store.create()
    lab.clock.set(AFTER)

    assert dispose(lab).files >= 1
