"""Cases that belong together, found both ways: what a case names, and who wrote on the rows it left.

Called by the case page. A procedure need say nothing for it: a number of a case is known wherever a case
file or a register holds one, and a register knows which case wrote a row last. Shows a case only to an
officer who may read it; reads no register's content to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import Connection, select

from engine.casework import registers
from engine.organisation import authorization
from engine.records import registers as kept
from engine.records.registers import Row
from engine.records.tables import case as case_table
from web.casefile.facts import parts
from web.casefile.opening import CaseFile
from web.signin.who import current_actor, house, organisation

CASE_NUMBER = "case_number"
"""The field of a register that says which case a row comes from."""
_LONGEST_NUMBER = 40
_MOST = 200


def related(found: CaseFile) -> list[dict[str, str]]:
    """{"number", "title", "href", "outcome"} of each related case the reader may open, oldest first."""
    here = house()
    with here.store.reading() as connection:
        rows = list(_left_by(connection, found.number))
        named = {text for held in (found.variables, *(row.data for row in rows)) for text in _texts(held)}
        writers = {row.case_id for row in rows if row.case_id is not None}
        table = case_table.c
        query = select(table.case_id, table.number, table.title, table.unit, table.outcome).where(
            table.number.in_(sorted(named)[:_MOST]) | table.case_id.in_(sorted(writers)),
            table.case_id != found.case_id,
        )
        others = connection.execute(query.order_by(table.case_id)).all()
    actor, city = current_actor(), organisation()
    return [
        {
            "number": other.number,
            "title": other.title,
            "outcome": other.outcome or "",
            "href": url_for("clerk.case", number=other.number),
        }
        for other in others
        if authorization.may(actor, "read", other.unit, city)
    ]


def _left_by(connection: Connection, number: str) -> Iterator[Row]:
    """The rows of registers that come from a case."""
    for register in registers.book(house().runtime, connection).registers.values():
        if CASE_NUMBER in register.indexed:
            yield from kept.find(connection, register.id, {CASE_NUMBER: [number]})


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a value that could be a case's number."""
    texts = (one for one in parts(value) if isinstance(one, str))
    return (text for text in texts if 0 < len(text) <= _LONGEST_NUMBER and text[-1].isdigit())
