"""Finding cases to audit: by number, person, unit, procedure, rule, date, amount and by what was ever
entered.

Called by the auditor's pages. Narrowed to the units the auditor may read; reads no case file by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from engine.records.tables import card as card_table
from engine.records.tables import case as case_table
from engine.records.tables import entry as entry_table
from engine.records.tables import person as person_table
from engine.records.tables import work_item


@dataclass(frozen=True)
class Wanted:
    """Every field that is not empty narrows. `person` is a login or a name, of an officer who had a work
    item of the case or whom a card names; `words` are looked for in the whole journal of the case, `amount`
    among the numbers that were entered or computed in it. `least` and `most` bound what was ever written into
    one of the variables that hold money: `money` says which those are, procedure → names. Moments are texts
    as the tables hold them."""

    units: Sequence[str]
    number: str = ""
    person: str = ""
    procedure: str = ""
    rule: str = ""
    status: str = ""
    opened_from: str = ""
    opened_to: str = ""
    words: str = ""
    amount: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    money: Mapping[str, frozenset[str]] = field(default_factory=dict)


def find(
    connection: Connection, wanted: Wanted, *, limit: int = 50, offset: int = 0
) -> list[Mapping[str, Any]]:
    """Cases, newest first; state and marking are left out."""
    t = case_table.c
    columns = [column for column in t if column.name not in ("state", "marking", "query_hash")]
    asked = [t.number.is_not(None), t.unit.in_(wanted.units), *_narrowed(wanted)]
    if wanted.least is not None or wanted.most is not None:
        asked.append(t.case_id.in_(_with_money_between(connection, wanted, asked)))
    query = select(*columns).where(and_(*asked))
    query = query.order_by(t.case_id.desc()).limit(limit).offset(offset)
    return [dict(row._mapping) for row in connection.execute(query)]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    t = case_table.c
    found: list[ColumnElement[bool]] = []
    for column, value in ((t.procedure, wanted.procedure), (t.status, wanted.status)):
        if value:
            found.append(column == value)
    if wanted.number:
        found.append(t.number.contains(wanted.number, autoescape=True))
    if wanted.opened_from:
        found.append(t.opened_at >= wanted.opened_from)
    if wanted.opened_to:
        found.append(t.opened_at < wanted.opened_to)
    if wanted.rule:
        found.append(exists().where(card_table.c.case_id == t.case_id, card_table.c.rule == wanted.rule))
    if wanted.person:
        found.append(_touched_by(wanted.person))
    if wanted.words:
        found.append(_mentions(wanted.words))
    if wanted.amount is not None:
        found.append(_has_amount(wanted.amount))
    return found


def _touched_by(person: str) -> ColumnElement[bool]:
    p = person_table.c
    logins = select(p.login).where(or_(p.login == person, p.name.contains(person, autoescape=True)))
    case_id = case_table.c.case_id
    return or_(
        exists().where(work_item.c.case_id == case_id, work_item.c.person.in_(logins)),
        exists().where(card_table.c.case_id == case_id, card_table.c.person.in_(logins)),
    )


def _mentions(words: str) -> ColumnElement[bool]:
    t = case_table.c
    short = [column.contains(words, autoescape=True) for column in (t.title, t.applicant, t.number)]
    entered = exists().where(
        entry_table.c.case_id == t.case_id,
        entry_table.c.stream.startswith("case:"),
        entry_table.c.payload.contains(words, autoescape=True),
    )
    return or_(*short, entered)


def _has_amount(amount: Decimal) -> ColumnElement[bool]:
    """A number of that value stands in the journal, however many noughts it was written with."""
    plain = format(amount.normalize(), "f")
    dot = "" if "." in plain else "."
    written = dict.fromkeys(
        (plain, *(f"{plain}{dot}{'0' * noughts}" for noughts in (1, 2) if dot or noughts))
    )
    payload = entry_table.c.payload
    found = [
        payload.contains(f"{begin}{text}{end}", autoescape=True)
        for text in written
        for begin in (":", ",", "[")
        for end in (",", "}", "]")
    ]
    return exists().where(
        entry_table.c.case_id == case_table.c.case_id,
        entry_table.c.stream.startswith("case:"),
        payload.contains(plain, autoescape=True),  # spares nearly every entry the nine times as many looks
        or_(*found),
    )


def _with_money_between(
    connection: Connection, wanted: Wanted, asked: Sequence[ColumnElement[bool]]
) -> list[int]:
    """The cases asked for in which a variable that holds money ever had a value within the bounds.

    Read from the canonical text of the journal, whose keys stand in order; only entries of procedures that
    know of money are looked at. One look for all names here is quicker than one for each in the database.
    """
    names = sorted({name for held in wanted.money.values() for name in held})
    e, t = entry_table.c, case_table.c
    query = (
        select(e.case_id, e.payload)
        .join(case_table, t.case_id == e.case_id)
        .where(
            *asked,
            t.procedure.in_([procedure for procedure, held in wanted.money.items() if held]),
            e.stream.startswith("case:"),
        )
    )
    value = re.compile(rf'"name":"(?:{"|".join(map(re.escape, names))})","scope":\d+,"value":(\d[\d.]*)[,}}]')
    found: set[int] = set()
    for case_id, payload in connection.execute(query):
        if case_id not in found and any(_within(text, wanted) for text in value.findall(payload)):
            found.add(case_id)
    return sorted(found)


def _within(text: str, wanted: Wanted) -> bool:
    amount = Decimal(text)
    return not (
        (wanted.least is not None and amount < wanted.least)
        or (wanted.most is not None and amount > wanted.most)
    )
