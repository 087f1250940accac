"""Registers on paper: what lives on paper write is there to be read by others, the rest is made up.

Used by `paper_lives.py`. A row that nobody wrote is drawn from the register's own schema half of the time, so
that procedures meet licences that stand, that were revoked, and that never were.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime
from typing import Any

from engine.casework.registers import ABSENT, book
from engine.definitions.registers import Register
from engine.errors import BanjieError
from timers import officers, samples
from timers.laboratory import Laboratory

Row = dict[str, Any]
MOST_MADE_UP = 12  # rows of one register; from then on one of them is taken again


class Absent(Exception):
    """A row had to be there and is not: the BPMN error of that name."""

    code = ABSENT


class PaperRegisters:
    """The registers in force with the rows of one test."""

    def __init__(self, lab: Laboratory, connection: Any, rng: random.Random) -> None:
        self.lab = lab
        self.rng = rng
        self.book = book(lab.runtime, connection)
        self._certified = {
            row["key"]: {name: value for name, value in row.items() if name != "key"}
            for row in officers.shipped()
        }
        self.rows: dict[str, dict[str, Row]] = {officers.REGISTER: dict(self._certified)}
        self._drawn: dict[str, list[Row]] = {}

    def read(self, job: Mapping[str, Any], now: datetime, *, by_chance: bool = True) -> Row:
        """What the job `banjie.register.read` answers; by chance of rows nobody wrote. Raises Absent."""
        headers, asked = job["headers"], job["input"]
        register = self.book.of(headers["register"])
        if "where" in asked or isinstance(asked.get("key"), list):
            keys = asked.get("key")
            if not isinstance(keys, list):
                keys = (
                    self._some_keys(register, now) if by_chance else self._matching(register, asked["where"])
                )
            found = [self._told(register, str(key), now.date()) for key in keys]
            return {headers.get("variable", "rows"): [row for row in found if row]}
        key = str(asked.get("key") or "")
        if by_chance and key and key not in self._kept(register) and self.rng.random() < 0.5:
            self._make_up(register, key, now)
        row = self._told(register, key, now.date())
        if row is None and headers.get("absent") == "error":
            raise Absent
        return {headers.get("variable", "row"): row}

    def write(self, job: Mapping[str, Any], now: datetime, *, by_chance: bool = True) -> Row:
        """What the job `banjie.register.write` answers. Raises Absent."""
        headers, key = job["headers"], str(job["input"].get("key") or "")
        register = self.book.of(headers["register"])
        old = self._kept(register).get(key)
        gone = old is None or (by_chance and self.rng.random() < 0.15)  # somebody has taken it out meanwhile
        if headers.get("mode") == "change" and gone:
            raise Absent
        given = {name: value for name, value in (job["input"].get("row") or {}).items() if value is not None}
        self._kept(register)[key] = {**(old or {}), **given}
        variable = headers.get("variable")
        return {variable: self._told(register, key, now.date())} if variable else {}

    def _kept(self, register: Register) -> dict[str, Row]:
        return self.rows.setdefault(register.id, {})

    def _told(self, register: Register, key: str, day: date) -> Row | None:
        row = self._kept(register).get(key)
        return None if row is None else {**register.on(row, day), "key": key}

    def _matching(self, register: Register, where: Mapping[str, Any]) -> list[str]:
        """The keys of rows that have a value, or one of several, in each field asked for."""
        wanted = {name: value if isinstance(value, list) else [value] for name, value in where.items()}
        rows = self._kept(register).items()
        return [key for key, row in rows if all(row.get(name) in some for name, some in wanted.items())]

    def alone(self, given: Mapping[str, Mapping[str, Row]]) -> PaperRegisters:
        """Registers with the certificates that ship and the rows that are given, and nothing else."""
        found = copy(self)
        found.rows = {officers.REGISTER: dict(self._certified)}
        for register, rows in given.items():
            found.rows.setdefault(register, {}).update(rows)
        return found

    def _some_keys(self, register: Register, now: datetime) -> list[str]:
        kept = self._kept(register)
        if self.rng.random() < 0.3:
            self._make_up(register, f"第{len(kept) + 1}号", now)
        return self.rng.sample(sorted(kept), min(len(kept), self.rng.choice((0, 1, 2))))

    def _make_up(self, register: Register, key: str, now: datetime) -> None:
        """A row as the register's schema has it, filled in wholly or with what must be there."""
        drawn = self._drawn.setdefault(register.id, [])
        if len(drawn) < MOST_MADE_UP:
            schemas = register.schemas if len(drawn) % 2 else {}
            try:
                whole = {
                    name: samples.draw(one, self.rng, now.date(), self.lab.file)
                    for name, one in schemas.items()
                }
                drawn.append(samples.answers(register.form, {}, self.rng, now, self.lab.file, whole))
            except BanjieError:
                return  # chance found no row that the register would take
        self._kept(register)[key] = self.rng.choice(drawn)
