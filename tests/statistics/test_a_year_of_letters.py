"""Every letter of a year stands under one heading of each kind, and what came in is what became of it.

Real: the shipped report. Not real: the letters, which are rows of the register drawn from a seed (twelve
thousand, as many as a city's mailbox got in its first ten months).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import pytest

from engine.audit import reports as counting
from engine.audit.reports import Asked
from engine.definitions import reports

NOW = datetime(2026, 12, 31, 16, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
UNITS = ("shinan.cg", "laoshan.cg", "city.hj", "city.sf", "city.rx")
ENDS = ("answered",) * 15 + ("open", "petition", "disclosure", "guided", "refused", "penalty", "withdrawn")
SHIPPED = resources.files("processes")
Row = Mapping[str, Any]


@cache
def letters_report() -> reports.Report:
    fields = json.loads(SHIPPED.joinpath("registers/letters.schema.json").read_text(encoding="utf-8"))
    text = SHIPPED.joinpath("registers/reports.toml").read_bytes()
    found, _of_other_registers = reports.read(text, {"letters": tuple(fields["properties"])})
    return next(one for one in found if one.id == "letters")


def letter(chance: Random) -> Row:
    """A row as the mailbox leaves it."""
    received = YEAR[0] + timedelta(days=chance.randrange(365))
    state = chance.choice(ENDS)
    row = {
        "received_on": received.isoformat(),
        "state": state,
        "unit": chance.choice(UNITS),
        "kind": chance.choice(("consult", "help", "suggest", "criticise", "complain")),
        "channel": chance.choice(("mailbox", "mayor", "phone", "board", "post")),
        "returns": chance.choice((0, 0, 0, 1, 2)),
        "same_as": chance.choice((None, None, None, "1")),
        "accepted": state in ("answered", "open"),
    }
    if state == "answered":
        row |= {
            "replied_on": received.isoformat(),
            "in_time": chance.random() < 0.9,
            "days_used": chance.randrange(8),
            "published": chance.random() < 0.6,
            "rating_level": chance.choice((None, 1, 2, 3, 4, 5)),
            "rating_excluded": chance.random() < 0.05,
        }
    elif state == "open":
        row["limit_on"] = (received + timedelta(days=7)).isoformat()
    return {"rating_level": None, **row}


def reconciled(rows: list[Row], by: str) -> None:
    """Each line agrees with a count of its own, and the lines add up to the total."""
    report = letters_report()
    blank = dict.fromkeys(report.fields)
    made = counting.tabled(report, Asked(*YEAR, by=by), [{**blank, **row} for row in rows], NOW)
    total = made.total.figures
    assert total["received"] == len(rows)
    ended = ("answered", "passed_on", "withdrawn", "open")
    for line in (*made.lines, made.total):
        assert line.figures["received"] == sum(line.figures[name] for name in ended)
    for name in ("received", *ended, "in_time", "published", "rated", "satisfied", "returned", "repeated"):
        assert sum(line.figures[name] for line in made.lines) == total[name]
    counted = Counter(row["received_on"][:7] if by == "month" else row[by] for row in rows)
    assert {line.key: line.figures["received"] for line in made.lines} == counted
    for line in made.lines:
        own = [row for row in rows if (row["received_on"][:7] if by == "month" else row[by]) == line.key]
        rated = [row for row in own if row["rating_level"] and not row["rating_excluded"]]
        pleased = [row for row in rated if row["rating_level"] >= 3]
        assert (line.figures["rated"], line.figures["satisfied"]) == (len(rated), len(pleased))
        if rated:
            share = line.figures["satisfied_share"]
            assert abs(share - Decimal(100 * len(pleased)) / len(rated)) <= Decimal("0.05")


@pytest.mark.parametrize("by", ["unit", "kind", "channel", "month"])
def test_a_month_of_letters_is_counted_to_the_last_one(by: str) -> None:
    chance = Random(7)

    reconciled([letter(chance) for _ in range(300)], by)


@pytest.mark.nightly
@pytest.mark.parametrize("by", ["unit", "kind", "channel", "month"])
def test_a_year_of_letters_is_counted_to_the_last_one(by: str) -> None:
    chance = Random(11)

    reconciled([letter(chance) for _ in range(12_000)], by)


def test_the_register_knows_every_channel_that_a_letter_may_come_by() -> None:
    values = []
    for name in ("letter/casefile.schema.json", "registers/letters.schema.json"):
        schema = json.loads(SHIPPED.joinpath(name).read_text(encoding="utf-8"))
        values.append({one["const"] for one in schema["properties"]["channel"]["oneOf"]})
    assert values[0] == values[1]
