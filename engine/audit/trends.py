"""Cards under each heading and rule: how many stand, and whether there are more of them than a week ago.

Called by the supervisor's board. Reads the derived rows of cards, never the journal; narrowed like the board.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy import case as when

from engine.audit.board import RED, Asked, joined
from engine.clock import moment_text
from engine.records.tables import card as card_table

SPAN = timedelta(days=7)


@dataclass(frozen=True)
class Pace:
    """Cards issued in the last seven days, and in the seven before."""

    week: int = 0
    before: int = 0


@dataclass(frozen=True)
class RuleCount:
    """The cards of one rule by level and by what became of them; `pace` of those issued lately."""

    rule: str
    note: int
    yellow: int
    red: int
    standing: int
    appealed: int
    revoked: int
    pace: Pace


def pace(connection: Connection, asked: Asked, now: datetime, by: str) -> dict[str, Pace]:
    """How fast cards come under each heading; `by` is a column of cards: unit, procedure, rule."""
    heading = card_table.c[by]
    query = joined(select(heading, *(_sum(one) for one in _weeks(now))), asked).group_by(heading)
    query = query.where(card_table.c.issued_at >= moment_text(now - 2 * SPAN))
    return {str(row[0]): Pace(int(row[1]), int(row[2])) for row in connection.execute(query)}


def by_rule(connection: Connection, asked: Asked, now: datetime) -> list[RuleCount]:
    """Every rule that has issued a card, most cards standing first."""
    t = card_table.c
    conditions = (
        t.level == "T",
        t.level == "Y",
        t.level.in_(RED),
        t.status == "standing",
        t.status == "appealed",
        t.status == "revoked",
        *_weeks(now),
    )
    query = joined(select(t.rule, *(_sum(one) for one in conditions)), asked).group_by(t.rule)
    found = [_rule_count(str(row[0]), [int(one) for one in row[1:]]) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (-one.standing, -one.red, one.rule))


def _rule_count(rule: str, sums: list[int]) -> RuleCount:
    note, yellow, red, standing, appealed, revoked, week, before = sums
    return RuleCount(rule, note, yellow, red, standing, appealed, revoked, Pace(week, before))


def _weeks(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    at, since, earlier = card_table.c.issued_at, moment_text(now - SPAN), moment_text(now - 2 * SPAN)
    return at > since, (at > earlier) & (at <= since)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(when((condition, 1), else_=0))
