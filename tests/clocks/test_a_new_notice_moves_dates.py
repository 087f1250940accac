"""A notice that changes a running year: open periods get new dates, recorded with old date and new.

The historic changes: Labour Day 2019 lengthened on 22 March 2019, Spring Festival 2020 on 26 January 2020.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import audit, periods
from engine.casework import clocks, founding, recounts
from engine.casework.commands import Claim, Recount
from engine.casework.foreseen import foresee
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.errors import Conflict
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.tables import due as due_table
from engine.records.tables import work_item

ITEM, UNIT = "XK-SR-0035", "shinan.cg"
CHANGES = {2019: "cn-2019-labour-day", 2020: "cn-2020-spring-festival"}
TITLES = {2019: "国办发明电〔2019〕3号", 2020: "国办发明电〔2020〕1号"}


def shipped_calendar() -> Bundle:
    return next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")


def before_the_change(year: int) -> Bundle:
    """The shipped notices without the one that changed the year."""
    bundle = shipped_calendar()
    path = next(name for name in bundle.files if name.endswith(f"{year}.toml"))
    text = bundle.files[path].decode()
    kept = text.split("[[notice]]")
    kept = [part for part in kept if f'id = "{CHANGES[year]}"' not in part]
    assert len(kept) == 2
    return Bundle("calendar", "calendar", {**bundle.files, path: "[[notice]]".join(kept).encode()})


def deploy(lab: Any, bundle: Bundle) -> None:
    assert founding.deploy(lab.runtime, bundle, Actor.system())


def in_review(lab: Any) -> int:
    """A licence application that waits for review: five working days run (xk.accept)."""
    return int(lab.receive(ITEM, UNIT, {"applicant_type": "person"}, channel="window").case_id)


def in_examination(lab: Any) -> int:
    """A licence case that was accepted: the decision period runs."""
    case_id = in_review(lab)
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    return case_id


def due_day(lab: Any, case_id: int, rule: str) -> date:
    case = lab.case(case_id)
    number = max(number for number, row in case.periods.items() if row["id"] == rule)
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        return periods.due(clocks.ledger_of(case, number), lab.runtime.calendar(connection)).day


def events(lab: Any, case_id: int, type_: str) -> list[dict[str, Any]]:
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    return [dict(event.data) for entry in entries for event in entry.events if event.type == type_]


def armed(lab: Any, case_id: int) -> dict[str, str]:
    query = select(due_table.c.key, due_table.c.at).where(
        due_table.c.case_id == case_id, due_table.c.status == "armed"
    )
    with lab.runtime.store.reading() as connection:
        return {row.key: row.at for row in connection.execute(query)}


def demand_conforming(lab: Any, case_id: int) -> None:
    """The case replays, and its due rows are those its state asks for."""
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
        row = lab.runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)
        wanted = clocks.dues(lab.case(case_id), lab.runtime.calendar(connection))
    assert verdict.conforms, verdict.sentence()
    assert [check.detail for check in checks if not check.holds] == []
    assert armed(lab, case_id) == {
        key: at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
        for key, at in wanted.items()
    }


# --- the historic changes (five working days of review: start day not counted) ------------------------


@pytest.mark.parametrize(
    ("year", "started", "told", "old", "new"),
    [
        # Made known before the case began, deployed while it runs: the date comes earlier …
        (2019, date(2019, 4, 24), date(2019, 4, 25), date(2019, 5, 2), date(2019, 4, 30)),
        # … and later.
        (2020, date(2020, 1, 20), date(2020, 1, 27), date(2020, 2, 1), date(2020, 2, 4)),
    ],
)
def test_five_days_that_run_are_brought_to_the_changed_year(
    laboratory: Any, year: int, started: date, told: date, old: date, new: date
) -> None:
    lab = laboratory(started)
    deploy(lab, before_the_change(year))
    case_id = in_review(lab)
    assert due_day(lab, case_id, "xk.accept") == old
    lab.clock.set(datetime.combine(told, time(8), UTC))

    deploy(lab, shipped_calendar())

    (moved,) = [one for one in events(lab, case_id, "PeriodRecounted") if one["id"] == "xk.accept"]
    assert (moved["due_before"], moved["due_on"]) == (old.isoformat(), new.isoformat())
    assert moved["notices"] == [TITLES[year]]
    assert due_day(lab, case_id, "xk.accept") == new
    assert armed(lab, case_id)["period:1:statutory"].startswith(new.isoformat())
    demand_conforming(lab, case_id)


def law_of_thirty_days() -> Bundle:
    """The shipped law with thirty working days for a licence decision: a period that spans the change."""
    bundle = next(one for one in deployment.shipped() if one.kind == "law")
    files = {}
    for path, data in bundle.files.items():
        head, found, tail = data.decode().partition('id = "xk.decision"')
        files[path] = (head + found + tail.replace('limit = "20W"', 'limit = "30W"', 1)).encode()
    assert files != bundle.files
    return Bundle("law", "law", files)


def test_thirty_days_of_2019_end_later(laboratory: Any) -> None:
    lab = laboratory(date(2019, 3, 20))
    deploy(lab, before_the_change(2019))
    deploy(lab, law_of_thirty_days())
    case_id = in_examination(lab)
    before = due_day(lab, case_id, "xk.decision")
    lab.clock.set(datetime(2019, 3, 22, 8, tzinfo=UTC))

    deploy(lab, shipped_calendar())

    assert (before, due_day(lab, case_id, "xk.decision")) == (date(2019, 5, 3), date(2019, 5, 5))
    (moved,) = [one for one in events(lab, case_id, "PeriodRecounted") if one["id"] == "xk.decision"]
    assert (moved["due_before"], moved["due_on"]) == ("2019-05-03", "2019-05-05")
    demand_conforming(lab, case_id)


def test_a_case_whose_dates_do_not_move_is_counted_anew_without_an_event(laboratory: Any) -> None:
    lab = laboratory(date(2019, 6, 12))
    deploy(lab, before_the_change(2019))
    case_id = in_review(lab)
    version = lab.case(case_id)

    deploy(lab, shipped_calendar())

    assert events(lab, case_id, "PeriodRecounted") == []
    assert lab.case(case_id) == version
    assert not recounts.recount(lab.runtime, case_id)
    demand_conforming(lab, case_id)


# --- on the way there ---------------------------------------------------------------------------------


def late_deployment(lab: Any, day: date) -> None:
    """The new calendar is stored, and the node dies before any case was looked at."""
    lab.clock.set(datetime.combine(day, time(2), UTC))
    deployment.deploy(
        lab.runtime.store, lab.clock, shipped_calendar(), Actor.system().as_data(), salt="after"
    )


def test_a_crash_after_the_deployment_is_caught_up_by_the_next_heartbeat(laboratory: Any) -> None:
    lab = laboratory(date(2020, 1, 20))
    deploy(lab, before_the_change(2020))
    made = [in_review(lab) for _ in range(3)]
    late_deployment(lab, date(2020, 1, 28))
    assert all(events(lab, case_id, "PeriodRecounted") == [] for case_id in made)

    lab.heartbeat.beat()

    assert {len(events(lab, case_id, "PeriodRecounted")) for case_id in made} == {1}
    lab.heartbeat.beat()
    assert {len(events(lab, case_id, "PeriodRecounted")) for case_id in made} == {1}
    for case_id in made:
        demand_conforming(lab, case_id)


def test_a_sweep_broken_off_goes_on_where_it_is_needed(laboratory: Any) -> None:
    lab = laboratory(date(2020, 1, 20))
    deploy(lab, before_the_change(2020))
    made = [in_review(lab) for _ in range(5)]
    late_deployment(lab, date(2020, 1, 28))
    newest = recounts.newest(lab.runtime)

    assert recounts.sweep(lab.runtime, newest, limit=2) == made[1]
    done = [len(events(lab, case_id, "PeriodRecounted")) for case_id in made]
    after = recounts.sweep(lab.runtime, newest, limit=2)
    while after is not None:
        after = recounts.sweep(lab.runtime, newest, after, limit=2)

    assert done == [1, 1, 0, 0, 0]
    assert {len(events(lab, case_id, "PeriodRecounted")) for case_id in made} == {1}


def test_whoever_acts_before_the_sweep_acts_on_the_new_dates(laboratory: Any) -> None:
    lab = laboratory(date(2019, 4, 24))
    deploy(lab, before_the_change(2019))
    case_id = in_review(lab)
    late_deployment(lab, date(2019, 4, 25))
    key = next(iter(lab.case(case_id).items))

    lab.runtime.handle(Claim(case_id=case_id, key=key), lab.runtime.directory.actor("wangli"))

    with lab.runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.case_stream(case_id)))[-2:]
        shown = connection.execute(select(work_item.c.due_at).where(work_item.c.case_id == case_id)).scalar()
    assert [entry.command["type"] for entry in last] == ["Recount", "Claim"]
    assert last[0].digests["calendar"] == last[1].digests["calendar"] != last[0].answers["calendar_before"]
    assert shown is not None
    assert shown.startswith("2019-04-30")
    demand_conforming(lab, case_id)


def test_a_date_that_a_notice_brings_forward_into_the_past_is_overdue_at_once_and_says_how_late(
    laboratory: Any,
) -> None:
    lab = laboratory(date(2019, 4, 24))
    deploy(lab, before_the_change(2019))
    case_id = in_review(lab)
    lab.clock.set(datetime(2019, 5, 1, 2, tzinfo=UTC))

    deploy(lab, shipped_calendar())
    lab.heartbeat.beat()

    (over,) = [one for one in events(lab, case_id, "PeriodOverdue") if one["limit"] == "statutory"]
    assert over["due_at"].startswith("2019-04-30")
    assert over["late_seconds"] > timedelta(hours=8).total_seconds()
    demand_conforming(lab, case_id)


def test_an_end_that_moved_away_no_longer_falls_due_on_the_old_day(laboratory: Any) -> None:
    lab = laboratory(date(2020, 1, 20))
    deploy(lab, before_the_change(2020))
    case_id = in_review(lab)
    late_deployment(lab, date(2020, 1, 28))

    lab.at(date(2020, 2, 3))
    early = events(lab, case_id, "PeriodOverdue") + events(lab, case_id, "TimerFired")
    lab.at(date(2020, 2, 5))

    assert early == []
    # The timer of deemed acceptance follows the period, so it came on the new day too.
    assert [one["at"][:10] for one in events(lab, case_id, "TimerFired")] == ["2020-02-04"]
    demand_conforming(lab, case_id)


def test_a_case_under_the_newest_calendar_is_not_counted_again(laboratory: Any) -> None:
    lab = laboratory()
    case_id = in_review(lab)

    with pytest.raises(Conflict):
        lab.runtime.handle(Recount(case_id=case_id), Actor.system())


# --- foreseen: what a calendar would move, before it is deployed ---------------------------------------

LONGER = """
[[hours]]
id = "shinan-longer"
number = "琴岛办〔2026〕7号"
units = ["shinan"]
office = ["09:00-12:00", "13:30-19:00"]
valid_from = 2026-01-01
basis = "作息时间"
source = "the test's own"
certainty = "P"
"""


def test_new_hours_of_one_authority_are_foreseen_for_its_cases_as_the_recount_then_tells_them(
    laboratory: Any,
) -> None:
    lab = laboratory(date(2026, 3, 2))
    here, elsewhere = in_review(lab), lab.receive(ITEM, "laoshan.cg", {"applicant_type": "person"}).case_id
    with_hours = Bundle("calendar", "calendar", {**shipped_calendar().files, "hours.toml": LONGER.encode()})
    runtime = lab.runtime
    with runtime.store.reading() as connection:
        old = runtime.calendar(connection)
        settings = runtime.settings
        new = periods.Calendar.read(with_hours.texts(".toml"), hours=settings.hours, zone=str(settings.zone))
        found = foresee(connection, old, new, 10)
        assert foresee(connection, old, new, 0).moves == ()
    assert (found.looked, found.running) == (2, 2)
    assert {move.case for move in found.moves} == {lab.case(here).number}
    (move,) = found.moves
    assert (move.period, move.before.day, move.after.day) == ("xk.accept", date(2026, 3, 9), date(2026, 3, 9))
    assert move.after.moment - move.before.moment == timedelta(hours=2)

    deploy(lab, with_hours)
    (told,) = events(lab, here, "PeriodRecounted")
    assert datetime.fromisoformat(told["due_at"]) == move.after.moment
    assert events(lab, elsewhere, "PeriodRecounted") == []
