"""A town with some history, for the rooms that watch: a case left until it is overdue, two licences.

Called by `conftest.py`; the database is made once and copied. Helpers here sign in and reach behind the
product's back, as somebody with the database file in hand could.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from playwright.sync_api import Page
from town import BUREAU, HUJI, LICENCE, PASSWORD, STATION, Town

from timers.laboratory import Laboratory

SUPERVISOR, DISTRICT_SUPERVISOR, OTHER_DISTRICT = "qinzheng", "baixue", "jinbo"
AUDITOR, OPERATOR, ADMINISTRATOR, CLERK = "yinhe", "weigang", "taoyuan", "wangli"
LEFT_LYING = "20260000001"
LATER = date(2026, 4, 24)


def laboratory(town: Town) -> Laboratory:
    """People who act in a town."""
    return Laboratory(town.house.runtime, town.clock, 7)


def accepted_household(lab: Laboratory) -> int:
    """A household case on whose decision the clock runs; gives its id."""
    case_id = lab.receive(HUJI, STATION, {}).case_id
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    return case_id


def live(town: Town) -> None:
    """The history: a household case left lying, two licences handled as chance has it."""
    lab = laboratory(town)
    accepted_household(lab)
    licences = [lab.receive(LICENCE, BUREAU, {}).case_id for _ in range(2)]
    lab.run(licences, LATER)


def behind_its_back(town: Town, statement: str, *values: object) -> None:
    """Change the database as somebody who owns the file can: without the triggers."""
    path = town.house.store.engine.url.database
    assert path
    with sqlite3.connect(path, isolation_level=None) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(statement, values)
        assert changed.rowcount == 1
    connection.close()


def sign_in(page: Page, base: str, login: str, home: str) -> None:
    """Sign in on the page and arrive in the room."""
    page.goto(f"{base}/signin")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{base}{home}")
