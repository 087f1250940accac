"""Check 6 on a case's rows: its state, items, jobs, subscriptions, cards, papers and publications.

Called by `verify`. The rows are a working copy that pages and clerks read: whoever changes one shows people
what the journal does not say. They are drawn again from the entries (`drawn_again`) and compared. Not asked
of a case whose entries are not whole: their own checks say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.audit.drawn_again import Columns, Drawn, DrawnAgain
from engine.audit.stored import Stored
from engine.errors import BanjieError, said
from engine.records import shared_tables, tables

Row = Mapping[str, Any]
Kept = Mapping[str, Mapping[int, Mapping[Any, Row]]]
"""What is stored, by name of the table, case and key."""
Found = Iterator[tuple[str, Any]]
"""Sentences, and the place of an entry."""
_TABLES = (
    tables.work_item,
    tables.job,
    tables.subscription,
    tables.card,
    shared_tables.issued,
    shared_tables.publication,
)
_UNREADABLE = (BanjieError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


def kept(connection: Connection, case_ids: Sequence[int]) -> Kept:
    """The drawn rows of some cases (a few hundred at most), a statement a table."""
    found: dict[str, dict[int, dict[Any, Row]]] = {}
    for table in _TABLES:
        of_table = found.setdefault(table.name, {})
        for one in connection.execute(select(table).where(table.c.case_id.in_(case_ids))):
            row = dict(one._mapping)
            of_table.setdefault(row["case_id"], {})[row["key"]] = row
    return found


def faults(rows: Sequence[Stored], row: Row, stored: Kept) -> Found:
    """The first thing in each table that does not follow from the entries of a case, which are whole.

    Nothing where an entry was disposed of. `row` is the row of the case, `stored` has its drawn rows.
    """
    if not rows or any(one.erased or one.entry is None for one in rows):
        return
    drawn, last = DrawnAgain(int(row["case_id"])), rows[-1]
    for one in rows:
        try:
            drawn.take(one.entry)  # type: ignore[arg-type]  # asked above
        except _UNREADABLE as error:
            yield (
                said(
                    "{name}: Expected events that a step can have written, but they cannot be applied: "
                    "{error!r}",
                    name=one.name,
                    error=error,
                ),
                one.seq,
            )
            return
    try:
        sentences = [*_of_case(row, drawn), *_of_tables(stored, row["case_id"], drawn)]
    except _UNREADABLE as error:
        sentences = [said("Expected rows that follow from its entries, but found {error!r}", error=error)]
    for sentence in sentences:
        yield said("{name}: {sentence}", name=last.name, sentence=sentence), last.seq


def _of_case(row: Row, drawn: DrawnAgain) -> Iterator[str]:
    other = _other(row, drawn.case())
    if other is not None:
        yield _sentence("case_row", row["case_id"], *other)
    told = drawn.state.dumps()
    if row["state"] != told:
        name = _differing(row["state"], told)
        if name:
            yield said(
                "Expected the state of the case as its entries leave it, but {name} differs", name=name
            )


def _differing(kept_text: str, told_text: str) -> str:
    """Which part of a stored state is another; "" where an earlier version did not keep what is missing."""
    try:
        here, told = canonical.loads(kept_text), canonical.loads(told_text)
    except BanjieError:
        return "state"
    if not isinstance(here, Mapping):
        return "state"
    other = next((name for name in sorted(here) if name not in told or here[name] != told[name]), "")
    return other or ("" if canonical.dumps(here) == kept_text else "state")


def _of_tables(stored: Kept, case_id: int, drawn: DrawnAgain) -> Iterator[str]:
    for table, expected in drawn.rows():
        yield from _of_table(table, stored[table].get(case_id, {}), expected, drawn)


def _of_table(table: str, here: Mapping[Any, Row], expected: Drawn, drawn: DrawnAgain) -> Iterator[str]:
    for key in sorted({*here, *expected}, key=str):
        if key not in here:
            yield said("Expected a row {key} of {table}, but it is gone", key=key, table=table)
        elif key in expected:
            other = _other(here[key], expected[key])
            if other is None:
                continue
            yield _sentence(table, key, *other)
        elif key not in drawn.untold(table):
            yield said("Expected no row {key} of {table}, but there is one", key=key, table=table)
        else:
            continue
        return


def _other(here: Row, expected: Columns) -> tuple[str, Any, Any] | None:
    """The first column that is not as it must be: its name, what was expected and what was found."""
    for name, value in expected.items():
        found = here[name]
        if found != value and not (isinstance(value, tuple) and found in value):
            return name, value[-1] if isinstance(value, tuple) else value, found
    return None


def _sentence(table: str, key: Any, name: str, value: Any, found: Any) -> str:
    return said(
        "Expected {name} of {table} {key} to be {value}, but it is {found}",
        name=name,
        table=table,
        key=key,
        value="–" if value in (None, "") else value,
        found="–" if found in (None, "") else found,
    )
