"""The law's figures: one `PeriodRule` per period and time of validity, read from `processes/law/*.toml`.

Called by deployment (every fault at once) and by casework (the rule in force on the day a period starts).
Never counts and never holds a figure of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine import canonical
from engine.errors import Malformed, NotFound, said, sayable
from engine.periods.allowances import Excluded, Extension
from engine.periods.limits import Kind, Limit
from engine.periods.notices import CERTAINTIES
from engine.periods.toml import Findings, Table, each_of
from engine.periods.watch import Watch, overlapping, watch

ROLLS = ("none", "next-working-day")
ENDS = ("close", "24:00")
CLASSES = ("statutory", "step", "party")
DIRECTIONS = ("forward", "backward")
READINGS = ("", "strict", "lenient")
HOURS = ("clock", "service")


@dataclass(frozen=True)
class PeriodRule:
    """One period as the law has it, valid from `valid_from` to `valid_to` (both included, None: open).

    `extensions` are stages taken in order. `klass` is statutory, step or party (a citizen's own period:
    never a card). `reading` is set for backward periods alone; `hours` for periods of hours alone. `watch`
    holds the figures of supervision in force when the rule was asked for, None where the law has none.
    """

    id: str
    basis: str
    limit: Limit
    valid_from: date
    valid_to: date | None = None
    extensions: tuple[Extension, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    roll: str = "none"
    ends: str = "close"
    klass: str = "statutory"
    direction: str = "forward"
    reading: str = ""
    hours: str = "clock"
    certainty: str = "P"
    name: str = ""
    name_en: str = ""
    note: str = ""
    watch: Watch | None = None

    @property
    def backward(self) -> bool:
        """Whether the period is counted back from an event (C5)."""
        return self.direction == "backward"

    @property
    def watched(self) -> bool:
        """Whether supervision counts along: an authority's own limit, not a citizen's and not a notice's."""
        return self.klass != "party" and not self.backward

    def excludes(self, kind: str) -> Excluded | None:
        """The entry of the closed list for a kind of step, None where the law does not leave it out."""
        return next((entry for entry in self.excluded if entry.kind == kind), None)

    def stage(self, taken: int) -> Extension | None:
        """The stage that the next extension would use, after `taken` extensions; None where all are used."""
        for extension in self.extensions:
            if taken < extension.times:
                return extension
            taken -= extension.times
        return None

    def in_force(self, day: date) -> bool:
        """Whether the rule is valid on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def title(self, language: str = "zh") -> str:
        """The name for people, the id where it has none."""
        return (self.name if language == "zh" else self.name_en) or self.id

    def as_data(self) -> dict[str, Any]:
        """The rule as plain JSON data, in the words of the law file."""
        data: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "name_en": self.name_en,
            "basis": self.basis,
            "limit": str(self.limit),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "extension": [extension.as_data() for extension in self.extensions],
            "suspend": [entry.as_data() for entry in self.excluded],
            "roll": self.roll,
            "ends": self.ends,
            "class": self.klass,
            "direction": self.direction,
            "reading": self.reading,
            "hours": self.hours,
            "certainty": self.certainty,
            "note": self.note,
            "supervision": self.watch.as_data() if self.watch else None,
        }
        return {name: value for name, value in data.items() if value not in (None, "", [])}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> PeriodRule:
        """The rule that `as_data` wrote. Raises IllegalDefinition for data that is no rule."""
        findings = Findings()
        dates = {key: date.fromisoformat(data[key]) for key in ("valid_from", "valid_to") if data.get(key)}
        facts = {key: value for key, value in data.items() if key != "supervision"}
        rule = _rule(Table({**facts, **dates}, str(data.get("id", "period")), findings))
        findings.demand_none(said("a period rule"))
        return replace(rule, watch=Watch.read(data["supervision"])) if "supervision" in data else rule


class RuleBook:
    """All period rules that are loaded, by id and day, and the figures of supervision beside them."""

    def __init__(self, rules: Iterable[PeriodRule], watches: Iterable[Watch] = ()) -> None:
        self.watches = tuple(sorted(watches, key=lambda one: one.valid_from))
        self._rules: dict[str, list[PeriodRule]] = {}
        for rule in sorted(rules, key=lambda rule: (rule.id, rule.valid_from)):
            self._rules.setdefault(rule.id, []).append(rule)
        findings = Findings()
        for versions in self._rules.values():
            _check_validity(versions, findings)
        overlapping(self.watches, findings)
        findings.demand_none(said("period rules"))

    @classmethod
    def read(cls, files: Mapping[str, str]) -> RuleBook:
        """The rules of TOML texts by file name. Raises IllegalDefinition with every fault of all files."""
        findings = Findings()
        rules: list[PeriodRule] = []
        watches: list[Watch] = []
        for name in sorted(files):
            readers: dict[str, Callable[[Table], None]] = {
                "period": lambda table: rules.append(_rule(table)),
                "supervision": lambda table: watches.append(watch(table)),
            }
            each_of(files[name], readers, name, findings)
        findings.demand_none(said("period rules"))
        return cls(rules, watches)

    def of(self, rule_id: str, on: date) -> PeriodRule:
        """The rule in force on the day a period starts, with the figures it is watched by from that day on.

        Raises NotFound with the days it is valid for.
        """
        versions = self._rules.get(rule_id, [])
        for rule in versions:
            if rule.in_force(on):
                return replace(rule, watch=self.watched_by(on)) if rule.watched else rule
        if not versions:
            raise NotFound(said("Expected a period rule {rule_id!r}, but there is none", rule_id=rule_id))
        spans = "; ".join(f"{rule.valid_from} to {rule.valid_to or 'today'}" for rule in versions)
        raise NotFound(
            said(
                "Expected the rule {rule_id!r} to be in force on {on}, but it is valid {spans}",
                rule_id=rule_id,
                on=on,
                spans=spans,
            )
        )

    def watched_by(self, day: date) -> Watch | None:
        """The figures of supervision in force on a day, None where the law has none."""
        return next((one for one in self.watches if one.in_force(day)), None)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules

    def __iter__(self) -> Iterator[PeriodRule]:
        return iter([rule for versions in self._rules.values() for rule in versions])

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rules, sorted."""
        return tuple(sorted(self._rules))

    @property
    def digest(self) -> str:
        """The digest of every rule and figure: what the journal records as the law a step ran under."""
        rules = [rule.as_data() for versions in self._rules.values() for rule in versions]
        return canonical.digest([*rules, *(one.as_data() for one in self.watches)])

    def with_local(self, local: RuleBook) -> RuleBook:
        """The book with an authority's own rules in place of those of the same id (2.3: pause lists)."""
        kept = [rule for versions in self._rules.values() for rule in versions if rule.id not in local]
        theirs = (rule for versions in local._rules.values() for rule in versions)
        return RuleBook([*kept, *theirs], local.watches or self.watches)


def _rule(table: Table) -> PeriodRule:
    limit = _limit(table, table.text("limit"), "limit")
    natural = limit.kind in (Kind.NATURAL_DAYS, Kind.MONTHS, Kind.YEARS)
    direction = table.one_of("direction", DIRECTIONS, "forward")
    klass = table.one_of("class", CLASSES, "statutory")
    valid_from = table.day("valid_from")
    if valid_from is None:
        table.fault(said("Expected valid_from, but it is missing"), "toml.missing")
    rule = PeriodRule(
        id=table.text("id"),
        basis=table.text("basis"),
        limit=limit,
        valid_from=valid_from or date.min,
        valid_to=table.day("valid_to"),
        extensions=_extensions(table),
        excluded=_excluded(table),
        # C2 for natural days and months unless the file says otherwise; for backward periods it would
        # shorten the notice.
        roll=table.one_of(
            "roll", ROLLS, "next-working-day" if natural and direction == "forward" else "none"
        ),
        ends=table.one_of("ends", ENDS, "24:00" if klass == "party" else "close"),
        klass=klass,
        direction=direction,
        reading=table.one_of("reading", READINGS, ""),
        hours=table.one_of("hours", HOURS, "clock"),
        certainty=table.one_of("certainty", CERTAINTIES, "P"),
        name=table.text("name", ""),
        name_en=table.text("name_en", ""),
        note=table.text("note", ""),
    )
    table.refuse_others()
    _check(rule, table)
    return rule


def _limit(table: Table, text: object, name: str) -> Limit:
    try:
        return Limit.read(str(text), table.where)
    except Malformed as error:
        table.fault(said("{name}: {sentence}", name=name, sentence=error.sentence), "period.limit")
        return Limit(1, Kind.WORKING_DAYS)


def _extensions(table: Table) -> tuple[Extension, ...]:
    raw = table.raw("extension")
    rows = raw if isinstance(raw, list) else [] if raw is None else [raw]
    found = []
    for row in rows:
        if not isinstance(row, dict) or set(row) - {"max", "times", "approver", "notify"} or "max" not in row:
            table.fault(
                said("Expected extension = {{ max, times, approver, notify }}, but found {row!r}", row=row),
                "period.extension",
            )
            continue
        inner = table.inner(row)
        limit = _limit(table, row["max"], "extension.max")
        found.append(
            Extension(limit, inner.number("times", 1), inner.text("approver", ""), inner.flag("notify", True))
        )
    return tuple(found)


def _excluded(table: Table) -> tuple[Excluded, ...]:
    found: list[Excluded] = []
    for row in table.rows("suspend"):
        facts = row if isinstance(row, dict) else {"kind": row}
        kind, told = facts.get("kind"), facts.get("told", False)
        if not isinstance(kind, str) or not kind or set(facts) - {"kind", "max", "told"}:
            table.fault(
                said("Expected a kind of step or {{ kind, max, told }}, but found {row!r}", row=row),
                "period.suspend",
            )
            continue
        if not isinstance(told, bool):
            table.fault(
                said("Expected told to be true or false, but found {told!r}", told=told), "period.suspend"
            )
        if any(entry.kind == kind for entry in found):
            table.fault(
                said("Expected {kind!r} once in suspend, but found it twice", kind=kind), "period.suspend"
            )
        limit = facts.get("max")
        most = _limit(table, limit, "suspend.max") if limit is not None else None
        found.append(Excluded(kind, most, told is True))
    return tuple(found)


def _check(rule: PeriodRule, table: Table) -> None:
    faults = {
        sayable("Expected an id, but it is empty"): not rule.id,
        sayable("Expected a basis, but it is empty"): not rule.basis,
        sayable("Expected valid_to after valid_from, but it lies before"): bool(
            rule.valid_to and rule.valid_to < rule.valid_from
        ),
        sayable("Expected roll only for periods of days, months or years (C2), but found it with W or H"): (
            rule.roll != "none" and rule.limit.kind in (Kind.WORKING_DAYS, Kind.HOURS)
        ),
        sayable(
            "Expected reading = strict or lenient exactly for a backward period (C5), but it is otherwise"
        ): (rule.backward != bool(rule.reading)),
        sayable("Expected a backward period without roll, extension, suspension or hours, but it has one"): (
            rule.backward
            and bool(rule.roll != "none" or rule.extensions or rule.excluded or rule.limit.kind is Kind.HOURS)
        ),
        sayable("Expected hours = service only with a limit of hours, but the limit is not"): (
            rule.hours == "service" and rule.limit.kind is not Kind.HOURS
        ),
        sayable("Expected an extension counted like the limit, but it is not"): any(
            not extension.max.comparable(rule.limit) for extension in rule.extensions
        ),
        sayable("Expected an extension at least once, but times is less than 1"): any(
            extension.times < 1 for extension in rule.extensions
        ),
        sayable("Expected a suspension's own limit in W, N or H, but found months or years"): any(
            entry.max is not None and entry.max.kind in (Kind.MONTHS, Kind.YEARS) for entry in rule.excluded
        ),
    }
    for sentence, broken in faults.items():
        if broken:
            table.fault(said("{id}: {sentence}", id=rule.id, sentence=said(sentence)), "period.rule")


def _check_validity(versions: list[PeriodRule], findings: Findings) -> None:
    for earlier, later in itertools.pairwise(versions):
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            sentence = said(
                "Expected one text of {id!r} for each day, but those valid from {valid_from} and "
                "from {later_valid_from} overlap",
                id=later.id,
                valid_from=earlier.valid_from,
                later_valid_from=later.valid_from,
            )
            findings.add(later.id, sentence, "period.overlap")
