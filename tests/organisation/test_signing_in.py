"""Passwords, the brake on guessing, tokens, and what day a post counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, select

from engine.clock import VirtualClock
from engine.errors import Malformed, NotAuthorised, NotFound, NotSignedIn, TooManyAttempts
from engine.organisation.directory import Directory
from engine.organisation.passwords import FREE_FAILURES, REMEMBERED_LOGINS, Brake, Passwords
from engine.records import tables
from engine.records.store import Store

FILES = {
    "units.csv": "code,parent,kind,name_zh,name_en,short_zh\ncity,,city,琴岛市,Qindao,琴\n".encode(),
    "posts.csv": (
        "code,unit,name_zh,name_en,roles\n"
        "city.window,city,窗口,Window,window\n"
        "city.head,city,局长,Head,head-of-organ;section-head\n"
    ).encode(),
    "persons.csv": (
        "login,name,posts,valid_from,valid_to,password,active\n"
        "li,李,city.window,2026-01-01,,correct horse,\n"
        "li,李,city.head,2026-02-01,2026-02-28,,\n"
        "wang,王,city.head,2026-01-01,,,\n"
        "gone,走,city.head,2026-01-01,,correct horse,no\n"
        "idle,闲,,,,correct horse,\n"
    ).encode(),
}
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 2, 10, 1, 0, tzinfo=UTC))


@pytest.fixture
def directory(store: Store, clock: VirtualClock) -> Directory:
    numbers = iter(range(1000))
    made = Directory(store, clock, passwords=Passwords(QUICK), draw=lambda: f"secret-{next(numbers)}")
    made.import_csv(FILES, lambda _connection, _changes: None)
    return made


def test_the_right_password_gives_the_person_and_a_wrong_one_nobody(directory: Directory) -> None:
    person = directory.check_password("li", "correct horse")
    assert person is not None
    assert (person.login, person.name) == ("li", "李")
    assert directory.check_password("li", "Correct horse") is None
    assert directory.check_password("li", "") is None


def test_a_login_nobody_has_is_refused_like_a_wrong_password(directory: Directory) -> None:
    for login in ("nobody", "", "LI", "li\0", "li' OR 1=1 --", "李", "\ud800", "x" * 10_000):
        assert directory.check_password(login, "correct horse") is None
        with pytest.raises(NotSignedIn):
            directory.actor(login)


def test_a_strange_password_is_a_wrong_one(directory: Directory) -> None:
    for password in ("\ud800", "\0", "x" * 100_000, "密码密码密码"):
        assert directory.check_password("li", password) is None


def test_whoever_is_inactive_or_has_no_password_cannot_sign_in(directory: Directory) -> None:
    assert directory.check_password("gone", "correct horse") is None
    assert directory.check_password("wang", "") is None
    with pytest.raises(NotSignedIn):
        directory.actor("gone")


def test_an_unknown_login_costs_as_much_work_as_a_known_one(store: Store, clock: VirtualClock) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, *given: Any) -> Any:
            Counting.verified += 1
            return super().verify(*given)

    directory = Directory(store, clock, passwords=Passwords(Counting(1, 8, 1)))
    directory.import_csv(FILES, lambda _connection, _changes: None)
    for login in ("li", "nobody", "gone", "wang", "no such\0login"):
        Counting.verified = 0
        assert directory.check_password(login, "wrong password") is None
        assert Counting.verified == 1, login


def test_after_five_failures_each_further_one_waits_twice_as_long(
    directory: Directory, clock: VirtualClock
) -> None:
    for _ in range(FREE_FAILURES):
        assert directory.check_password("li", "wrong") is None
    waits = []
    for _ in range(12):
        assert directory.check_password("li", "wrong") is None
        with pytest.raises(TooManyAttempts) as refusal:
            directory.check_password("li", "correct horse")
        waits.append(refusal.value.retry_after)
        assert str(refusal.value.retry_after) in refusal.value.sentence
        clock.advance(timedelta(seconds=refusal.value.retry_after))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert directory.check_password("li", "correct horse") is not None
    assert directory.check_password("li", "wrong") is None
    assert directory.check_password("li", "correct horse") is not None


def test_guessing_one_login_does_not_make_another_wait(directory: Directory) -> None:
    for _ in range(FREE_FAILURES + 1):
        assert directory.check_password("nobody", "wrong") is None
    with pytest.raises(TooManyAttempts):
        directory.check_password("nobody", "wrong")
    assert directory.check_password("li", "correct horse") is not None


def test_the_brake_forgets_the_oldest_logins_rather_than_fill_the_memory(clock: VirtualClock) -> None:
    brake = Brake(clock)
    for _ in range(FREE_FAILURES + 1):
        brake.failed("first")
    for number in range(REMEMBERED_LOGINS):
        brake.failed(f"n{number}")
    brake.check("first")
    for _ in range(FREE_FAILURES):
        brake.failed("n1")
    with pytest.raises(TooManyAttempts):
        brake.check("n1")


def test_a_hash_of_weaker_parameters_is_replaced_after_a_success(
    directory: Directory, store: Store, clock: VirtualClock
) -> None:
    def stored() -> str:
        with store.reading() as connection:
            query = select(tables.person.c.password).where(tables.person.c.login == "li")
            return str(connection.execute(query).scalar_one())

    weak = stored()
    stronger = Directory(store, clock, passwords=Passwords(PasswordHasher(2, 16, 1)))
    assert stronger.check_password("li", "wrong") is None
    assert stored() == weak
    assert stronger.check_password("li", "correct horse") is not None
    assert "m=16,t=2" in stored()
    assert stronger.check_password("li", "correct horse") is not None


def test_a_hash_by_default_costs_at_least_19_mebibytes_and_is_salted() -> None:
    passwords = Passwords()
    hashed = passwords.hash("correct horse")
    kind, _version, cost = hashed.split("$")[1:4]
    assert kind == "argon2id"
    assert int(cost.split(",")[0].removeprefix("m=")) >= 19 * 1024
    assert passwords.hash("correct horse") != hashed


def test_a_new_password_replaces_the_old_and_is_recorded_without_being_told(directory: Directory) -> None:
    told: list[dict[str, Any]] = []
    directory.set_password("li", "another one", lambda _connection, changes: told.extend(changes))
    assert directory.check_password("li", "correct horse") is None
    assert directory.check_password("li", "another one") is not None
    assert told == [{"what": "password", "change": "changed", "data": {"login": "li"}}]


def test_a_password_too_short_or_for_nobody_is_refused(directory: Directory) -> None:
    with pytest.raises(Malformed):
        directory.set_password("li", "short")
    with pytest.raises(Malformed):
        directory.set_password("li", "x" * 1001)
    with pytest.raises(NotFound):
        directory.set_password("nobody", "long enough")


def test_a_post_counts_from_its_first_to_its_last_day(directory: Directory) -> None:
    def posts(day: date) -> list[str]:
        return [held.post for held in directory.actor("li", on=day).posts]

    assert posts(date(2026, 1, 31)) == ["city.window"]
    assert posts(date(2026, 2, 1)) == ["city.window", "city.head"]
    assert posts(date(2026, 2, 28)) == ["city.window", "city.head"]
    assert posts(date(2026, 3, 1)) == ["city.window"]
    with pytest.raises(NotSignedIn):
        directory.actor("li", on=date(2025, 12, 31))


def test_the_day_is_that_of_the_authority_and_not_of_greenwich(
    directory: Directory, clock: VirtualClock
) -> None:
    clock.set(datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    assert directory.actor("li", "city.head").post == "city.head"
    clock.set(datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    with pytest.raises(NotAuthorised):
        directory.actor("li", "city.head")


def test_an_officer_chooses_the_post_he_acts_from(directory: Directory) -> None:
    assert directory.actor("li").post == "city.window"
    head = directory.actor("li", "city.head")
    assert (head.unit, head.roles) == ("city", ("head-of-organ", "section-head"))
    with pytest.raises(NotAuthorised):
        directory.actor("wang", "city.window")


def test_somebody_without_a_post_cannot_act(directory: Directory) -> None:
    with pytest.raises(NotSignedIn, match="闲"):
        directory.actor("idle")


def test_persons_in_a_unit_are_those_who_hold_the_role_there_that_day(directory: Directory) -> None:
    def logins(role: str, day: date | None = None) -> list[str]:
        return [person.login for person in directory.persons_in("city", role, day)]

    assert logins("head-of-organ") == ["li", "wang"]
    assert logins("head-of-organ", date(2026, 3, 1)) == ["wang"]
    assert logins("window") == ["li"]
    assert logins("auditor") == []
    assert directory.persons_in("elsewhere", "window") == ()


def test_a_person_is_found_by_login_and_everybody_is_listed(directory: Directory) -> None:
    assert directory.person("gone").active is False
    assert [person.login for person in directory.persons()] == ["gone", "idle", "li", "wang"]
    with pytest.raises(NotFound):
        directory.person("nobody")


def test_a_token_acts_as_its_person_until_it_expires(directory: Directory, clock: VirtualClock) -> None:
    secret = directory.create_token("li", "nightly export", 7)
    assert directory.actor_of_token(secret) == directory.actor("li")
    assert directory.actor_of_token(secret, "city.head").post == "city.head"
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert directory.actor_of_token(secret).person == "li"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        directory.actor_of_token(secret)


def test_the_secret_is_stored_nowhere(directory: Directory, store: Store) -> None:
    told: list[dict[str, Any]] = []

    def record(_connection: Connection, changes: list[dict[str, Any]]) -> None:
        told.extend(changes)

    secret = directory.create_token("li", "export", 7, record)
    with store.reading() as connection:
        row = connection.execute(select(tables.token)).one()
    assert secret not in str(row)
    assert secret not in str(told)
    assert row.hash not in str(told)
    assert told[0]["data"]["number"] == directory.tokens("li")[0].number


def test_a_revoked_token_acts_for_nobody(directory: Directory) -> None:
    kept, lost = directory.create_token("li", "kept", 7), directory.create_token("li", "lost", 7)
    number = next(token.number for token in directory.tokens("li") if token.note == "lost")
    told: list[dict[str, Any]] = []
    with pytest.raises(NotFound):
        directory.revoke_token("wang", number)
    directory.revoke_token("li", number, lambda _connection, changes: told.extend(changes))
    assert [change["change"] for change in told] == ["revoked"]
    with pytest.raises(NotSignedIn):
        directory.actor_of_token(lost)
    assert directory.actor_of_token(kept).person == "li"
    with pytest.raises(NotFound):
        directory.revoke_token("li", number)


def test_a_token_of_somebody_who_left_acts_for_nobody(directory: Directory) -> None:
    secret = directory.create_token("gone", "old", 7)
    with pytest.raises(NotSignedIn):
        directory.actor_of_token(secret)


def test_a_text_that_is_no_token_acts_for_nobody(directory: Directory) -> None:
    for secret in ("", "bj_", "bj_guess", "\ud800", "\0", "x" * 100_000):
        with pytest.raises(NotSignedIn):
            directory.actor_of_token(secret)


def test_a_token_needs_a_known_person_a_short_note_and_a_bounded_life(directory: Directory) -> None:
    for note, days in (("x", 0), ("x", -1), ("x", 3651), ("x" * 201, 7)):
        with pytest.raises(Malformed):
            directory.create_token("li", note, days)
    with pytest.raises(NotFound):
        directory.create_token("nobody", "x", 7)


def test_secrets_differ_each_time(store: Store, clock: VirtualClock, directory: Directory) -> None:
    ordinary = Directory(store, clock, passwords=Passwords(QUICK))
    drawn = {ordinary.create_token("li", "x", 1) for _ in range(20)}
    assert len(drawn) == 20
    assert all(len(secret) >= 40 for secret in drawn)
