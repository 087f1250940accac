"""Registers (登记簿) for officers: look rows up with a purpose, see what comparisons of registers have found.

What somebody looks for is posted, never part of an address; each reading is journalled before it is told, by
the one function that also asks whether the officer's posts may look (`engine.casework.registers.look`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Connection, select

from engine.casework import nights, registers
from engine.casework.nights import Night
from engine.definitions.registers import Register
from engine.organisation.model import Actor
from engine.records import registers as kept
from engine.records.registers import Row
from engine.records.tables import case as case_table
from web.casefile.facts import label_of, shown
from web.casefile.masking import covered
from web.clerk.room import ROOM
from web.language import current
from web.signin.who import current_actor, house

MOST_FINDINGS = 200


@ROOM.get("/registers")
def list_registers() -> str:
    """The registers this officer may look into, each with how many rows it has."""
    return page(open_registers())


@ROOM.post("/registers")
def look() -> str:
    """Rows whose key or one of whose indexed fields is what was asked. Raises NotAuthorised, Malformed."""
    here, actor = house(), current_actor()
    asked = {name: request.form.get(name, "").strip()[:200] for name in ("register", "text", "purpose")}
    register, rows = registers.look(here.runtime, actor, asked["register"], asked["text"], asked["purpose"])
    return page(open_registers(), asked, register, [facts(register, row) for row in rows])


def page(
    known: list[dict[str, Any]],
    asked: Mapping[str, str] | None = None,
    register: Register | None = None,
    rows: list[dict[str, Any]] | None = None,
) -> str:
    """The page: the form, and what was found where something was asked."""
    title = register.title(current()) if register else ""
    key_label = register.key_label(current()) if register else ""
    return render_template(
        "clerk/registers.html", known=known, asked=asked, title=title, key_label=key_label, rows=rows or []
    )


def open_registers() -> list[dict[str, Any]]:
    """What the officer's posts may look into."""
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        known, counts = registers.book(here.runtime, connection), kept.count(connection)
    return [
        {
            "id": one.id,
            "title": one.title(current()),
            "key": one.key_label(current()),
            "rows": counts.get(one.id, 0),
            "outside": one.source == "outside",
        }
        for one in known.registers.values()
        if registers.may_look(actor, one)
    ]


def facts(register: Register, row: Row) -> dict[str, Any]:
    """A row in words: its fields by their labels, when it was written and for which case.

    What a register keeps for its procedure alone (`x-mask` all) nobody reads here: what a letter says about
    a person stands in its case, which not everybody may open (SOD-7).
    """
    data = register.on(row.data, house().directory.today())
    fields = [
        (label_of(schema, name), _said(schema, data[name]))
        for name, schema in register.schemas.items()
        if data.get(name) not in (None, "", [])
    ]
    return {"key": row.key, "fields": fields, "written_at": row.written_at, "case": _case(row)}


def _said(schema: Mapping[str, Any], value: Any) -> str:
    return str(covered("all", value)) if schema.get("x-mask") == "all" else shown(schema, value)


def _case(row: Row) -> dict[str, str] | None:
    if row.case_id is None:
        return None
    with house().store.reading() as connection:
        query = select(case_table.c.number).where(case_table.c.case_id == row.case_id)
        number = connection.execute(query).scalar()
    return {"number": number, "href": url_for("clerk.case", number=number)} if number else None


@ROOM.get("/registers/comparisons")
def comparisons() -> str:
    """What the comparisons of registers find today; only those over a register the officer may look into."""
    here, actor = house(), current_actor()
    found = []
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        known = registers.book(here.runtime, connection)
        for check in known.checks:
            if not registers.may_look(actor, known.of(check.over)):
                continue
            hits = list(islice(registers.compare(here.runtime, connection, check), MOST_FINDINGS))
            names = [{"key": hit.row.key, "name": hit.row.data.get("name", "")} for hit in hits]
            found.append({"title": check.title(current()), "basis": check.basis, "rows": names})
    return render_template("clerk/comparisons.html", found=found, most=MOST_FINDINGS)


def found_last_night(connection: Connection, actor: Actor) -> int:
    """How many rows last night's comparisons found, of those over a register this officer may look into."""
    book = nights.newest(connection, limit=1)
    found = {one["key"].split(":")[1]: one["key"].split(":")[2] for one in _register_findings(book)}
    if not found:
        return 0
    known = registers.book(house().runtime, connection)
    seen = [check.id for check in known.checks if registers.may_look(actor, known.of(check.over))]
    return sum(int(found.get(check, 0)) for check in seen)


def _register_findings(book: list[Night]) -> list[Mapping[str, Any]]:
    return [one for night in book for one in night.found if one["kind"] == "register"]
