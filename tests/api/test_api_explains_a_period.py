"""A period by the interface: as rows, text and picture, with all that is needed to count it again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engine.periods import Ledger, due
from engine.periods.calendar import Calendar
from engine.periods.notices import read_notices
from timers.laboratory import Laboratory

STATION = "shinan.ga.zs"
GIVEN = {"applicant_name": "张建国", "applicant_id": "11010519491231002X"}


def accepted(machine: Any) -> int:
    """A 落户 case on whose decision the clock runs."""
    lab = Laboratory(machine.runtime, machine.clock, 3)
    case = int(lab.receive("HJ-LH-0004", STATION, GIVEN, channel="window").case_id)
    lab.complete(case, "review", review_outcome="complete")
    lab.complete(case, "sign_statement")
    return case


def decision(machine: Any, case: int) -> dict[str, Any]:
    status, found = machine.get(f"/cases/{case}/periods", by="yinhe")
    assert status == 200
    (row,) = (row for row in found if row["id"] == "hj.decide")
    return dict(row)


def test_one_answer_holds_rows_text_picture_and_the_calendar(machine: Any) -> None:
    case = accepted(machine)
    row = decision(machine, case)
    path = f"/cases/{case}/periods/{row['period']}"
    status, told = machine.get(path, by="yinhe")
    assert status == 200
    assert told["explanation"]["due"] == row["due_on"]
    assert f"{row['due_on']} " in told["text"]
    assert told["picture"].startswith("<svg")
    english = machine.get(f"{path}?language=en", by="yinhe")[1]
    assert "counted, no. 20" in english["text"]
    assert 'aria-label="' in english["picture"]


def test_the_due_day_is_counted_again_from_the_answer_alone(machine: Any) -> None:
    case = accepted(machine)
    row = decision(machine, case)
    told = machine.get(f"/cases/{case}/periods/{row['period']}", by="yinhe")[1]
    files = {f"{n}.toml": as_toml(notice) for n, notice in enumerate(told["calendar"]["notices"])}
    calendar = Calendar(read_notices(files))
    ledger = Ledger.from_data(told["explanation"]["ledger"])
    assert due(ledger, calendar).day.isoformat() == row["due_on"]


def as_toml(notice: dict[str, Any]) -> str:
    off = ", ".join(
        f'{{ name = "{names[0]}", from = {day} }}' for day, names in sorted(notice["names"].items())
    )
    kind = f'amends = "{notice["amends"]}"' if notice["amends"] else f"years = {notice['years']}"
    issued = f"issued = {notice['issued']}\n" if notice["issued"] else ""
    return (
        f'[[notice]]\nid = "{notice["id"]}"\n{kind}\n{issued}basis = "b"\nsource = "s"\ncertainty = "S"\n'
        f"off = [{off}]\nwork = [{', '.join(notice['work'])}]\n"
    )


def test_the_list_tells_how_a_period_stands_now(machine: Any) -> None:
    lab = Laboratory(machine.runtime, machine.clock, 3)
    case = int(lab.receive("XK-SR-0035", "shinan.cg", {"applicant_type": "person"}).case_id)
    row = machine.get(f"/cases/{case}/periods", by="yinhe")[1][0]
    assert (row["id"], row["state"], row["suspended"]) == ("xk.accept", "running", False)
    machine.clock.advance(timedelta(days=12))
    later = machine.get(f"/cases/{case}/periods", by="yinhe")[1][0]
    assert (later["state"], later["due_on"]) == ("overdue", row["due_on"])
    assert date.fromisoformat(later["due_at"][:10]) == date.fromisoformat(row["due_on"])


def test_a_period_the_case_does_not_have_and_a_language_nobody_speaks_are_refused(machine: Any) -> None:
    case = accepted(machine)
    assert machine.get(f"/cases/{case}/periods/99", by="yinhe")[0] == 404
    number = decision(machine, case)["period"]
    assert machine.get(f"/cases/{case}/periods/{number}?language=fr", by="yinhe")[0] in (400, 422)
    assert machine.get(f"/cases/{case}/periods/{number}?style=long", by="yinhe")[0] in (400, 422)
