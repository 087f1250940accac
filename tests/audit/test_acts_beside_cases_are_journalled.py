"""Deployments, calendars, rules, permissions, readings and dispositions are journalled and sealed.

Whoever owns the database takes such an act out, or makes it say something else: it is found against the seal
kept outside, and the sentence names the entry.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from forging import faults, forge, opened
from founded import runtime_over

from engine.casework import dispositions, founding
from engine.definitions import deployment
from engine.organisation.model import Actor
from engine.records import journal, seals
from timers.laboratory import Laboratory


def deployed(kind: str, name: str) -> Callable[[Laboratory], None]:
    """A newer version of what ships: one of its files has a line more."""

    def act(lab: Laboratory) -> None:
        shipped = next(one for one in deployment.shipped() if (one.kind, one.name) == (kind, name))
        path = min(path for path in shipped.files if path.endswith((".toml", ".dmn")))
        files = {**shipped.files, path: shipped.files[path] + b"\n"}
        assert founding.deploy(lab.runtime, replace(shipped, files=files), Actor.system())

    return act


def permitted(lab: Laboratory) -> None:
    """The head of a bureau becomes its archivist too."""
    files = deployment.shipped_organisation()
    row = "zhaoguodong,赵国栋,shinan.cg.archive,2026-01-26,\n"
    files["persons.csv"] = files["persons.csv"].rstrip() + b"\n" + row.encode()
    founding.import_people(lab.runtime, files, Actor.system())


def read(lab: Laboratory) -> None:
    """Somebody opens the file of a case."""
    founding.record_reading(lab.runtime, lab.runtime.directory.actor("yinhe"), 1, "/auditor/cases/1")


def disposed(lab: Laboratory) -> None:
    """A case that has ended is disposed of."""
    lab.complete(1, "review", review_outcome="not_needed", review_note="不涉及许可事项")
    lab.clock.set(lab.clock.now().replace(year=2057))
    asks, approves = (lab.runtime.directory.actor(login) for login in ("fengjuan", "zhaoguodong"))
    dispositions.dispose(lab.runtime, 1, asks, approves, "鉴定〔2057〕1号")


@dataclass(frozen=True)
class Act:
    """What somebody does, the stream that tells of it, and what the last entry of that stream must say."""

    do: Callable[[Laboratory], None]
    stream: str
    says: str
    instead: str


ACTS = {
    "a procedure": Act(deployed("package", "huji"), journal.DEFINITIONS, '"name":"huji"', '"name":"letter"'),
    "a calendar": Act(
        deployed("calendar", "calendar"), journal.DEFINITIONS, '"kind":"calendar"', '"kind":"law"'
    ),
    "law": Act(deployed("law", "law"), journal.DEFINITIONS, '"kind":"law"', '"kind":"calendar"'),
    "rules": Act(
        deployed("supervision", "supervision"), journal.DEFINITIONS, '"kind":"supervision"', '"kind":"law"'
    ),
    "a permission": Act(permitted, journal.ORGANISATION, "shinan.cg.archive", "shinan.cg.handler"),
    "a reading": Act(read, journal.access_stream(1), '"person":"yinhe"', '"person":"wangli"'),
    "a disposition": Act(disposed, journal.DISPOSITIONS, "鉴定〔2057〕1号", "鉴定〔2057〕2号"),
}


@pytest.fixture(scope="module")
def lived(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A database in which all of it was done and sealed, without its guards; and the seal kept outside."""
    path = Path(shutil.copyfile(founded_sqlite, tmp_path_factory.mktemp("acts") / "banjie.db"))
    with Laboratory(*runtime_over(f"sqlite:///{path}", date(2026, 3, 2)), 3) as lab:
        lab.receive("XK-YX-0035", "shinan.cg", {}, channel="window")
        for act in ACTS.values():
            act.do(lab)
        with lab.runtime.store.writing() as connection:
            kept = seals.make(connection, "2057-12-31T16:05:00.000Z").as_data()
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            names = [row[0] for row in connection.exec_driver_sql(triggers).all()]
    forge(path, *(f"DROP TRIGGER {name}" for name in names))
    return path, kept


@pytest.fixture
def evidence(lived: Any, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A copy of it that may be forged."""
    path, kept = lived
    return Path(shutil.copyfile(path, tmp_path / "banjie.db")), kept


def place_of(act: Act, path: Path) -> int:
    """The place of the act in its stream."""
    with opened(path) as connection:
        query = "SELECT seq, payload FROM entry WHERE stream = ? ORDER BY seq DESC"
        rows = connection.execute(query, (act.stream,)).fetchall()
    return next(int(seq) for seq, payload in rows if act.says in (payload or ""))


def test_all_of_it_is_in_the_journal_and_holds(evidence: Any) -> None:
    path, kept = evidence

    assert all(place_of(act, path) for act in ACTS.values())
    assert faults(path, kept) == []


@pytest.mark.parametrize("name", list(ACTS))
def test_an_act_that_was_made_to_say_something_else_is_found(name: str, evidence: Any) -> None:
    act, (path, kept) = ACTS[name], evidence
    seq = place_of(act, path)
    changed = f"replace(payload, '{act.says}', '{act.instead}')"
    forge(path, f"UPDATE entry SET payload = {changed} WHERE stream = '{act.stream}' AND seq = {seq}")

    assert any(f"{act.stream} #{seq}" in sentence for sentence in faults(path, kept))


@pytest.mark.parametrize("name", list(ACTS))
def test_an_act_that_was_taken_out_with_all_that_followed_is_found(name: str, evidence: Any) -> None:
    act, (path, kept) = ACTS[name], evidence
    seq = place_of(act, path)
    forge(path, f"DELETE FROM entry WHERE stream = '{act.stream}' AND seq >= {seq}")

    assert any(f"{act.stream} to reach entry" in sentence for sentence in faults(path, kept))


@pytest.mark.parametrize(
    ("field", "instead"), [('"login":', '"logim":'), ('"post":', '"pos":'), ('"data":', '"dato":')]
)
def test_a_permission_that_no_longer_names_anybody_is_found_not_stumbled_over(
    field: str, instead: str, evidence: Any
) -> None:
    act, (path, kept) = ACTS["a permission"], evidence
    seq = place_of(act, path)
    changed = f"replace(payload, '{field}', '{instead}')"
    forge(path, f"UPDATE entry SET payload = {changed} WHERE stream = '{act.stream}' AND seq = {seq}")

    assert any(f"{act.stream} #{seq}" in sentence for sentence in faults(path, kept))
