"""The law-enforcement certificates of the demo city: rows of the register of officers (执法人员库).

Called by the demo city and by the laboratory, whose made-up officers show certificates that exist. A real
installation fills the register from its own system of officers, never from here.
"""

from __future__ import annotations

import csv
import io
from importlib import resources
from typing import Any

from engine.casework import registers
from engine.casework.runtime import Runtime
from engine.organisation.model import Actor
from engine.records import registers as kept

REGISTER = "officers"


def shipped() -> list[dict[str, Any]]:
    """The rows as the register takes them, `key` the certificate's number."""
    text = (resources.files("processes") / "organisation" / "officers.csv").read_text(encoding="utf-8")
    return [_row(row) for row in csv.DictReader(io.StringIO(text))]


def _row(row: dict[str, str]) -> dict[str, Any]:
    own = {name: row[name] for name in ("name", "person", "unit", "valid_from", "valid_to", "area")}
    return {"key": row["certificate"], **own, "fields": row["fields"].split(";"), "state": "valid"}


def certify(runtime: Runtime) -> None:
    """Bring the demo city's certificates into the register; what stands there already stays as it is."""
    with runtime.store.reading() as connection:
        missing = [row for row in shipped() if kept.get(connection, REGISTER, row["key"]) is None]
    registers.bring(runtime, REGISTER, missing, Actor.system())


def of_unit(unit: str) -> list[str]:
    """The certificates of a unit's officers; of all where the unit has none."""
    own = [row["key"] for row in shipped() if row["unit"] == unit]
    return own or [row["key"] for row in shipped()]
