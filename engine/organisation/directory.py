"""The organisation as it is kept: units, posts, persons, who holds what, passwords and access tokens.

Called by the composition root (sign-in, `banjie people import`, `banjie token`) and by casework (who is
the actor, who may get a work item). It reads and writes the five tables of the organisation and journals
nothing itself: whoever changes something hands in `record`, which runs in the same transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from engine import canonical
from engine.clock import Clock, moment_text
from engine.errors import Malformed, NotFound, NotSignedIn, said
from engine.organisation import importing, roster
from engine.organisation.importing import Change, Report
from engine.organisation.model import Actor, Organisation, Person, PostHeld
from engine.organisation.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, Brake, Passwords
from engine.records import tables
from engine.records.store import Store

Record = Callable[[Connection, list[Change]], None]

STREAM = "organisation"
LONGEST_TOKEN_LIFE = 3650
_SIGN_IN = "请先登录"


@dataclass(frozen=True)
class Token:
    """An access token as its owner sees it: never the secret. `number` names it for revoking."""

    number: str
    login: str
    note: str
    created_at: str
    expires_at: str
    revoked_at: str | None


class Directory:
    """Who there is, who holds which post on which day, and who somebody at the door is.

    `zone` is the authority's zone, which says what day it is; `passwords` and `draw` (a secret text) are
    replaced in tests alone.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        zone: ZoneInfo = ZoneInfo("Asia/Shanghai"),  # noqa: B008 - an immutable value
        passwords: Passwords | None = None,
        draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._passwords = passwords or Passwords()
        self._brake = Brake(clock)
        self._draw = draw
        self._cached: tuple[int, Organisation] | None = None

    # --- the organisation and its people

    def organisation(self, connection: Connection | None = None) -> Organisation:
        """Units and posts as they are now; read again only when the stream "organisation" has grown.

        One statement where nothing has changed. With a `connection` the caller's transaction is used.
        """
        if connection is None:
            with self._store.reading() as own:
                return self.organisation(own)
        # The length of the stream is read before the rows: a change in between is seen the next time.
        newest = select(func.max(tables.entry.c.seq)).where(tables.entry.c.stream == STREAM)
        version = connection.execute(newest).scalar() or 0
        if self._cached is None or self._cached[0] != version:
            self._cached = (version, importing.read_organisation(connection))
        return self._cached[1]

    def forget(self) -> None:
        """Read the organisation anew the next time: after the tables were rebuilt."""
        self._cached = None

    def person(self, login: str) -> Person:
        """The person of a login. Raises NotFound."""
        with self._store.reading() as connection:
            row = _person_row(connection, login)
        if row is None:
            raise NotFound(
                said("Expected a person of the organisation, but there is no “{login}”", login=login)
            )
        return Person(row.login, row.name, row.active)

    def persons(self) -> tuple[Person, ...]:
        """Everybody, active or not, by login."""
        with self._store.reading() as connection:
            rows = connection.execute(select(tables.person).order_by(tables.person.c.login)).all()
        return tuple(Person(row.login, row.name, row.active) for row in rows)

    def persons_in(self, unit: str, role: str, on: date | None = None) -> tuple[Person, ...]:
        """Active persons who hold a post with the role in exactly that unit on the day, by login."""
        query = (
            select(tables.person, tables.post.c.roles)
            .join(tables.holding, tables.holding.c.login == tables.person.c.login)
            .join(tables.post, tables.post.c.code == tables.holding.c.post)
            .where(tables.post.c.unit == unit, tables.person.c.active, _held_on(on or self.today()))
            .order_by(tables.person.c.login)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        found = [Person(row.login, row.name) for row in rows if role in canonical.loads(row.roles)]
        return tuple(dict.fromkeys(found))

    def today(self) -> date:
        """The day in the authority's zone."""
        return self._clock.now().astimezone(self._zone).date()

    # --- who somebody is

    def actor(
        self,
        login: str,
        post: str | None = None,
        on: date | None = None,
        connection: Connection | None = None,
    ) -> Actor:
        """The officer, acting from `post` or from the post held longest, with all posts of the day.

        One statement. Raises NotSignedIn for somebody unknown, inactive or without any post on the day;
        NotAuthorised where `post` is not one of them.
        """
        if connection is None:
            with self._store.reading() as own:
                return self.actor(login, post, on, own)
        known = roster.is_login(login)
        rows = connection.execute(_posts_of(login, on or self.today())).all() if known else ()
        if not rows or not rows[0].active:
            raise NotSignedIn(_SIGN_IN)
        held = [PostHeld(row.code, row.unit, tuple(canonical.loads(row.roles))) for row in rows if row.code]
        if not held:
            raise NotSignedIn(said("{name}当日没有岗位，不能登录", name=rows[0].name))
        return Actor.officer(Person(rows[0].login, rows[0].name), list(dict.fromkeys(held)), post)

    def check_password(self, login: str, password: str) -> Person | None:
        """The active person with that login and password, or None; how long it takes tells nothing.

        Raises TooManyAttempts while the login must wait after repeated failures. A hash of weaker
        parameters is replaced after a success.
        """
        key = login[:80]
        self._brake.check(key)
        with self._store.reading() as connection:
            row = _person_row(connection, login)
        stored = row.password if row is not None and row.active else ""
        if not self._passwords.verify(stored, password) or row is None:
            self._brake.failed(key)
            return None
        self._brake.succeeded(key)
        if self._passwords.is_outdated(stored):
            self._write_password(login, self._passwords.hash(password), stored)
        return Person(row.login, row.name)

    def set_password(self, login: str, password: str, record: Record | None = None) -> None:
        """Give a person a new password. Raises Malformed for one too short or too long, NotFound.

        `record` gets [{"what": "password", "change": "changed", "data": {"login": …}}].
        """
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Malformed(
                said(
                    "密码须为{shortest_password}至{longest_password}个字符",
                    shortest_password=SHORTEST_PASSWORD,
                    longest_password=LONGEST_PASSWORD,
                )
            )
        self.person(login)
        self._write_password(login, self._passwords.hash(password), record=record)

    def _write_password(
        self, login: str, hashed: str, instead_of: str | None = None, record: Record | None = None
    ) -> None:
        change = update(tables.person).where(tables.person.c.login == login).values(password=hashed)
        if instead_of is not None:
            change = change.where(tables.person.c.password == instead_of)
        with self._store.writing() as connection:
            connection.execute(change)
            if record is not None:
                record(connection, [{"what": "password", "change": "changed", "data": {"login": login}}])

    # --- access tokens of the REST interface

    def create_token(self, login: str, note: str, days: int, record: Record | None = None) -> str:
        """A new secret that acts as the person for so many days; it is shown once and stored hashed.

        Raises NotFound for an unknown person, Malformed for a note over 200 characters or days out of
        1 … 3650. `record` gets one change {"what": "token", "change": "added", "data": …}.
        """
        if not 1 <= days <= LONGEST_TOKEN_LIFE:
            raise Malformed(
                said(
                    "Expected 1 to {longest_token_life} days, but found {days}",
                    longest_token_life=LONGEST_TOKEN_LIFE,
                    days=days,
                )
            )
        if len(note) > 200:
            raise Malformed(
                said("Expected a note of at most 200 characters, but found {count}", count=len(note))
            )
        self.person(login)
        secret, now = f"bj_{self._draw()}", self._clock.now()
        row = {
            "hash": _hash_of(secret),
            "login": login,
            "note": note,
            "created_at": moment_text(now),
            "expires_at": moment_text(now + timedelta(days=days)),
        }
        with self._store.writing() as connection:
            connection.execute(tables.token.insert().values(row))
            if record is not None:
                data = {**row, "number": row["hash"][:12]}
                del data["hash"]
                record(connection, [{"what": "token", "change": "added", "data": data}])
        return secret

    def actor_of_token(self, secret: str, post: str | None = None) -> Actor:
        """Whom the secret acts for. Raises NotSignedIn where it is unknown, expired or revoked, and as
        `actor` does.
        """
        with self._store.reading() as connection:
            query = select(tables.token).where(tables.token.c.hash == _hash_of(secret))
            row = connection.execute(query).one_or_none()
            if row is None or row.revoked_at or row.expires_at <= moment_text(self._clock.now()):
                raise NotSignedIn(said("访问令牌无效或已过期"))
            return self.actor(row.login, post, connection=connection)

    def tokens(self, login: str) -> tuple[Token, ...]:
        """The tokens of a person, newest first."""
        query = select(tables.token).where(tables.token.c.login == login)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(tables.token.c.created_at.desc())).all()
        return tuple(
            Token(r.hash[:12], r.login, r.note, r.created_at, r.expires_at, r.revoked_at) for r in rows
        )

    def revoke_token(self, login: str, number: str, record: Record | None = None) -> None:
        """End a token of the person. Raises NotFound where none that still counts has the number."""
        this = and_(tables.token.c.login == login, func.substr(tables.token.c.hash, 1, 12) == number)
        change = update(tables.token).where(this, tables.token.c.revoked_at.is_(None))
        with self._store.writing() as connection:
            done = connection.execute(change.values(revoked_at=moment_text(self._clock.now())))
            if done.rowcount == 0:
                raise NotFound(
                    said(
                        "Expected a token of {login}, but there is no “{number}”", login=login, number=number
                    )
                )
            if record is not None:
                data = {"login": login, "number": number}
                record(connection, [{"what": "token", "change": "revoked", "data": data}])

    # --- a real organisation instead of the demo city

    def import_csv(self, files: roster.Files, record: Record, *, initial_password: str = "") -> Report:
        """Import units.csv, posts.csv and persons.csv: a folder, paths, or bytes by file name.

        All or nothing: raises Malformed with every fault (file, row, column) and then changes nothing.
        Importing the same files again changes nothing. A password, or `initial_password` for those who
        have none in the file, is given only to persons who have no password yet; it is hashed once for
        all of them. `record` gets the changes (`importing.differences`) in the same transaction.
        """
        found = roster.contents(files)
        with self._store.reading() as connection:
            state = importing.read_state(connection)
        hashes = self._hashes(roster.read(found, state.organisation), state, initial_password)
        with self._store.writing() as connection:
            state = importing.read_state(connection)
            wanted = roster.read(found, state.organisation)
            changes = importing.differences(state, wanted)
            importing.apply(self._store, connection, changes)
            _give_passwords(connection, hashes)
            if changes:
                record(connection, changes)
        self.forget()
        return Report(tuple(changes), roster.sizes(wanted))

    def _hashes(self, wanted: roster.Roster, state: importing.State, initial: str) -> dict[str, str]:
        texts = {login: wanted.passwords.get(login, initial) for login in wanted.persons}
        texts = {login: text for login, text in texts.items() if text and not state.passwords.get(login)}
        hashed = {text: self._passwords.hash(text) for text in set(texts.values())}
        return {login: hashed[text] for login, text in texts.items()}


def _give_passwords(connection: Connection, hashes: dict[str, str]) -> None:
    person = tables.person
    for login, hashed in hashes.items():
        nobody_signs_in_yet = and_(person.c.login == login, person.c.password == "")
        connection.execute(update(person).where(nobody_signs_in_yet).values(password=hashed))


def _person_row(connection: Connection, login: str) -> Any:
    if not roster.is_login(login):
        return None
    return connection.execute(select(tables.person).where(tables.person.c.login == login)).one_or_none()


def _held_on(day: date) -> ColumnElement[bool]:
    valid_to = tables.holding.c.valid_to
    text = day.isoformat()
    return and_(tables.holding.c.valid_from <= text, or_(valid_to.is_(None), valid_to >= text))


def _posts_of(login: str, day: date) -> Any:
    held = and_(tables.holding.c.login == tables.person.c.login, _held_on(day))
    return (
        select(tables.person, tables.post.c.code, tables.post.c.unit, tables.post.c.roles)
        .select_from(tables.person)
        .outerjoin(tables.holding, held)
        .outerjoin(tables.post, tables.post.c.code == tables.holding.c.post)
        .where(tables.person.c.login == login)
        .order_by(tables.holding.c.valid_from, tables.holding.c.post)
    )


def _hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
