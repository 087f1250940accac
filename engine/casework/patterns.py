"""What only a comparison shows, asked once a night: cases (B4, F12, F15) and registers (F16, F17).

Called by the heartbeat beside the patrol. It gathers facts over the penalty cases of the time that the law
names and the open letters, asks the table `patterns` of the supervision rules about each, and counts what the
comparisons of registers find; what hits goes into the patrol's book (`nights`). It reads only, issues no card
and blames nobody: a pattern is a reason to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from engine import canonical, dmn
from engine.casework import registers, state
from engine.casework.patrol import Missed
from engine.casework.runtime import Runtime
from engine.clock import moment_text, read_moment
from engine.errors import NotFound
from engine.periods import Ledger, due
from engine.records import journal
from engine.records.tables import case as case_table

TABLE = "patterns"
NO_CASE = 0  # a finding that speaks of registers
SHARES, AMOUNTS = "jc.compare.shares", "jc.compare.amounts"
"""The periods of the law that say how far back a comparison looks."""
_LETTERS = frozenset({"letter", "petition"})


@dataclass(frozen=True)
class Looked:
    """What of a case a comparison needs; `kind` of its procedure, `file` the variables of its case file."""

    case_id: int
    number: str
    unit: str
    open: bool
    opened_at: datetime
    not_opened_by: frozenset[str]
    handled_by: frozenset[str]
    file: Mapping[str, Any]
    kind: str = "penalty"
    channel: str = ""


def patterns(runtime: Runtime, now: datetime) -> list[Missed]:
    """Every pattern that a rule names, in a stable order."""
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        shares, amounts = _looking_back(runtime, connection, now)
        known = list(_known(runtime, connection, min(shares, amounts)))
        rules = runtime.shelf.newest("supervision", "supervision")
        models = [one for one in runtime.shelf.supervision(connection, rules) if TABLE in one.decisions]
        apart = list(_registers(runtime, connection, now))
    cases = [case for case in known if case.kind == "penalty"]
    letters = [case for case in known if case.kind in _LETTERS]
    facts = [*_not_opened(cases, shares), *_unequal(cases, amounts), *_twice(letters)]
    return [*(hit for one in facts for model in models for hit in _judged(model, one, now)), *apart]


def _registers(runtime: Runtime, connection: Connection, now: datetime) -> Iterator[Missed]:
    """How many rows each comparison of registers finds; of whom they speak an officers' page tells.

    The book of the patrol is sealed for good, so it holds no number of a person.
    """
    try:
        checks = registers.book(runtime, connection).checks
    except NotFound:  # an authority may keep no registers
        return
    for check in checks:
        found = sum(1 for _ in registers.compare(runtime, connection, check))
        if found:
            told = f"{check.title('zh')}：{found}", f"{check.title('en')}: {found}"
            yield Missed(NO_CASE, "register", f"check:{check.id}:{found}", moment_text(now), *told)


def _judged(model: dmn.Model, facts: Mapping[str, Any], now: datetime) -> Iterator[Missed]:
    event = {"type": "PatternFound", "act": None, "role": None, "moment": moment_text(now), "data": facts}
    given: dict[str, Any] = {
        "event": event,
        **{name: {} for name in ("case", "actor", "item")},
        **{name: [] for name in ("periods", "history", "documents")},
        "period": None,
    }
    rows = dmn.evaluate(model, TABLE, given).json or []
    for row in rows if isinstance(rows, list) else [rows]:
        told = str(row["sentence_zh"]), str(row["sentence_en"])
        yield Missed(int(facts["case_id"]), "pattern", f"rule:{row['rule']}", moment_text(now), *told)


# --- facts -----------------------------------------------------------------------------------------


def _not_opened(cases: Iterable[Looked], since: datetime) -> Iterator[dict[str, Any]]:
    """B4: the share of leads not opened, of each unit and officer, beside that of the whole city."""
    recent = [case for case in cases if since <= case.opened_at]
    city = sum(bool(case.not_opened_by) for case in recent) * 100 // len(recent) if recent else 0
    found: dict[tuple[str, str], list[Looked]] = defaultdict(list)
    for case in recent:
        found["unit", case.unit].append(case)
        for person in case.handled_by:
            found["officer", person].append(case)
    for (whose, name), listed in sorted(found.items()):
        closed = [case for case in listed if case.not_opened_by and _of(case, whose, name)]
        yield {
            "kind": "not-opened",
            "whose": whose,
            "name": name,
            "case_id": closed[-1].case_id if closed else listed[-1].case_id,
            "cases": len(listed),
            "share": len(closed) * 100 // len(listed),
            "city_share": city,
        }


def _of(case: Looked, whose: str, name: str) -> bool:
    return whose == "unit" or name in case.not_opened_by


def _unequal(cases: Iterable[Looked], since: datetime) -> Iterator[dict[str, Any]]:
    """F15: the same recorded facts of one item, in one unit, with different amounts since a moment."""
    alike: dict[tuple[str, str, str], list[Looked]] = defaultdict(list)
    for case in cases:
        decided, facts = _decided(case), case.file.get("facts_now")
        if decided and isinstance(facts, Mapping) and since <= _midnight(decided, since):
            key = case.unit, str(case.file.get("item_code")), canonical.dumps(facts)
            alike[key].append(case)
    for (unit, item, _facts), listed in sorted(alike.items()):
        amounts = sorted({str(case.file["decided_amount"]) for case in listed})
        if len(listed) > 1:
            yield {
                "kind": "unequal",
                "case_id": listed[-1].case_id,
                "name": unit,
                "item": item,
                "cases": len(listed),
                "amounts": len(amounts),
                "told": "、".join(amounts),
            }


def _twice(letters: Iterable[Looked]) -> Iterator[dict[str, Any]]:
    """F12: in how many channels one matter of one sender is open, where it is open more than once. The same
    matter: the same phone and title, whatever the spaces and capitals."""
    alike: dict[tuple[str, str], list[Looked]] = defaultdict(list)
    for case in letters:
        phone, title = (str(case.file.get(name) or "") for name in ("phone", "title"))
        if case.open and phone and title:
            alike[phone, "".join(title.split()).casefold()].append(case)
    for _matter, listed in sorted(alike.items()):
        if len(listed) > 1:
            yield {
                "kind": "two-channels",
                "case_id": listed[-1].case_id,
                "number": listed[-1].number,
                "channels": len({str(case.file.get("channel") or case.channel) for case in listed}),
                "told": "、".join(case.number for case in listed[:-1]),
            }


def _decided(case: Looked) -> date | None:
    """The day of a decision that names an amount."""
    day = case.file.get("decided_on")
    return date.fromisoformat(str(day)[:10]) if day and case.file.get("decided_amount") is not None else None


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


# --- reading ---------------------------------------------------------------------------------------


def _looking_back(runtime: Runtime, connection: Connection, now: datetime) -> tuple[datetime, datetime]:
    """Since when shares and amounts are compared; a law that does not say so has nothing compared."""
    law = runtime.shelf.law(connection, runtime.shelf.newest("law", "law"))
    calendar = runtime.calendar(connection)
    today = calendar.local_date(now)
    shares, amounts = (
        due(Ledger.open(law.of(name, today), today), calendar).moment if name in law else now
        for name in (SHARES, AMOUNTS)
    )
    return shares, amounts


def _known(runtime: Runtime, connection: Connection, since: datetime) -> Iterator[Looked]:
    """The penalty cases that are open, or were still open since a moment, and open letters, by id."""
    t = case_table.c
    query = select(t.case_id, t.state).where(
        or_(t.status == "open", t.opened_at >= moment_text(since), t.closed_at >= moment_text(since)),
        t.number.is_not(None),
    )
    for row in connection.execute(query.order_by(t.case_id)).all():
        case = state.loads(row.state)
        kind = runtime.shelf.package(connection, case.package).kind
        if kind == "penalty" or (kind in _LETTERS and case.open):
            yield _looked(connection, case, kind)


def _looked(connection: Connection, case: state.CaseState, kind: str) -> Looked:
    file: dict[str, Any] = {}
    root: int | None = None
    for entry in journal.read(connection, journal.case_stream(case.case_id)):
        for event in entry.events:
            if event.type == "ScopeOpened" and root is None:
                root = event.data["scope"]
            elif event.type == "VariableSet" and event.data["scope"] == root:
                file[event.data["name"]] = event.data["value"]
    people = [act for act in case.acts if act["person"] != "system"]
    return Looked(
        case_id=case.case_id,
        number=case.number,
        unit=case.unit,
        open=case.open,
        opened_at=read_moment(case.opened_at),
        not_opened_by=frozenset(str(act["person"]) for act in people if act["act"] == "not-open"),
        handled_by=frozenset(str(act["person"]) for act in people if act["role"] in ("handler", "officer")),
        file=file,
        kind=kind,
        channel=case.channel,
    )
