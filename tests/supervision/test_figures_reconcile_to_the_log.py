"""Every figure a supervisor sees follows from the journals: to the last card, case and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import select

from engine.audit import board, trends
from engine.audit.board import Asked
from engine.casework.commands import RevokeCard
from engine.clock import moment_text, read_moment
from engine.records import journal
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

FIRST, UNTIL = date(2026, 3, 2), date(2026, 5, 29)
GRAVITY = ("T", "Y", "R", "R+")
LIVED = [("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"), ("HJ-LH-0004", "shinan.ga.zs")]


@dataclass
class Told:
    """What the journal of one case says of it."""

    unit: str = ""
    procedure: str = ""
    closed: bool = False
    cards: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """The gravest card that stands."""
        standing = [card["level"] for card in self.cards.values() if card["status"] == "standing"]
        return max(standing, key=GRAVITY.index, default="")


def told(connection: Any, case_id: int) -> Told:
    """A case read from its journal alone."""
    found = Told()
    for entry in journal.read(connection, journal.case_stream(case_id)):
        for event in entry.events:
            _read(found, event.type, event.data, entry.moment)
    return found


def _read(found: Told, kind: str, data: Any, moment: str) -> None:
    if kind == "CaseReceived":
        found.unit, found.procedure = data["unit"], data["procedure"]
    elif kind == "CaseClosed":
        found.closed = True
    elif kind == "CardIssued":
        facts = {name: data[name] for name in ("rule", "level")}
        found.cards[data["card"]] = {**facts, "status": "standing", "at": moment}
    elif kind == "CardAppealed":
        found.cards[data["card"]]["status"] = "appealed"
    elif kind == "CardRevoked":
        found.cards[data["card"]]["status"] = "revoked"
    elif kind == "CardRestored":
        found.cards[data["card"]]["status"] = "standing"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, founded_sqlite: Any) -> Iterator[Laboratory]:
    """A quarter of a year in which people do what chance has them do, some nothing; one card is revoked."""
    path = tmp_path_factory.mktemp("reconciled") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    lab = Laboratory(*runtime_over(f"sqlite:///{path}", FIRST), 5)
    cases = [lab.receive(item, unit, {}, channel="window").case_id for item, unit in LIVED]
    lab.run(cases[:2], UNTIL, wild=True)
    carded = next(one for one in cases if lab.case(one).cards)
    lab.runtime.handle(
        RevokeCard(case_id=carded, card=1, reason="误判"), lab.runtime.directory.actor("qinzheng")
    )
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def journals(city: Laboratory) -> list[Told]:
    """Every case as its journal tells it."""
    with city.runtime.store.reading() as connection:
        ids = connection.execute(select(case_table.c.case_id)).scalars().all()
        return [told(connection, case_id) for case_id in ids]


def everywhere(city: Laboratory) -> list[str]:
    with city.runtime.store.reading() as connection:
        return [unit.code for unit in city.runtime.organisation(connection).units]


def test_the_city_has_open_and_closed_cases_and_cards_of_every_sort(journals: list[Told]) -> None:
    statuses = Counter(card["status"] for one in journals for card in one.cards.values())
    assert {one.closed for one in journals} == {True, False}
    assert statuses["standing"] > 1
    assert statuses["revoked"] == 1


@pytest.mark.parametrize("heading", ["unit", "procedure"])
def test_cases_in_hand_and_their_levels_are_those_of_the_journals(
    city: Laboratory, journals: list[Told], heading: str
) -> None:
    with city.runtime.store.reading() as connection:
        found = board.counts(
            connection, everywhere(city), city.clock.now(), city.runtime.settings.zone, heading
        )
    assert {one.key: (one.open, one.yellow, one.red) for one in found} == {
        key: (
            len(levels),
            levels.count("Y"),
            sum(level in board.RED for level in levels),
        )
        for key in {getattr(one, heading) for one in journals if not one.closed}
        for levels in [
            [one.level for one in journals if not one.closed and getattr(one, heading) == key],
        ]
    }


@pytest.mark.parametrize("heading", ["unit", "procedure", "rule"])
def test_the_trend_of_every_heading_is_that_of_the_journals(
    city: Laboratory, journals: list[Told], heading: str
) -> None:
    now = city.clock.now()
    with city.runtime.store.reading() as connection:
        found = trends.pace(connection, Asked(everywhere(city)), now, heading)
    week, before = (
        Counter(
            card["rule"] if heading == "rule" else getattr(one, heading)
            for one in journals
            for card in one.cards.values()
            if now - since < read_moment(card["at"]) <= now - until
        )
        for since, until in ((trends.SPAN, timedelta(0)), (2 * trends.SPAN, trends.SPAN))
    )
    assert {key: (one.week, one.before) for key, one in found.items()} == {
        key: (week[key], before[key]) for key in {*week, *before}
    }


def test_every_rule_has_the_cards_the_journals_tell(city: Laboratory, journals: list[Told]) -> None:
    with city.runtime.store.reading() as connection:
        found = trends.by_rule(connection, Asked(everywhere(city)), city.clock.now())
    cards = [card for one in journals for card in one.cards.values()]
    assert sum(one.note + one.yellow + one.red for one in found) == len(cards)
    told_ = {
        one.rule: (one.note, one.yellow, one.red, one.standing, one.appealed, one.revoked) for one in found
    }
    assert told_ == {
        rule: (
            sum(card["level"] == "T" for card in of_rule),
            sum(card["level"] == "Y" for card in of_rule),
            sum(card["level"] in board.RED for card in of_rule),
            *(
                sum(card["status"] == name for card in of_rule)
                for name in ("standing", "appealed", "revoked")
            ),
        )
        for rule in {card["rule"] for card in cards}
        for of_rule in [[card for card in cards if card["rule"] == rule]]
    }


def test_whatever_is_asked_lists_are_as_long_as_their_figures(city: Laboratory, journals: list[Told]) -> None:
    now, zone, units = city.clock.now(), city.runtime.settings.zone, everywhere(city)
    with city.runtime.store.reading() as connection:
        for count in board.counts(connection, units, now, zone, "procedure"):
            for standing in board.STATES:
                rows = board.cases(
                    connection, units, now, zone, standing=standing, procedure=count.key, limit=500
                )
                assert len(rows) == getattr(count, standing), (count.key, standing)
        for rule in board.rules(connection, units):
            told_ = [card for one in journals for card in one.cards.values() if card["rule"] == rule]
            asked = Asked(units, rule=rule)
            assert board.count_cards(connection, asked) == len(told_)
            listed = board.cards(connection, asked, limit=500)
            assert Counter(row["issued_at"] for row in listed) == Counter(card["at"] for card in told_)
        assert board.count_cards(connection, Asked(units, issued_from=moment_text(now))) == 0
