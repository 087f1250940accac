"""Whatever becomes of cards, every figure a supervisor sees is what the journals say, over random lives.

Real: the runtime, the shipped procedures, rules and people. Chance decides what people do in their cases, and
which cards are appealed against, revoked, restored or left; some acts are void.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from founded import runtime_over
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.audit import board, trends
from engine.audit.board import Asked
from engine.casework import patrol
from engine.casework.commands import AppealCard, RestoreCard, RevokeCard
from engine.errors import ActBlocked, BanjieError
from engine.records import journal
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "20260302"))
FIRST, UNTIL = date(2026, 3, 2), date(2026, 3, 27)
PLACES = (("XK-SR-0035", "shinan.cg"), ("HJ-LH-0004", "shinan.ga.zs"))
STATUS = {
    "CardIssued": "standing",
    "CardAppealed": "appealed",
    "CardRevoked": "revoked",
    "CardRestored": "standing",
}
SUPERVISOR = "qinzheng"


def contest(lab: Laboratory, rng: random.Random, times: int) -> Counter[str]:
    """Persons and a supervisor do with the cards whatever chance has them try; gives what was accepted."""
    done: Counter[str] = Counter()
    issued = [(case_id, card) for case_id in case_ids(lab) for card in lab.case(case_id).cards]
    for case_id, card in (rng.choice(issued) for _ in range(times)):
        kind = rng.choice((AppealCard, RevokeCard, RestoreCard))
        who = (card["person"] or SUPERVISOR) if kind is AppealCard else SUPERVISOR
        try:
            command = kind(case_id=case_id, card=card["card"], reason="核对")
            lab.runtime.handle(command, lab.runtime.directory.actor(who))
        except BanjieError:
            continue  # not the person named, already appealed, not what its status allows
        done[kind.__name__] += 1
    return done


def case_ids(lab: Laboratory) -> list[int]:
    with lab.runtime.store.reading() as connection:
        return list(connection.execute(select(case_table.c.case_id)).scalars())


def told(lab: Laboratory) -> list[dict[str, Any]]:
    """Every card as the journals alone tell it."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    with lab.runtime.store.reading() as connection:
        for case_id in case_ids(lab):
            unit = ""
            for entry in journal.read(connection, journal.case_stream(case_id)):
                for event in entry.events:
                    unit = event.data["unit"] if event.type == "CaseReceived" else unit
                    if event.type not in STATUS:
                        continue
                    card = found.setdefault((case_id, event.data["card"]), {"unit": unit})
                    if event.type == "CardIssued":
                        card |= {name: event.data[name] for name in ("rule", "level", "blocked")}
                    card["status"] = STATUS[event.type]
    return list(found.values())


def void(lab: Laboratory, case_id: int) -> None:
    """Somebody enters a withdrawal that nobody signed."""
    with pytest.raises(ActBlocked):
        lab.send(case_id, "withdrawn", withdraw_signed=False)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, founded_sqlite: Any) -> Iterator[tuple[Laboratory, Any]]:
    path = tmp_path_factory.mktemp("lives") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{path}", FIRST), SEED) as lab:
        cases = [lab.receive(*PLACES[index % 2], {}, channel="window").case_id for index in range(4)]
        lab.run(cases[2:], date(2026, 3, 13), wild=True)
        void(lab, cases[0])
        lab.run(cases[2:], UNTIL, wild=True)
        yield lab, contest(lab, random.Random(SEED), 60)


def test_cards_of_every_fate_came_about(lived: tuple[Laboratory, Counter[str]]) -> None:
    lab, done = lived
    assert done["RevokeCard"], f"seed {SEED}"
    assert done["RestoreCard"], f"seed {SEED}"
    assert any(card["blocked"] for card in told(lab))


def test_rules_levels_and_fates_are_those_of_the_journals(lived: tuple[Laboratory, Counter[str]]) -> None:
    lab, _done = lived
    cards = told(lab)
    units = sorted({card["unit"] for card in cards})
    for asked in (units, *([unit] for unit in units)):
        meant = [card for card in cards if card["unit"] in asked]
        with lab.runtime.store.reading() as connection:
            found = trends.by_rule(connection, Asked(asked), lab.clock.now())
            listed = board.cards(connection, Asked(asked), limit=500)
            standing = {
                status: board.count_cards(connection, Asked(asked, status=status))
                for status in ("standing", "appealed", "revoked")
            }
        assert {one.rule: (one.note, one.yellow, one.red) for one in found} == {
            rule: tuple(
                sum(card["rule"] == rule and card["level"] in level for card in meant) for level in LEVELS
            )
            for rule in {card["rule"] for card in meant}
        }, f"seed {SEED}"
        assert Counter((row["rule"], row["level"], row["status"]) for row in listed) == Counter(
            (card["rule"], card["level"], card["status"]) for card in meant
        )
        assert standing == {name: sum(card["status"] == name for card in meant) for name in standing}


LEVELS = (("T",), ("Y",), ("R", "R+"))


ACTS = st.tuples(
    st.integers(0, 10_000), st.sampled_from((AppealCard, RevokeCard, RestoreCard)), st.booleans()
)
AFTER = {"AppealCard": "appealed", "RevokeCard": "revoked", "RestoreCard": "standing"}


def allowed(card: Mapping[str, Any], kind: type, by_person: bool) -> bool:
    """In short: the person named appeals once against a standing card; a supervisor does the rest."""
    if kind is AppealCard:
        return by_person and card["person"] and card["status"] == "standing" and not card.get("appealed")
    of = {RevokeCard: ("standing", "appealed"), RestoreCard: ("appealed", "revoked")}[kind]
    return not by_person and card["status"] in of


@settings(max_examples=8, derandomize=True, deadline=None)
@given(acts=st.lists(ACTS, min_size=1, max_size=8))
def test_what_becomes_of_a_card_is_one_thing_in_state_board_and_journal(
    lived: tuple[Laboratory, Counter[str]], acts: list[tuple[int, Any, bool]]
) -> None:
    lab, _done = lived
    places = [(case_id, card["card"]) for case_id in case_ids(lab) for card in lab.case(case_id).cards]
    for place, kind, by_person in acts:
        case_id, number = places[place % len(places)]
        card = lab.case(case_id).cards[number - 1]
        actor = lab.runtime.directory.actor((by_person and card["person"]) or SUPERVISOR)
        wanted = allowed(card, kind, by_person and bool(card["person"]))
        try:
            lab.runtime.handle(kind(case_id=case_id, card=number, reason="核对"), actor)
            done = True
        except BanjieError:
            done = False
        assert done == bool(wanted), (card, kind, actor.person)
        after = lab.case(case_id).cards[number - 1]["status"]
        assert after == (AFTER[kind.__name__] if done else card["status"])
    kept = [card["status"] for case_id in case_ids(lab) for card in lab.case(case_id).cards]
    units = sorted({card["unit"] for card in told(lab)})
    with lab.runtime.store.reading() as connection:
        counted = {one: board.count_cards(connection, Asked(units, status=one)) for one in STATUS.values()}
    assert Counter(kept) == Counter(card["status"] for card in told(lab))
    assert counted == {one: kept.count(one) for one in STATUS.values()}


def test_the_patrol_finds_such_lives_as_the_live_path_left_them(
    lived: tuple[Laboratory, Counter[str]],
) -> None:
    assert patrol.patrol(lived[0].runtime) == [], f"seed {SEED}"
