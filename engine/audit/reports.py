"""Counting: a report's rows of a stretch of time, divided by a heading, one number for each figure.

Called by the pages of statistics and the tests that recompute them. Reads registers, the working rows of
cases and the catalogue, decides nothing and writes nothing. What is counted is data (`reports.toml`); that
the rows themselves are right is proven elsewhere: a register is laid anew from its stream, a case from its
journal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, select

from engine import feel, periods
from engine.casework import clocks, registers, state
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.definitions.reports import CASES, ITEMS, MONTH, SHARE, Figure, Report
from engine.periods import Calendar, Kind
from engine.records import registers as kept
from engine.records.tables import case as case_table

Number = Decimal | int | None
Row = Mapping[str, Any]
_SCALARS = (str, bool, int, Decimal, type(None))
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Asked:
    """What is counted: days from `begin` to `end`, both included; the units; divided by the field `by`.

    `units` None asks for all, those rows included that name no unit.
    """

    begin: date
    end: date
    units: Collection[str] | None = None
    by: str = ""


@dataclass(frozen=True)
class Line:
    """One heading with its figures by id; a mean of nothing and a share in nothing are None."""

    key: str
    figures: Mapping[str, Number]


@dataclass(frozen=True)
class Counted:
    """A report counted: a line for each heading, most rows first, and all together."""

    lines: tuple[Line, ...]
    total: Line
    rows: int


@dataclass(frozen=True)
class Counting:
    """What one row gives: a value for each figure, and what it says in the fields that shares are `among`."""

    values: list[Any]
    alike: dict[str, str]


def count(runtime: Runtime, connection: Connection, report: Report, asked: Asked) -> Counted:
    """The figures of a report. The shelf must be fresh. Raises nothing for rows that lack a field."""
    now = runtime.clock.now().astimezone(runtime.settings.zone)
    return tabled(report, asked, rows(runtime, connection, report, asked), now)


def tabled(report: Report, asked: Asked, found: Iterable[Row], now: datetime) -> Counted:
    """The figures of rows that count, divided by their headings; `now` is what expressions call so."""
    tally = _Tally(report, now)
    amongs = tuple(sorted({figure.among for figure in report.figures if figure.among}))
    groups: dict[str, list[Counting]] = defaultdict(list)
    for row in found:
        alike = {name: heading(row, name, report.day) for name in amongs}
        groups[heading(row, asked.by, report.day)].append(Counting(tally.of(row), alike))
    together = [one for each in groups.values() for one in each]
    lines = [Line(key, _figures(report.figures, each, together)) for key, each in groups.items()]
    lines.sort(key=lambda line: (line.key if asked.by == MONTH else -len(groups[line.key]), line.key))
    return Counted(tuple(lines), Line("", _figures(report.figures, together, together)), len(together))


def rows(runtime: Runtime, connection: Connection, report: Report, asked: Asked) -> Iterator[dict[str, Any]]:
    """The rows that a report counts, every field of `report.fields` and `key` in each."""
    source = {CASES: _cases, ITEMS: _items}.get(report.over, _register)
    tally = _Tally(report, runtime.clock.now().astimezone(runtime.settings.zone))
    for row in source(runtime, connection, report):
        if _within(row, report, asked) and tally.counts(row):
            yield row


def heading(row: Row, by: str, day: str) -> str:
    """The heading a row stands under; "" for one that says nothing there."""
    if by == MONTH:
        return str(row.get(day) or "")[:7]
    value = row.get(by) if by else ""
    return "" if value is None else "true" if value is True else "false" if value is False else str(value)


def _within(row: Row, report: Report, asked: Asked) -> bool:
    whose = (report.unit, *report.also)
    if asked.units is not None and not any(str(row.get(name) or "") in asked.units for name in whose):
        return False
    day = str(row.get(report.day) or "")[:10]
    return not report.day or asked.begin.isoformat() <= day <= asked.end.isoformat()


# --- figures -----------------------------------------------------------------------------------------


class _Tally:
    """A report's expressions over rows. What depends on few plain values is worked out once for each."""

    def __init__(self, report: Report, now: datetime) -> None:
        self._host = {"now": now}
        found = [figure.finds for figure in report.figures]
        self._asked = [self._once(finds) if finds else _nothing for finds in found]
        self._where = self._once(report.where) if report.where else None

    def counts(self, row: Row) -> bool:
        return self._where is None or self._where(row) is True

    def of(self, row: Row) -> list[Any]:
        return [asked(row) for asked in self._asked]

    def _once(self, finds: feel.Compiled) -> Callable[[Row], Any]:
        names, known, host = sorted(finds.roots), dict[Any, Any](), self._host

        def value(row: Row) -> Any:
            given = tuple(row.get(name) for name in names)
            plain = all(isinstance(one, _SCALARS) for one in given)
            # True equals 1 and would share its place.
            place = tuple((type(one), one) for one in given) if plain else None
            if place is None or place not in known:
                values = {name: feel.from_json(one) for name, one in zip(names, given, strict=True)}
                found = finds(values, host=host).value
                if place is None:
                    return found
                known[place] = found
            return known[place]

        return value


def _nothing(_row: Row) -> None:
    return None


def _figures(
    figures: Sequence[Figure], mine: Sequence[Counting], together: Sequence[Counting]
) -> dict[str, Number]:
    """The figures of some rows; a share `among` a field is of all rows that agree with them there."""
    found = _plain_figures(figures, mine)
    for figure in figures:
        if figure.how == SHARE:
            part, whole = figure.parts
            found[figure.id] = _share(found[part], _wholes(figures, figure, mine, together, found)[whole])
    return found


def _plain_figures(figures: Sequence[Figure], rows_: Sequence[Counting]) -> dict[str, Number]:
    return {
        figure.id: _WAYS[figure.how]([row.values[place] for row in rows_])
        for place, figure in enumerate(figures)
        if figure.how != SHARE
    }


def _wholes(
    figures: Sequence[Figure],
    figure: Figure,
    mine: Sequence[Counting],
    together: Sequence[Counting],
    found: dict[str, Number],
) -> dict[str, Number]:
    if not figure.among:
        return found
    keys = {row.alike[figure.among] for row in mine}
    return _plain_figures(figures, [row for row in together if row.alike[figure.among] in keys])


def _share(part: Number, whole: Number) -> Number:
    return _rounded(Decimal(part or 0) * 100 / Decimal(whole)) if whole else None


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_TENTH, ROUND_HALF_UP)


def _numbers(values: Iterable[Any]) -> list[Decimal]:
    return [Decimal(str(one)) for one in values if isinstance(one, Decimal | int) and one is not True]


def _mean(values: Sequence[Any]) -> Number:
    numbers = _numbers(values)
    return _rounded(sum(numbers, Decimal(0)) / len(numbers)) if numbers else None


def _median(values: Sequence[Any]) -> Number:
    numbers = sorted(_numbers(values))
    if not numbers:
        return None
    middle = len(numbers) // 2
    return _rounded(numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2)


_WAYS: dict[str, Callable[[Sequence[Any]], Number]] = {
    "counts": lambda values: sum(one is True for one in values),
    "sum": lambda values: sum(_numbers(values), Decimal(0)),
    "most": lambda values: max(_numbers(values), default=None),
    "mean": _mean,
    "median": _median,
}


# --- rows --------------------------------------------------------------------------------------------


def _register(runtime: Runtime, connection: Connection, report: Report) -> Iterator[dict[str, Any]]:
    register = registers.book(runtime, connection).of(report.over)
    today = runtime.clock.now().astimezone(runtime.settings.zone).date()
    for row in kept.every(connection, register.id):
        yield {**dict.fromkeys(register.schemas), **registers.told(register, row, today)}


def _items(runtime: Runtime, connection: Connection, report: Report) -> Iterator[dict[str, Any]]:
    items = runtime.shelf.items(connection, runtime.shelf.newest("catalogue", "catalogue"))
    for item in items.values():
        yield {**{name: item.facts.get(name) for name in report.fields}, "key": item.code, "code": item.code}


def _cases(runtime: Runtime, connection: Connection, report: Report) -> Iterator[dict[str, Any]]:
    shelf, calendar = runtime.shelf, runtime.calendar(connection)
    t = case_table.c
    wanted = {str(name) for name in report.facts.get("procedures", ())}
    query = select(t.state, t.package).where(t.number.is_not(None)).order_by(t.case_id)
    if wanted:
        query = query.where(t.procedure.in_(wanted))
    kinds = {str(name) for name in report.facts.get("kinds", ())}
    main = _main_periods(runtime, connection)
    today = runtime.clock.now().astimezone(runtime.settings.zone).date()
    for row in connection.execute(query):
        kind = shelf.package(connection, row.package).kind
        if not kinds or kind in kinds:
            yield case_row(state.loads(row.state), kind, calendar, main, today)


def _main_periods(runtime: Runtime, connection: Connection) -> Mapping[str, str]:
    items = runtime.shelf.items(connection, runtime.shelf.newest("catalogue", "catalogue"))
    return {code: str(item.facts.get("period") or "") for code, item in items.items()}


def case_row(
    case: CaseState, kind: str, calendar: Calendar, main: Mapping[str, str], today: date
) -> dict[str, Any]:
    """A case as a report sees it (`definitions.reports.CASE_FIELDS`); of persons nothing."""
    found = [_period(case, number, calendar, today) for number in sorted(case.periods)]
    statutory = [one for one in found if one["class"] == "statutory"]
    whole = next((one for one in found if one["id"] == main.get(case.item)), None)
    whole = whole or (statutory[0] if statutory else {})
    return {
        "key": case.number,
        "number": case.number,
        "procedure": case.procedure,
        "kind": kind,
        "item": case.item,
        "unit": case.unit,
        "channel": case.channel,
        "received_on": _day(case.opened_at, calendar),
        "closed_on": _day(case.closed_at, calendar),
        "open": case.open,
        "outcome": case.outcome,
        "acts": [{name: act[name] for name in ("act", "date", "role")} for act in case.acts],
        "documents": [{"kind": one["kind"], "issued_on": one["issued_on"]} for one in case.documents],
        "cards": [
            {"rule": one["rule"], "level": one["level"]} for one in case.cards if one["status"] != "revoked"
        ],
        "periods": found,
        "used": whole.get("used"),
        "suspended": whole.get("suspended"),
        "late": any(one["late"] for one in statutory),
        "promise_missed": any(one["promise_missed"] for one in statutory),
    }


def _day(moment: str | None, calendar: Calendar) -> str | None:
    return calendar.local_date(read_moment(moment)).isoformat() if moment else None


def _period(case: CaseState, number: int, calendar: Calendar, today: date) -> dict[str, Any]:
    """Days in the period's own unit; `suspended` is None of one that counts hours."""
    row, ledger = case.periods[number], clocks.ledger_of(case, number)
    own = clocks.calendar_of(case, number, calendar)
    ended = calendar.local_date(read_moment(case.closed_at)) if case.closed_at else today
    until = ledger.stop_entry.on if ledger.stop_entry else ended
    hourly = ledger.rule.limit.kind is Kind.HOURS
    return {
        "id": row["id"],
        "class": ledger.rule.klass,
        "used": periods.used(ledger, own, until),
        "suspended": None if hourly else sum(periods.days_apart(ledger, own, until).left_out.values()),
        "late": "statutory" in row["fired"],
        "promise_missed": "promised" in row["fired"],
    }
