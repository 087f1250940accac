"""A town to test the rooms in: the shipped definitions and people, no case yet, a clock that is moved.

Called by the tests of the officers' and the citizen's rooms. The database is made once and copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from rooms_over import SETTINGS, app_over
from werkzeug.test import TestResponse

from engine.casework import founding
from engine.casework.runtime import Runtime, Settings
from engine.casework.state import loads
from engine.clock import VirtualClock
from engine.definitions import deployment
from engine.definitions.shelf import Shelf
from engine.organisation.directory import Directory
from engine.organisation.model import Actor
from engine.organisation.passwords import Passwords
from engine.records import journal
from engine.records.store import Store
from web.house import House

PASSWORD = "a town to test in"
SHELF = Shelf()
"""Definitions are immutable and every town has the same: they are read once for all tests."""
MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # half past nine in the morning there
HUJI, LICENCE = "HJ-LH-0004", "XK-SR-0035"
STATION, BUREAU = "shinan.ga.zs", "shinan.cg"
PDF = b"%PDF-1.4\n% one page\n%%EOF\n"

HOUSEHOLD = {
    "/applicant_name": "周立民",
    "/applicant_id": "370202195003070013",
    "/current_address": "山东省莱阳市城厢街道12号",
    "/phone": "13905320017",
    "/host_name": "周晓",
    "/host_id": "370202197605120021",
    "/host_hukou_local": "true",
    "/host_address": "琴岛市市南区中山路8号",
    "/household_no": "0532001234",
    "/area_kind": "city",
    "/relation": "father-child",
    "/relation_in_register": "true",
    "/reason": "年老，投靠女儿共同生活。",
}
PAPERS = (
    "application_file",
    "own_household_book",
    "host_household_book",
    "own_id_copy",
    "host_id_copy",
    "house_proof",
)


def cheap_passwords() -> Passwords:
    """Argon2 with the least work, so that tests are quick; its form is the same."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def house_over(url: str, clock: VirtualClock) -> House:
    """A house over a database."""
    store = Store(url)
    rules = Settings()
    directory = Directory(store, clock, zone=rules.zone, passwords=cheap_passwords())
    runtime = Runtime(store, clock, rules, directory)
    runtime.shelf = SHELF
    return House(SETTINGS, runtime)


def found(url: str) -> None:
    """Lay down definitions and people in an empty database."""
    house = house_over(url, VirtualClock(MONDAY))
    founding.found(house.runtime)
    people = deployment.shipped_organisation()
    founding.import_people(house.runtime, people, Actor.system(), initial_password=PASSWORD)
    house.store.close()


def town_over(url: str) -> Town:
    """A town over a founded database."""
    clock = VirtualClock(MONDAY)
    house = house_over(url, clock)
    return Town(house, clock, app_over(house))


@dataclass
class Town:
    """The house, its application and its clock."""

    house: House
    clock: VirtualClock
    app: Flask

    def visitor(self) -> Visitor:
        """Somebody with a browser of their own, not signed in."""
        return Visitor(self.app.test_client())

    def officer(self, login: str) -> Visitor:
        """A person who has signed in."""
        visitor = self.visitor()
        answer = visitor.post("/signin", {"login": login, "password": PASSWORD}, at="/signin")
        assert answer.status_code == 303, answer.text
        return visitor

    def entries(self, stream: str) -> list[Any]:
        """The entries of a stream."""
        with self.house.store.reading() as connection:
            return list(journal.read(connection, stream))

    def case_id(self, number: str) -> int:
        """The key of a case by its number."""
        return int(number[4:])

    def item(self, number: str) -> tuple[int, dict[str, Any]]:
        """Key and facts of the one open work item of a case."""
        state = self.state(number)
        assert len(state.items) == 1, state.items
        return next((key, dict(row)) for key, row in state.items.items())

    def act_of_the_party(self, number: str) -> int:
        """The key of the one act that is the applicant's now."""
        waiting = self.state(number).subscriptions.items()
        (key,) = (key for key, row in waiting if row["kind"] == "message" and row["role"] == "applicant")
        return int(key)

    def state(self, number: str) -> Any:
        """The state of a case."""
        with self.house.store.reading() as connection:
            row = self.house.runtime.load(connection, self.case_id(number))
        return loads(row.state)


class Visitor:
    """A browser without scripts: sends forms with the page's token and keeps its cookies."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any], *, at: str = "/signin", **more: Any) -> TestResponse:
        """A form of the page `at` sent to `path`."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(at).text)
        token = found[1] if found else ""
        sent = {"csrf_token": token, **data}
        answer = self.client.post(path, data=sent, content_type="multipart/form-data", **more)
        # A large form is sent through a temporary file, which the client leaves open.
        answer.request.environ["wsgi.input"].close()
        return answer


def paper(data: bytes = PDF, name: str = "材料.pdf") -> tuple[BytesIO, str]:
    """A file as a form sends it."""
    return BytesIO(data), name


def household(**other: Any) -> dict[str, Any]:
    """A faultless application to join a child's household, with what is different."""
    papers = {f"/{name}": paper() for name in PAPERS}
    asked = {"/host_hukou_local#asked": "1", "/relation_in_register#asked": "1"}
    return {**HOUSEHOLD, **asked, **papers, **{f"/{name}": value for name, value in other.items()}}


def apply_online(town: Town, visitor: Visitor, **other: Any) -> tuple[str, str]:
    """Apply for 落户 on the web page; gives number and query code."""
    form = f"/citizen/items/{HUJI}/apply/{STATION}"
    answer = visitor.post(form, household(**other), at=form)
    assert answer.status_code == 303, answer.text
    answer = visitor.post(f"{form}/confirm", {"/declared": "true"}, at=f"{form}/confirm")
    assert answer.status_code == 303, answer.text
    number = answer.headers["Location"].rpartition("/")[2]
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", visitor.get(f"/citizen/done/{number}").text)
    assert code
    return number, code[0]


def complete(town: Town, login: str, number: str, data: dict[str, Any]) -> TestResponse:
    """Claim the one open item of a case and complete it with a form."""
    key, _row = town.item(number)
    officer = town.officer(login)
    place = f"/clerk/cases/{number}/items/{key}"
    claimed = officer.post(f"{place}/claim", {}, at=place)
    assert claimed.status_code == 303, claimed.text
    return officer.post(place, {f"/{name}": value for name, value in data.items()}, at=place)
