"""The period ledger: what has happened to one clock of a case, never what follows from it.

Called by casework, which turns each entry into an event. Immutable: every act gives a new ledger. A ledger
holds the text of the rule in force when the period started and its entries; the due date is derived from
them (`due`), never stored.

Two doors. `suspend`, `extend` … check the act and refuse it with a `PeriodRefused` that carries the breach.
`record` takes an entry as it is, for replay and for breaches that supervision records instead of refusing;
it refuses only what cannot be (a second start, an end of a suspension that never began).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.clock import whole_millisecond
from engine.errors import Conflict, Malformed, said
from engine.periods import entries as acts
from engine.periods.breaches import (
    extension_breach,
    promise_breach,
    refuse,
    suspension_breach,
    telling_breach,
)
from engine.periods.counting import as_utc
from engine.periods.entries import Breach, Entry, Suspension
from engine.periods.limits import Kind, Limit
from engine.periods.rules import PeriodRule


@dataclass(frozen=True)
class Ledger:
    """The clock of one period: its rule's text, the promised limit beside it (C10), and its entries."""

    rule: PeriodRule
    entries: tuple[Entry, ...]
    promise: Limit | None = None

    @classmethod
    def open(
        cls,
        rule: PeriodRule,
        started_on: date,
        promise: Limit | None = None,
        *,
        at: datetime | None = None,
        reason: str = "",
        basis: str = "",
        person: str = "",
    ) -> Ledger:
        """A period that starts on a day, which may lie in the past (C8) or, for a backward period, ahead.

        Raises PeriodRefused (C10) for a promise longer than the limit or counted in other units,
        Malformed for an hour period without its moment.
        """
        refuse(promise_breach(rule, promise))
        started = Entry(acts.STARTED, started_on, at, reason=reason, basis=basis, person=person)
        return cls(rule, (), promise).record(started)

    # What stands in the ledger

    @property
    def start(self) -> Entry:
        """The entry the clock runs from: the last reset, else the start."""
        return next(entry for entry in reversed(self.entries) if entry.act in (acts.RESET, acts.STARTED))

    @property
    def started_on(self) -> date:
        """The day the clock runs from; it is not counted itself (C1)."""
        return self.start.on

    @property
    def stop_entry(self) -> Entry | None:
        """The entry that ended the period, None while it runs."""
        last = self.entries[-1]
        return last if last.act == acts.STOPPED else None

    @property
    def extensions(self) -> tuple[Entry, ...]:
        """The extensions since the clock last started: a reset begins the period anew (C7)."""
        return tuple(e for e in self.entries[self.entries.index(self.start) :] if e.act == acts.EXTENDED)

    @property
    def untold(self) -> tuple[Entry, ...]:
        """The extensions the applicant has not been told of, though the law asks for it (C9)."""
        return tuple(
            extension
            for number, extension in enumerate(self.extensions)
            if (stage := self.rule.stage(number)) and stage.notify and self.told_of(extension) is None
        )

    def told_of(self, extension: Entry) -> Entry | None:
        """The entry that tells the applicant of an extension, which may be its own; None where none does."""
        if extension.told is not None:
            return extension
        index = next(i for i, entry in enumerate(self.entries) if entry is extension)
        return next((entry for entry in self.entries[index:] if entry.act == acts.TOLD), None)

    def before_telling(self, number: int) -> Ledger:
        """The ledger as it stood when the applicant was told of an extension (0: the first), without that
        and any later one: what says whether the limit had ended by then."""
        without = self.extensions[number:]
        told = self.told_of(without[0])
        last = next((i for i, entry in enumerate(self.entries) if entry is told), len(self.entries))
        kept = (e for e in self.entries[:last] if not any(e is one for one in without))
        return replace(self, entries=tuple(kept))

    @property
    def suspensions(self) -> tuple[Suspension, ...]:
        """All suspensions in the order they began."""
        found: list[Suspension] = []
        for entry in self.entries:
            if entry.act == acts.SUSPENDED:
                law = self.rule.excludes(entry.kind)
                found.append(
                    Suspension(entry.key, entry.kind, entry, None, law is not None, law.max if law else None)
                )
            elif entry.act == acts.RESUMED:
                index = next(i for i, s in enumerate(found) if s.key == entry.key and s.open)
                found[index] = replace(found[index], until=entry)
        return tuple(found)

    @property
    def open_suspensions(self) -> tuple[Suspension, ...]:
        """The suspensions that have not been resumed."""
        return tuple(suspension for suspension in self.suspensions if suspension.open)

    def suspension(self, key: str) -> Suspension | None:
        """The open suspension of a key, None where there is none."""
        return next((suspension for suspension in self.open_suspensions if suspension.key == key), None)

    # Acts: checked

    def suspend(
        self,
        on: date,
        kind: str,
        *,
        key: str = "",
        told: date | None = None,
        at: datetime | None = None,
        reason: str = "",
        basis: str = "",
        person: str = "",
    ) -> Ledger:
        """The days after `on` are not counted until the key is resumed (C6).

        Raises PeriodRefused (A7) for a kind that is not on the rule's closed list.
        """
        refuse(self.check_suspend(kind))
        entry = Entry(
            acts.SUSPENDED, on, at, key=key, kind=kind, told=told, reason=reason, basis=basis, person=person
        )
        return self.record(entry)

    def check_suspend(self, kind: str) -> Breach | None:
        """A7: the breach of suspending for a kind the law does not leave out; None where it does.

        Recorded all the same, such a suspension does not stop the clock.
        """
        return suspension_breach(self.rule, kind)

    def resume(
        self,
        on: date,
        *,
        key: str = "",
        at: datetime | None = None,
        reason: str = "",
        basis: str = "",
        person: str = "",
    ) -> Ledger:
        """The suspension of the key ends with the day `on`; the next day counts again. Raises Conflict."""
        return self.record(Entry(acts.RESUMED, on, at, key=key, reason=reason, basis=basis, person=person))

    def extend(
        self,
        on: date,
        by: Limit,
        approver: str,
        *,
        due_on: date,
        due_at: datetime | None = None,
        told: bool = True,
        at: datetime | None = None,
        reason: str = "",
        basis: str = "",
        person: str = "",
    ) -> Ledger:
        """The limit grows by a length (C9). `due_on` is the day the period ends without it (`due`).
        told: whether the applicant is told with it; if not, an extension the law wants told binds once `tell`
        says so.

        Where `due_at`, the last moment of that day, is given too, the act's own moment `at` must not lie
        after it (C4: after close of business the limit has passed).

        Raises PeriodRefused: A15 where the law has no (further) extension or the limit has passed, C9
        where it is too long or approved by another rank.
        """
        late = due_at is not None and at is not None and at > due_at
        refuse(self.check_extend(on, by, approver, due_on=due_on, late=late))
        told_on = on if told else None
        return self.record(
            Entry(
                acts.EXTENDED,
                on,
                at,
                told=told_on,
                by=by,
                approver=approver,
                reason=reason,
                basis=basis,
                person=person,
            )
        )

    def check_extend(
        self, on: date, by: Limit, approver: str, *, due_on: date, late: bool = False
    ) -> Breach | None:
        """The first breach of extending on a day, None where the law allows it (see `extend`).

        late: it is asked for on the last day itself, but after that day's last moment.
        """
        return extension_breach(self.rule, len(self.extensions), on, by, approver, due_on=due_on, late=late)

    def check_told(self, told_on: date | None, *, due_on: date, late: bool = False) -> Breach | None:
        """C9: the breach of not telling the citizen of an extension before the original limit ended.

        late: told on the last day itself, but after that day's last moment.
        """
        return telling_breach(self.rule, max(0, len(self.extensions) - 1), told_on, due_on=due_on, late=late)

    def tell(self, on: date, *, at: datetime | None = None, basis: str = "", person: str = "") -> Ledger:
        """The applicant is told of the extensions so far, with the reasons. Raises Conflict where none waits.

        Told after the limit they were to lengthen had ended, they do not bind (`check_told`, C9).
        """
        return self.record(Entry(acts.TOLD, on, at, basis=basis, person=person))

    def reset(
        self, on: date, *, at: datetime | None = None, reason: str = "", basis: str = "", person: str = ""
    ) -> Ledger:
        """The clock starts anew from the day (C7); extensions before it are gone, open suspensions stay."""
        return self.record(Entry(acts.RESET, on, at, reason=reason, basis=basis, person=person))

    def stop(
        self, on: date, *, at: datetime | None = None, reason: str = "", basis: str = "", person: str = ""
    ) -> Ledger:
        """The period ends on the day: what it was for has been done, or its case has ended."""
        return self.record(Entry(acts.STOPPED, on, at, reason=reason, basis=basis, person=person))

    # Acts: recorded as they are

    def record(self, entry: Entry) -> Ledger:
        """The ledger with one more entry, whatever supervision thinks of it.

        Raises Conflict for what cannot have happened in this ledger, Malformed for an entry of an hour
        period without its moment.
        """
        sentence = self._impossible(entry)
        if sentence:
            raise Conflict(said("Period {id}: {sentence}", id=self.rule.id, sentence=sentence))
        if self.rule.limit.kind is Kind.HOURS and entry.at is None:
            raise Malformed(
                said(
                    "Expected the moment of an entry of {id}, which counts hours, but found none",
                    id=self.rule.id,
                )
            )
        if entry.at is not None:
            entry = replace(entry, at=whole_millisecond(as_utc(entry.at)))
        return replace(self, entries=(*self.entries, entry))

    def _impossible(self, entry: Entry) -> str:
        """Why the entry cannot stand here, empty where it can."""
        if not self.entries:
            return (
                ""
                if entry.act == acts.STARTED
                else said("Expected a start first, but found {act}", act=entry.act)
            )
        if self.stop_entry:
            return said(
                "Expected nothing after it stopped on {on}, but found {act}",
                on=self.stop_entry.on,
                act=entry.act,
            )
        if self.rule.backward and entry.act not in (acts.RESET, acts.STOPPED):
            return said(
                "Expected a period counted backwards not to be {act}, but found just that", act=entry.act
            )
        particular = {
            acts.STARTED: lambda _: said("Expected one start, but found a second"),
            acts.SUSPENDED: self._impossible_suspension,
            acts.RESUMED: self._impossible_resumption,
            acts.EXTENDED: self._impossible_extension,
            acts.TOLD: self._impossible_telling,
        }.get(entry.act)
        return particular(entry) if particular else ""

    def _impossible_suspension(self, entry: Entry) -> str:
        if self.suspension(entry.key) is None:
            return ""
        return said("Expected no open suspension {key!r}, but it is suspended already", key=entry.key)

    def _impossible_telling(self, entry: Entry) -> str:
        if self.untold:
            return ""
        return said("Expected an extension to tell of, but there is none that waits for it")

    def _impossible_extension(self, entry: Entry) -> str:
        if entry.by is not None and entry.by.comparable(self.rule.limit):
            return ""
        return said(
            "Expected an extension counted like {limit}, but found {by}", limit=self.rule.limit, by=entry.by
        )

    def _impossible_resumption(self, entry: Entry) -> str:
        begun = self.suspension(entry.key)
        if begun is None:
            return said("Expected an open suspension {key!r} to resume, but there is none", key=entry.key)
        if entry.on < begun.since.on:
            since = begun.since.on
            return said(
                "Expected to resume on or after {on}, but found {entry_on}", on=since, entry_on=entry.on
            )
        return ""

    # Plain data

    def as_data(self) -> dict[str, Any]:
        """The ledger as plain JSON data, complete: an outsider can recompute the due date from it."""
        data: dict[str, Any] = {
            "rule": self.rule.as_data(),
            "entries": [entry.as_data() for entry in self.entries],
        }
        return {**data, "promise": str(self.promise)} if self.promise else data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Ledger:
        """The ledger that `as_data` wrote. Raises Malformed or Conflict for data that is none."""
        promise = Limit.read(data["promise"]) if data.get("promise") else None
        ledger = cls(PeriodRule.from_data(data["rule"]), (), promise)
        for entry in data["entries"]:
            ledger = ledger.record(Entry.from_data(entry))
        return ledger
