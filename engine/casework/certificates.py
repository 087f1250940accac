"""Certificates on the day of an act: what the register of officers says now of whoever handles a case.

Called by `runtime` before a work item is completed; the rows become answers of the entry, so that a replay
asks no register. A procedure that has looked an officer's certificate up demands one (SOD-4); the file keeps
the row of that day, and this asks whether it still holds. Who reviews a penalty is looked up as well: the
register says who begins to and who is qualified. The judging is `engine.organisation`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.marking import Marking
from engine.casework import commands
from engine.casework.state import CaseState
from engine.definitions.shelf import Shelf
from engine.organisation.model import Actor
from engine.records import registers

REGISTER = "officers"


def looked_up(before: CaseState, marking: Marking, key: int, person: str) -> list[str]:
    """Numbers of the certificates of a person that the case file holds around a handler's work item."""
    item = before.items.get(key)
    if item is None or item["role"] != "handler" or not person:
        return []
    return sorted(set(_numbers(before, marking, item["scope"], person)))


def _numbers(before: CaseState, marking: Marking, scope: int, person: str) -> Iterator[str]:
    for around in before.chain(scope):
        for value in marking.variables(around).values():
            if isinstance(value, Mapping) and value.get("person") == person and "valid_to" in value:
                yield str(value.get("key"))


def _reviews_a_penalty(shelf: Shelf, connection: Connection, before: CaseState, key: int) -> bool:
    item = before.items.get(key)
    reviews = item is not None and item["role"] == "legal-reviewer" and item["act"] == "legal-review"
    return reviews and shelf.package(connection, before.package).kind == "penalty"


def answers(
    shelf: Shelf,
    connection: Connection,
    command: commands.Command,
    before: CaseState,
    marking: Marking,
    actor: Actor,
    day: date,
) -> dict[str, Any]:
    """{"certificates": rows} or {"qualifications": rows} as the register has them on the day; nothing where
    the case demands none."""
    if not isinstance(command, commands.Complete) or actor.kind != "officer":
        return {}
    if _reviews_a_penalty(shelf, connection, before, command.key):
        own = registers.find(connection, REGISTER, {"person": [registers.mark_text(actor.person)]})
        return {"qualifications": [{**row.data, "key": row.key} for row in own]} if own else {}
    numbers = looked_up(before, marking, command.key, actor.person)
    if not numbers:
        return {}
    register = shelf.registers(connection, shelf.newest("registers", "registers")).of(REGISTER)
    found = (registers.get(connection, REGISTER, number) for number in numbers)
    return {"certificates": [{**register.on(row.data, day), "key": row.key} for row in found if row]}
