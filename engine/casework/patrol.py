"""The patrol: every in-case rule of every open and recently closed case is checked again, from the journal.

Called nightly by the heartbeat and by whoever wants to know now. It walks the entries of a case, works out
which moments came while nothing else happened, and which cards the supervision tables give for what did
happen (`retelling`), and reports where the live path did otherwise. It reads only; it issues no card and
repairs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.casework import clocks, idleness, retelling, supervision
from engine.casework.recorded import ground_of
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState, apply
from engine.clock import moment_text, read_moment
from engine.errors import Broken, said
from engine.periods import Calendar
from engine.records import journal
from engine.records.entries import Entry, Event
from engine.records.tables import card as card_table
from engine.records.tables import case as case_table
from engine.records.tables import due as due_table

RECENTLY = timedelta(days=60)
GRACE = timedelta(minutes=10)
"""How long the heartbeat may take: a moment that had no more time than this before something else
happened to the case has not been missed."""
_ATTEMPTS = 3
_JUDGED = supervision.JUDGED | {"ActRefused", "CardIssued"}


@dataclass(frozen=True)
class Missed:
    """One thing the live path missed.

    kind: `moment` (came and was never recorded), `card` (not those the rules give), `row` (a row beside the
    journal that says otherwise), `unreadable`, `pattern` (see `patterns`). key: "period:3:statutory",
    "timer:12", "card:2" or "rule:F15". What the product says itself is in `sentence`, in English, and can be
    retold; patterns and comparisons of registers are data, in Chinese, with the English in `sentence_en`.
    """

    case_id: int
    kind: str
    key: str
    at: str
    sentence: str
    sentence_en: str = ""


def patrol(runtime: Runtime, *, closed_within: timedelta = RECENTLY) -> list[Missed]:
    """Everything the live path missed up to now, by case; empty where all is well."""
    now = runtime.clock.now()
    cases = cases_to_check(runtime, now, closed_within)
    return [missed for case_id in cases for missed in patrol_case(runtime, case_id, now)]


def cases_to_check(runtime: Runtime, now: datetime, closed_within: timedelta = RECENTLY) -> list[int]:
    """Every open case and those closed not longer ago than that."""
    t = case_table.c
    seen = or_(t.status == "open", t.closed_at >= moment_text(now - closed_within))
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        found = connection.execute(select(t.case_id).where(seen, t.version > 0).order_by(t.case_id)).scalars()
        return list(found)


def patrol_case(runtime: Runtime, case_id: int, now: datetime) -> list[Missed]:
    """What was missed in one case; one that is being worked on at every look is left for the next night."""
    for _ in range(_ATTEMPTS):
        with runtime.store.reading() as connection:
            row = runtime.load(connection, case_id)
            runtime.shelf.refresh(connection, row.generation)
            try:
                found = _Walk(runtime, connection, case_id, now).missed()
            except Broken as error:
                return [Missed(case_id, "unreadable", "", moment_text(now), error.sentence)]
            if runtime.load(connection, case_id).version == row.version:
                return found
    return []


@dataclass
class _Walk:
    """A walk along the entries of one case."""

    runtime: Runtime
    connection: Connection
    case_id: int
    now: datetime
    state: CaseState = field(init=False)
    calendar: Calendar | None = None
    since: datetime | None = None
    variables: dict[int, dict[str, Any]] = field(default_factory=dict)
    came: dict[tuple[str, str], None] = field(default_factory=dict)
    recorded: set[tuple[str, str]] = field(default_factory=set)
    cards: list[Missed] = field(default_factory=list)
    _armed: Mapping[str, datetime] = field(default_factory=dict)
    _armed_for: tuple[Any, ...] = ()

    def missed(self) -> list[Missed]:
        """Walk to the end; gives what was missed, in the order it came."""
        self.state = CaseState(case_id=self.case_id)
        for entry in journal.read(self.connection, journal.case_stream(self.case_id)):
            if entry.erased:
                return []  # what was disposed of cannot be checked, and its case ended long ago
            self._wait(self._until(entry))
            self._take(entry)
        self._wait(self.now)
        moments = [self._never_recorded(*one) for one in self.came if one not in self.recorded]
        return [*moments, *self.cards, *self._rows()]

    # -- between two entries ------------------------------------------------------------------------

    def _wait(self, until: datetime) -> None:
        """Nothing happens until a moment: what is armed and comes by then must be recorded."""
        if self.since is None:
            return
        for key, at in self._dues().items():
            if max(at, self.since) + GRACE < until:
                self.came[key, moment_text(at)] = None

    def _dues(self) -> Mapping[str, datetime]:
        now = self.state
        of = (now.periods, now.timers, now.acts, now.idle, now.suspensions, now.closed_at, self.calendar)
        if len(self._armed_for) != len(of) or any(
            a is not b for a, b in zip(of, self._armed_for, strict=True)
        ):
            assert self.calendar is not None  # noqa: S101 - an entry has been taken
            self._armed, self._armed_for = clocks.dues(self.state, self.calendar), of
        return self._armed

    def _until(self, entry: Entry) -> datetime:
        """Dates of the old calendar bind until the new one is deployed, not until it is applied here."""
        moment = read_moment(entry.moment)
        if entry.command["type"] != "Recount":
            return moment
        deployed = [
            read_moment(version.deployed_at)
            for version in self.runtime.shelf.versions("calendar", "calendar")
            if version.digest == entry.digests["calendar"]
        ]
        return min([moment, *(one for one in deployed[-1:])])

    # -- an entry -----------------------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        judged = any(event.type in _JUDGED for event in entry.events)
        retold = self._retold(entry) if judged else None
        for event in entry.events:
            if retold is not None and event.type != "CardIssued":
                retold.retell(event)
            self.state = apply(self.state, event, entry.moment)
            self._note(event)
        self.calendar = self.runtime.calendar(self.connection, entry.digests["calendar"])
        self.since = read_moment(entry.moment)
        if retold is not None:
            found = retelling.differences(entry, retold)
            self.cards += [Missed(self.case_id, "card", key, entry.moment, told) for key, told in found]
        retelling.variables_after(self.variables, entry)

    def _retold(self, entry: Entry) -> retelling.Retold:
        ground = ground_of(self.connection, self.runtime.shelf, self.runtime.settings, entry)
        return retelling.Retold(self.state, ground, self.variables)

    def _note(self, event: Event) -> None:
        data = event.data
        if event.type in ("PeriodPrompted", "PeriodWarned", "PeriodOverdue", "PeriodStillOverdue"):
            self.recorded.add((f"period:{data['period']}:{data['limit']}", data["due_at"]))
        elif event.type == "CaseIdle":
            self.recorded.add((idleness.KEY, data["due_at"]))
        elif event.type == "TimerFired":
            self.recorded.add((f"timer:{data['instance']}", data["at"]))

    # -- the end ------------------------------------------------------------------------------------

    def _never_recorded(self, key: str, at: str) -> Missed:
        sentence = said(
            "Expected {key} to be recorded when it came at {at}, but the journal does not have it",
            key=key,
            at=at,
        )
        return Missed(self.case_id, "moment", key, at, sentence)

    def _rows(self) -> Iterator[Missed]:
        t = due_table.c
        query = select(t.key, t.at).where(t.case_id == self.case_id, t.status == "armed")
        stored = {row.key: row.at for row in self.connection.execute(query)}
        for key, at in sorted(self._dues().items()):
            if stored.get(key) != moment_text(at):
                sentence = said(
                    "Expected {key} to be armed for {moment_text}, but found {get}",
                    key=key,
                    moment_text=moment_text(at),
                    get=stored.get(key),
                )
                yield Missed(self.case_id, "row", key, moment_text(at), sentence)
        c = card_table.c
        shown = self.connection.execute(select(c.key, c.status).where(c.case_id == self.case_id))
        rows = {row.key: row.status for row in shown}
        told = {card["card"]: card["status"] for card in self.state.cards}
        for number in sorted(key for key in rows.keys() | told.keys() if rows.get(key) != told.get(key)):
            sentence = said(
                "Expected card {number} to be {get}, but found {other_get}",
                number=number,
                get=told.get(number),
                other_get=rows.get(number),
            )
            yield Missed(self.case_id, "row", f"card:{number}", moment_text(self.now), sentence)
