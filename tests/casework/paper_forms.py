"""Forms filled in on paper: every choice of every field in its turn, dates of the day, figures of the case.

Used by `paper_lives.py`. Fillings are drawn once and used again and again, the one first that was used least
at an element; what a case already says of itself is filled in alike.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.definitions.packages import Package
from engine.errors import BanjieError
from timers.laboratory import Laboratory

POOL, LARGE_POOL = 14, 26
"""Fillings of one form, each with another choice of its own (in a large pool then with two); from then on
they are taken again."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONG_AGO = timedelta(days=60)


class PaperForms:
    """Whoever fills in forms. `units` are named in their turn where a unit is to be named: one that handles
    as all do, and those that handle by a procedure of their own."""

    def __init__(
        self, lab: Laboratory, rng: random.Random, units: Sequence[str] = (), pool: int = POOL
    ) -> None:
        self.lab = lab
        self.rng = rng
        self.units = units
        self.pool = pool
        self._pool: dict[str, list[dict[str, Any]]] = {}
        self._used: dict[tuple[str, str], Counter[int]] = {}

    def filled(
        self, package: Package, form: str, element: str, unit: str, today: date, case: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A filling that was used least at this element so far, of the day, in a case that says so much."""
        made = self._pool.setdefault(form, [])
        used = self._used.setdefault((form, element), Counter())
        if len(made) < self.pool and all(used[index] for index in range(len(made))):
            made.append(self._sample(package, form, unit, len(made)))
        least = min(used[index] for index in range(len(made)))
        index = self.rng.choice([one for one in range(len(made)) if used[one] <= least + 1])
        used[index] += 1
        found = moved(made[index], today - self.lab.today)
        return self._echoed(found, case) if self.rng.random() < 0.3 else found

    def _echoed(self, filling: dict[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
        """One figure is one that the case has already: what is owed is paid."""
        fields = [name for name, value in filling.items() if _is_figure(value)]
        figures = [value for value in case.values() if _is_figure(value)]
        if fields and figures:
            return {**filling, self.rng.choice(fields): self.rng.choice(figures)}
        return filling

    def _sample(self, package: Package, form: str, unit: str, number: int) -> dict[str, Any]:
        """A filling of a form with one field chosen by its number, in turn over all that can be chosen; in a
        large pool, when each has had its turn, with another field chosen besides.

        An empty one where chance found none that the form's rules accept.
        """
        read = package.form(form)
        wanted = choices(read.schema["properties"], package.casefile, self.units)
        for turn in range(4):
            given = dict([wanted[(number + turn) % len(wanted)]]) if wanted and turn < 3 else {}
            if given and self.pool > POOL and number >= len(wanted):
                given = dict([self.rng.choice(wanted)]) | given
            try:
                return self.lab._answers(read, package.casefile, given, unit)
            except BanjieError:
                continue
        return {}


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def moved(value: Any, by: timedelta) -> Any:
    """The same data with the dates of these days moved on; a date of long ago is a birthday and stays."""
    if isinstance(value, dict):
        return {name: moved(one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [moved(one, by) for one in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        day = date.fromisoformat(value)
        return (day + by).isoformat() if day >= date(2026, 1, 26) - _LONG_AGO else value
    return value


def choices(
    properties: Mapping[str, Any], casefile: Mapping[str, Any], units: Sequence[str] = ()
) -> list[tuple[str, Any]]:
    """Every value of every field that is chosen from a list, the fields by turns."""
    lists = []
    for name, part in properties.items():
        schema = {**casefile.get(str(part.get("$ref", "")).rpartition("/")[2], {}), **part}
        several = schema.get("type") == "array"
        values = _listed(schema.get("items", {}) if several else schema)
        if schema.get("x-options") == "units" and not several:
            values = [*values, *units]
        lists.append([(name, [value] if several else value) for value in values])
    return [row[turn] for turn in range(max(map(len, lists), default=0)) for row in lists if turn < len(row)]


def _listed(schema: Mapping[str, Any]) -> list[Any]:
    if schema.get("type") == "boolean":
        return [True, False]
    named = [one["const"] for one in schema.get("oneOf", ()) if "const" in one]
    return list(schema.get("enum") or named)
