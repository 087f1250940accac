"""The deadline laboratory: how early and how late a procedure can lawfully end, found by living it.

Called by `banjie simulate` and the designer's page, before a procedure is published. Each made-up case is
lived twice from the same seed through the real runtime: once everybody acts as soon as they can, once
everybody acts at the last moment the running limits leave. What overruns even when nobody loses an hour
cannot be kept at all. Chance may send every case another way than to a decision; then further cases are drawn
until one has been decided, so that the way the limits are made for is always among them. It knows no way
round the rules and changes nothing outside its own store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from engine import periods
from engine.casework import clocks
from engine.casework.due_moments import next_due
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.errors import BanjieError
from engine.periods import Calendar
from timers.laboratory import MOST_STEPS, UNASKED, Laboratory

LEAST = timedelta(minutes=1)  # what an act takes even where nobody loses time
ROOM = timedelta(hours=2)  # before the end of a limit, for the acts that still have to follow
EARLY, LATE = "early", "late"
DECIDING = "decide"  # the act that says a case went the whole way
FURTHER = 20  # cases drawn at most in search of one that is decided
Made = Callable[[date, int], Laboratory]
"""Sets a laboratory up on a day, from a seed."""


@dataclass
class Bounds:
    """What became of the cases lived at one pace. Days are working days from receipt to the end.

    `ends` counts by outcome and days; `decided` are the outcomes behind a decision; `cards` counts by rule;
    `broken` by period: limits that ended too late.
    """

    ends: dict[str, list[int]] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)
    cards: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    unfinished: int = 0

    @property
    def days(self) -> tuple[int, int] | None:
        """The shortest and the longest, None where no case ended."""
        found = [day for days in self.ends.values() for day in days]
        return (min(found), max(found)) if found else None

    def add(self, other: Bounds) -> None:
        """Count what became of other cases too."""
        for outcome, days in other.ends.items():
            self.ends.setdefault(outcome, []).extend(days)
        self.decided |= other.decided
        self.cards.update(other.cards)
        self.broken.update(other.broken)
        self.unfinished += other.unfinished

    def as_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "ends": {name: [min(days), max(days), len(days)] for name, days in sorted(self.ends.items())},
            "decided": sorted(self.decided),
            "cards": dict(sorted(self.cards.items())),
            "broken": dict(sorted(self.broken.items())),
            "unfinished": self.unfinished,
        }


@dataclass(frozen=True)
class Window:
    """How early and how late cases end lawfully, and what can never be kept.

    `further` counts the cases that were drawn in search of a decided one; those of them that were not decided
    are in no other figure. `sought` says whether the procedure decides at all.
    """

    early: Bounds
    late: Bounds
    further: int = 0
    sought: bool = False

    @property
    def missed(self) -> bool:
        """Whether the procedure decides, but no case of either pace has come to a decision."""
        return self.sought and not (self.early.decided and self.late.decided)

    @property
    def impossible(self) -> dict[str, int]:
        """Limits that overran although everybody acted at once: by period, how often."""
        return dict(self.early.broken)

    def as_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            EARLY: self.early.as_data(),
            LATE: self.late.as_data(),
            "impossible": self.impossible,
            "further": self.further,
            "missed": self.missed,
        }

    def text(self) -> str:
        """The same for people."""
        lines = []
        for name, bounds in ((EARLY, self.early), (LATE, self.late)):
            for outcome, days in sorted(bounds.ends.items()):
                star = " *" if outcome in bounds.decided else ""
                lines.append(
                    f"{name:6} {min(days):>4} to {max(days):>4}W  {len(days):>3} × {outcome or '—'}{star}"
                )
            cards = ", ".join(f"{rule} {number}" for rule, number in sorted(bounds.cards.items()))
            lines.append(f"{name:6} cards: {cards or 'none'}; unfinished: {bounds.unfinished}")
        broken = ", ".join(f"{name} {number}" for name, number in sorted(self.impossible.items()))
        if self.further:
            lines.append(f"drew {self.further} more in search of a decision (*)")
        if self.missed:
            lines.append("no case came to a decision")
        return "\n".join([*lines, f"cannot be kept even without delay: {broken or 'none'}"])


Heard = Callable[[int, Window], bool]
"""Learns how many cases have been lived and what came of them; says whether to go on."""


def window(
    made: Made,
    item: str,
    unit: str,
    *,
    cases: int,
    seed: int,
    first_day: date,
    given: Mapping[str, Any],
    further: int = FURTHER,
    heard: Heard = lambda lived, so_far: True,
) -> Window:
    """Live so many made-up cases of an item twice each, and up to `further` more until one is decided.

    `heard` learns after each case how many have been lived and what came of them so far; False from it ends
    the search there. Raises NotFound for an item nobody knows.
    """
    with made(first_day, seed) as laboratory:
        found = Window(Bounds(), Bounds(), sought=_decides(laboratory, item))

    def live(number: int, pace: str) -> Bounds:
        bounds = Bounds()
        with made(first_day, seed + number) as laboratory:
            _live(laboratory, item, unit, pace, bounds, given, first=number == 0)
        return bounds

    for number in range(cases + further):
        searching = number >= cases
        if searching and not found.missed:
            break
        early = live(number, EARLY)
        found = replace(found, further=found.further + searching)
        if early.decided or not searching:
            found.early.add(early)
            found.late.add(live(number, LATE))
        if not heard(number + 1, found):
            break
    return found


def _decides(laboratory: Laboratory, item: str) -> bool:
    """Whether the procedure of an item has a decision in its own diagram."""
    runtime = laboratory.runtime
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        digest = runtime.shelf.in_force("package", runtime.item(connection, item).procedure, laboratory.today)
        elements = runtime.shelf.package(connection, digest).definition.elements
    return any(element.act == DECIDING for element in elements.values())


def _live(
    laboratory: Laboratory,
    item: str,
    unit: str,
    pace: str,
    bounds: Bounds,
    given: Mapping[str, Any],
    first: bool,
) -> None:
    laboratory.at(laboratory.today, 10)
    try:
        case_id = laboratory.receive(item, unit, given, channel="window").case_id
    except BanjieError:
        # A form the laboratory cannot fill in is counted, not hidden; an unknown item is the caller's fault.
        if first:
            raise
        bounds.unfinished += 1
        return
    calendar = calendar_of(laboratory)
    for _ in range(MOST_STEPS):
        case = laboratory.case(case_id)
        if not case.open or not _step(laboratory, case, calendar, pace):
            break
    _tell(laboratory.case(case_id), calendar, bounds)


def calendar_of(laboratory: Laboratory) -> Calendar:
    """The newest calendar."""
    with laboratory.runtime.store.reading() as connection:
        laboratory.runtime.shelf.refresh(connection)
        return laboratory.runtime.calendar(connection)


def _step(laboratory: Laboratory, case: CaseState, calendar: Calendar, pace: str) -> bool:
    """Let time pass as the pace has it, then one act; False where nothing is left that happens by itself."""
    if not case.items and not _asked(case):
        return _let_time_pass(laboratory)
    moment = laboratory.clock.now() + LEAST
    if pace == LATE:
        moment = max(moment, _last_moment(case, calendar) or moment)
    before = _standing(case)
    laboratory.move(in_office_hours(moment, calendar) if pace == EARLY else moment)
    if _standing(laboratory.case(case.case_id)) == before:
        laboratory.advance(case.case_id)
    return True


def in_office_hours(moment: datetime, calendar: Calendar) -> datetime:
    """The moment itself while offices are open, else when they open next."""
    day = calendar.local_date(moment)
    if calendar.is_working(day) and moment <= calendar.close(day):
        return max(moment, calendar.opening(day))
    return calendar.opening(calendar.next_working_day(day))


def _asked(case: CaseState) -> bool:
    return any(row["kind"] == "message" and row["act"] not in UNASKED for row in case.subscriptions.values())


def _standing(case: CaseState) -> tuple[Any, ...]:
    return tuple(sorted(case.items)), tuple(sorted(case.subscriptions)), case.closed_at


def _last_moment(case: CaseState, calendar: Calendar) -> datetime | None:
    """Shortly before the nearest end of a running limit; None where none runs."""
    end = clocks.ends(case, calendar)
    return end - ROOM if end else None


def _let_time_pass(laboratory: Laboratory) -> bool:
    with laboratory.runtime.store.reading() as connection:
        following = next_due(connection)
    if following is None:
        return False
    laboratory.move(max(read_moment(following), laboratory.clock.now()))
    return True


def _tell(case: CaseState, calendar: Calendar, bounds: Bounds) -> None:
    bounds.cards.update(card["rule"] for card in case.cards)
    if not case.closed_at:
        bounds.unfinished += 1
        return
    begun, ended = (calendar.local_date(read_moment(moment)) for moment in (case.opened_at, case.closed_at))
    days = calendar.working_days_between(begun, ended)
    bounds.ends.setdefault(case.outcome or "", []).append(days)
    if any(act.get("act") == DECIDING for act in case.acts):
        bounds.decided.add(case.outcome or "")
    for number, row in case.periods.items():
        ledger, own = clocks.ledger_of(case, number), clocks.calendar_of(case, number, calendar)
        # What is counted back from an event is a matter of the date somebody chose, not of delay.
        if (
            ledger.rule.klass != "party"
            and not ledger.rule.backward
            and periods.in_time(ledger, own) is False
        ):
            bounds.broken[row["id"]] += 1
