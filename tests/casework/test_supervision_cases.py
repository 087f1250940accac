"""Cards open supervision cases: once each, together where they meet, and none for a supervision case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from engine import audit
from engine.audit.history import case_file
from engine.casework import crossing, jobs
from engine.errors import ActBlocked
from engine.records import journal
from engine.records.tables import case as case_table
from engine.records.tables import job as job_table
from timers.laboratory import of_its_own


@pytest.fixture(scope="module")
def laboratory():
    with of_its_own(date(2026, 3, 2), 5) as made:
        yield made


def overdue(laboratory) -> int:
    """A licence whose application nobody looked at for five working days.

    A reminder (1), A1 yellow (2), A5 red (3), and a reminder of the decision, counted from receipt (4).
    """
    day = laboratory.today
    laboratory.at(day)
    case_id = laboratory.receive("XK-SR-0035", "shinan.cg", {}, channel="window").case_id
    laboratory.at(day + timedelta(days=9), 17.5)
    return case_id


def supervision_of(laboratory, case_id):
    with laboratory.runtime.store.reading() as connection:
        return crossing.supervision_of(connection, case_id)


def number_of_cases(laboratory) -> int:
    with laboratory.runtime.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(case_table)).scalar_one()


def file_of(laboratory, case_id):
    with laboratory.runtime.store.reading() as connection:
        return case_file(journal.read(connection, journal.case_stream(case_id)))


def replayed(laboratory, case_id):
    runtime = laboratory.runtime
    with runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        return audit.replay(connection, runtime.shelf, runtime.settings, entries)


def test_a_yellow_card_opens_a_supervision_case_with_the_nearest_supervisor(laboratory):
    subject = overdue(laboratory)

    opened = supervision_of(laboratory, subject)

    assert sorted(opened) == [2, 3]  # the first card is a reminder
    assert opened[2] == opened[3]
    case = laboratory.case(opened[2]["case_id"])
    assert (case.procedure, case.unit, case.applicant) == ("supervise", "shinan.sf", "市南区城市管理局")
    file = file_of(laboratory, case.case_id)
    assert (file["rule"], file["level"], file["gravest"]) == ("A1", "Y", "R")
    assert [hit["rule"] for hit in file["hits"]] == ["A1", "A5"]
    assert file["case_number"] == laboratory.case(subject).number
    assert [item["element"] for item in case.items.values()] == ["screen"]


def test_a_card_taken_from_the_outbox_twice_opens_one_case(laboratory):
    subject = overdue(laboratory)
    before = number_of_cases(laboratory)
    mine = (job_table.c.case_id == subject) & (job_table.c.key < 0)
    with laboratory.runtime.store.writing() as connection:
        connection.execute(update(job_table).where(mine).values(status="waiting"))

    jobs.run_waiting(laboratory.runtime, subject)

    assert number_of_cases(laboratory) == before


def test_a_further_card_joins_the_supervision_case_that_is_open(laboratory):
    subject = overdue(laboratory)
    with pytest.raises(ActBlocked):  # rule C3: nobody signed
        laboratory.send(subject, "withdrawn", withdraw_signed=False)
    laboratory.heartbeat.beat()

    opened = supervision_of(laboratory, subject)

    assert opened[2] == opened[3] == opened[5]
    file = file_of(laboratory, opened[2]["case_id"])
    assert [hit["rule"] for hit in file["hits"]] == ["A1", "A5", "C3"]
    assert file["gravest"] == "R"


def test_a_card_after_the_supervision_case_has_ended_opens_a_new_one(laboratory):
    subject = overdue(laboratory)
    first = supervision_of(laboratory, subject)[2]["case_id"]
    laboratory.complete(first, "screen", screen_outcome="revoke", screen_reason="录入日期有误")
    with pytest.raises(ActBlocked):
        laboratory.send(subject, "withdrawn", withdraw_signed=False)
    laboratory.heartbeat.beat()

    opened = supervision_of(laboratory, subject)

    assert opened[5]["case_id"] not in (first, subject)


def test_a_hit_screened_out_as_an_error_takes_its_card_back_in_the_name_of_the_supervisor(laboratory):
    subject = overdue(laboratory)
    supervision = supervision_of(laboratory, subject)[2]["case_id"]

    laboratory.complete(supervision, "screen", screen_outcome="revoke", screen_reason="录入日期有误")

    statuses = [card["status"] for card in laboratory.case(subject).cards]
    assert statuses == ["standing", "revoked", "revoked", "standing"]  # reminders open no supervision case
    assert laboratory.case(supervision).outcome == "数据有误，撤销"
    for case_id in (subject, supervision):
        assert replayed(laboratory, case_id).conforms


def test_cards_of_a_supervision_case_stay_in_it(laboratory):
    subject = overdue(laboratory)
    supervision = supervision_of(laboratory, subject)[2]["case_id"]
    laboratory.at(laboratory.today + timedelta(days=6))  # nobody screens it in two working days

    assert [card["rule"] for card in laboratory.case(supervision).cards] == ["A4"]
    assert supervision_of(laboratory, supervision) == {}


def test_a_yellow_card_waits_in_the_outbox_until_it_can_be_taken(laboratory, monkeypatch):
    def broken(*_):
        raise ActBlocked("没有监督机构")

    monkeypatch.setattr(crossing, "supervise", broken)
    subject = overdue(laboratory)
    with laboratory.runtime.store.reading() as connection:
        row = connection.execute(
            select(job_table).where(job_table.c.case_id == subject, job_table.c.key == -2)
        ).one()
    assert (row.status, row.problem) in (("waiting", "没有监督机构"), ("failed", "没有监督机构"))
    assert supervision_of(laboratory, subject) == {}
