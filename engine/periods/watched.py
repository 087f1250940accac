"""That every limit of an authority is watched: figures of supervision are demanded, never assumed.

Called when a law is deployed and when a period starts. It reads the rules and figures of a book; what the
figures mean is in `watch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from engine.errors import NotFound, said
from engine.periods.rules import PeriodRule, RuleBook
from engine.periods.toml import Findings


def demand_watched(rule: PeriodRule, day: date) -> None:
    """Refuse to start a limit of an authority on a day for which the law has no figures (NotFound)."""
    if rule.watched and rule.watch is None:
        raise NotFound(_unwatched(rule, day))


def demand_figures(book: RuleBook) -> None:
    """Every limit of an authority has figures on each day it can start.

    Raises IllegalDefinition with one finding for each text that has none on its first day, or on a day on
    which figures have ended.
    """
    findings = Findings()
    for rule in (one for one in book if one.watched):
        lacking = next((day for day in _turns(book, rule) if book.watched_by(day) is None), None)
        if lacking is not None:
            findings.add(rule.id, _unwatched(rule, lacking), "supervision.missing")
    findings.demand_none(said("period rules"))


def _turns(book: RuleBook, rule: PeriodRule) -> Iterator[date]:
    """The days from which other figures, or none, may hold for a rule."""
    yield rule.valid_from
    for one in book.watches:
        after = one.valid_to + timedelta(days=1) if one.valid_to else None
        if after is not None and rule.in_force(after):
            yield after


def _unwatched(rule: PeriodRule, day: date) -> str:
    return said(
        "Expected figures of supervision ([[supervision]]) in force on {day} for {id!r}, but found none",
        day=day,
        id=rule.id,
    )
