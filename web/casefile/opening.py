"""Opening a case file for reading: row, state, package, variables, calendar, in one consistent view.

Called by every page that shows a case. It asks no right and journals no reading: the room does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from engine.audit import history
from engine.bpmn.marking import Marking
from engine.casework import state as case_state
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.definitions.catalogue import ServiceItem
from engine.definitions.forms import Form
from engine.definitions.packages import Package, described
from engine.errors import NotFound, said
from engine.periods import Calendar
from engine.records import dispositions, journal
from engine.records.entries import Entry
from engine.records.tables import case as case_table
from web.language import _, current


@dataclass(frozen=True)
class CaseFile:
    """A case as it stands at `now`; `packages` are its own and those it has called, by name."""

    row: Any
    state: CaseState
    marking: Marking
    item: ServiceItem
    package: Package
    packages: Mapping[str, Package]
    calendar: Calendar
    entries: tuple[Entry, ...]
    now: datetime

    @property
    def case_id(self) -> int:
        """The case's key in the store."""
        return self.state.case_id

    @property
    def number(self) -> str:
        """The case's number, which people use."""
        return self.state.number

    @property
    def title(self) -> str:
        """What is asked for, in the reader's language."""
        return self.item.name(current())

    @cached_property
    def steps(self) -> list[history.Step]:
        """The history step by step."""
        return history.steps(self.entries)

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """The case file: variable → value; of a closed case, as it was at the end."""
        root = self.state.root
        if root is not None and self.state.open and not self.marking.ended:
            return self.marking.variables(root)
        return self.steps[-1].file if self.steps else {}

    def schema(self, name: str) -> Mapping[str, Any]:
        """What the case-file schemas say of a variable; empty where none knows it."""
        known = [one for one in (self.package, *self.packages.values()) if name in one.casefile]
        return with_choices(described(known, name), known[0].casefile) if known else {}

    def form(self, form_id: str | None) -> Form | None:
        """A form of the case's own package or of one it has called; None where there is none."""
        if not form_id:
            return None
        return self.packages.get(form_id.partition("/")[0], self.package).form(form_id)


def with_choices(schema: Mapping[str, Any], casefile: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema whose parts are called as the case file calls the same choices: rows gather what a variable of
    their part's name held, and need not list its choices again."""
    rows = schema.get("items")
    holder = rows if isinstance(rows, Mapping) else schema
    parts = holder.get("properties")
    if not isinstance(parts, Mapping):
        return schema
    lent = {name: casefile[name]["oneOf"] for name in parts if "oneOf" in casefile.get(name, {})}
    filled = {name: {"oneOf": lent[name], **part} if name in lent else part for name, part in parts.items()}
    named = {**holder, "properties": filled}
    return {**schema, "items": named} if holder is rows else named


def open_case(runtime: Runtime, connection: Connection, number: str) -> CaseFile:
    """The file of the case with that number. Raises NotFound."""
    query = select(case_table.c.case_id).where(case_table.c.number == number)
    case_id = connection.execute(query).scalar()
    if case_id is None:
        raise NotFound(_("没有找到编号为 %(number)s 的案件。", number=number[:40]))
    return open_file(runtime, connection, case_id)


def open_file(runtime: Runtime, connection: Connection, case_id: int) -> CaseFile:
    """The file of a case. Raises NotFound, also where its data were disposed of."""
    row = runtime.load(connection, case_id)
    runtime.shelf.refresh(connection, row.generation)
    entries = tuple(journal.read(connection, journal.case_stream(case_id)))
    if any(entry.erased for entry in entries):
        _demand_data(connection, row)
    state = case_state.loads(row.state)
    package = runtime.shelf.package(connection, state.package)
    called = {name: runtime.shelf.package(connection, digest) for name, digest in state.called.items()}
    return CaseFile(
        row=row,
        state=state,
        marking=Marking.load(row.marking.encode()),
        item=runtime.item(connection, state.item),
        package=package,
        packages={package.name: package, **called},
        calendar=runtime.calendar(connection),
        entries=entries,
        now=runtime.clock.now(),
    )


def _demand_data(connection: Connection, row: Any) -> None:
    """Raises NotFound with who approved it, where the data of a case were disposed of."""
    for one in dispositions.of_stream(connection, journal.case_stream(row.case_id)):
        raise NotFound(said("{case}: {sentence}", case=row.number, sentence=one.sentence))
