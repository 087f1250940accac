"""A card is never taken away: appeal, revocation and restoration are further events, each with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import audit
from engine.casework.commands import AppealCard, Claim, RestoreCard, RevokeCard
from engine.clock import read_moment
from engine.errors import Conflict, Malformed, NotAuthorised, NotFound
from engine.organisation.model import Actor, PostHeld
from engine.records import journal
from engine.records.tables import card as card_table
from engine.records.tables import case as case_table
from engine.records.tables import work_item

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"
REASON = "系统故障期间无法办理，附运维记录。"


def overdue_case(lab: Any) -> int:
    """A case left lying with a desk officer until it is yellow and red."""
    case_id = int(lab.receive(ITEM, STATION, {}, channel="window").case_id)
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    key = next(key for key, item in lab.case(case_id).items.items() if item["element"] == "investigate")
    lab.runtime.handle(Claim(case_id=case_id, key=key), someone(lab, "lihua"))
    lab.at(date(2026, 3, 3))
    return case_id


def concerned(lab: Any, case_id: int) -> tuple[int, Actor]:
    """The gravest card that names a person, and that person."""
    card = next(one for one in reversed(lab.case(case_id).cards) if one["person"])
    return card["card"], lab.runtime.directory.actor(card["person"])


def someone(lab: Any, login: str) -> Actor:
    return lab.runtime.directory.actor(login)  # type: ignore[no-any-return]


def status(lab: Any, case_id: int, card: int) -> tuple[str, str]:
    """What the row and the state say of a card."""
    query = select(card_table.c.status).where(card_table.c.case_id == case_id, card_table.c.key == card)
    with lab.runtime.store.reading() as connection:
        row = connection.execute(query).scalar_one()
    return row, next(one["status"] for one in lab.case(case_id).cards if one["card"] == card)


def levels(lab: Any, case_id: int) -> set[str]:
    """The level the case row and its open work items show."""
    with lab.runtime.store.reading() as connection:
        case = connection.execute(
            select(case_table.c.level).where(case_table.c.case_id == case_id)
        ).scalar_one()
        items = select(work_item.c.level).where(
            work_item.c.case_id == case_id, work_item.c.status.in_(("offered", "claimed"))
        )
        return {case, *connection.execute(items).scalars()}


def demand_conforming(lab: Any, case_id: int) -> None:
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
        row = lab.runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)
    assert verdict.conforms, verdict.sentence()
    assert [check.detail for check in checks if not check.holds] == []


def forged(lab: Any, case_id: int, table: Any, **values: Any) -> list[str]:
    """What verifying the case finds once its rows in a table say something else; undone afterwards."""
    with lab.runtime.store.reading() as connection:
        connection.execute(update(table).where(table.c.case_id == case_id).values(**values))
        row = lab.runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)
    return [check.detail for check in checks if not check.holds]


def test_a_card_is_appealed_revoked_and_restored_with_person_and_reason(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    grave = levels(lab, case_id)
    supervisor = someone(lab, "baixue")

    lab.runtime.handle(AppealCard(case_id=case_id, card=card, reason=REASON), person)
    assert status(lab, case_id, card) == ("appealed", "appealed")
    for one in lab.case(case_id).cards:
        lab.runtime.handle(RevokeCard(case_id=case_id, card=one["card"], reason="申诉成立"), supervisor)
    assert status(lab, case_id, card) == ("revoked", "revoked")
    assert levels(lab, case_id) == {""}
    lab.runtime.handle(RestoreCard(case_id=case_id, card=card, reason="复核：记录不实"), supervisor)

    assert status(lab, case_id, card) == ("standing", "standing")
    assert len(grave) == len(levels(lab, case_id)) == 1
    with lab.runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.case_stream(case_id)))[-1]
    assert [event.as_data() for event in last.events] == [
        {"type": "CardRestored", "data": {"card": card, "reason": "复核：记录不实", "person": "baixue"}}
    ]
    demand_conforming(lab, case_id)
    for table, column, value in (
        (card_table, "level", "R+"),
        (card_table, "person", "nobody"),
        (card_table, "status", "appealed"),
        (work_item, "status", "done"),
        (work_item, "person", "nobody"),
        (case_table, "level", "T"),
    ):
        told = forged(lab, case_id, table, **{column: value})
        assert any(f"{column} of {table.name}" in one for one in told), (table.name, column, told)


def test_an_appeal_alone_takes_no_other_card_off_the_case(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    others = [one["level"] for one in lab.case(case_id).cards if one["card"] != card]

    lab.runtime.handle(AppealCard(case_id=case_id, card=card, reason=REASON), person)

    assert levels(lab, case_id) <= {*others, ""}
    assert Counter(one["status"] for one in lab.case(case_id).cards)["appealed"] == 1


def test_only_the_person_named_appeals_and_only_once(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    command = AppealCard(case_id=case_id, card=card, reason=REASON)

    for stranger in (someone(lab, "zhangwei"), someone(lab, "baixue"), Actor.party("张"), Actor.system()):
        with pytest.raises(NotAuthorised):
            lab.runtime.handle(command, stranger)
    lab.runtime.handle(command, person)
    with pytest.raises(Conflict):
        lab.runtime.handle(command, person)
    lab.runtime.handle(RestoreCard(case_id=case_id, card=card, reason="申诉不成立"), someone(lab, "qinzheng"))
    with pytest.raises(Conflict):
        lab.runtime.handle(command, person)

    assert status(lab, case_id, card) == ("standing", "standing")


def test_a_card_is_decided_on_by_a_supervisor_of_the_reach_who_had_no_part_in_the_case(
    laboratory: Any,
) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    post = PostHeld("shinan.sf.supervisor", "shinan.sf", ("supervisor",))
    # The district's supervisor who once sat at this very desk, and the person named become supervisor.
    roles = ("window", "handler")
    took_part = {act["person"] for act in lab.case(case_id).acts if act["role"] in roles}
    assert took_part
    inside = [replace(someone(lab, login), posts=(post,)) for login in sorted(took_part | {person.person})]
    outside = [someone(lab, "jinbo"), someone(lab, "lihua"), someone(lab, "yinhe"), Actor.system()]

    for actor in (*inside, *outside):
        for command in (RevokeCard, RestoreCard):
            with pytest.raises(NotAuthorised):
                lab.runtime.handle(command(case_id=case_id, card=card, reason=REASON), actor)

    assert status(lab, case_id, card) == ("standing", "standing")


def issued_on(lab: Any, case_id: int, card: int) -> date:
    """The day of a card."""
    query = select(card_table.c.issued_at).where(card_table.c.case_id == case_id, card_table.c.key == card)
    with lab.runtime.store.reading() as connection:
        text = connection.execute(query).scalar_one()
    return read_moment(text).astimezone(lab.runtime.settings.zone).date()


@pytest.mark.parametrize(("more", "heard"), [(0, True), (1, False)])
def test_an_appeal_is_heard_until_the_last_day_of_its_time(laboratory: Any, more: int, heard: bool) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    with lab.runtime.store.reading() as connection:
        calendar = lab.runtime.calendar(connection)
    # Thirty days; where the thirtieth is a rest day, until the next working day.
    last = issued_on(lab, case_id, card) + timedelta(days=30)
    last = last if calendar.is_working(last) else calendar.add_working_days(last, 1)
    lab.at(last + timedelta(days=more), 23.5 if heard else 0.1)
    command = AppealCard(case_id=case_id, card=card, reason=REASON)
    if heard:
        lab.runtime.handle(command, person)
    else:
        with pytest.raises(Conflict) as refused:
            lab.runtime.handle(command, person)
        assert f"by {last}" in refused.value.sentence
    assert status(lab, case_id, card)[0] == ("appealed" if heard else "standing")


@pytest.mark.parametrize("reason", ["", "   ", "长" * 2001])
def test_a_decision_on_a_card_without_a_reason_is_refused(laboratory: Any, reason: str) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)

    with pytest.raises(Malformed):
        lab.runtime.handle(AppealCard(case_id=case_id, card=card, reason=reason), person)
    with pytest.raises(Malformed):
        lab.runtime.handle(RevokeCard(case_id=case_id, card=card, reason=reason), someone(lab, "baixue"))


def test_what_does_not_fit_the_state_of_a_card_is_refused(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, _ = concerned(lab, case_id)
    supervisor = someone(lab, "baixue")

    with pytest.raises(Conflict):
        lab.runtime.handle(RestoreCard(case_id=case_id, card=card, reason=REASON), supervisor)
    with pytest.raises(NotFound):
        lab.runtime.handle(RevokeCard(case_id=case_id, card=99, reason=REASON), supervisor)
    lab.runtime.handle(RevokeCard(case_id=case_id, card=card, reason=REASON), supervisor)
    with pytest.raises(Conflict):
        lab.runtime.handle(RevokeCard(case_id=case_id, card=card, reason=REASON), supervisor)


def test_a_card_may_be_decided_on_after_the_case_has_ended(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = overdue_case(lab)
    card, person = concerned(lab, case_id)
    lab.send(case_id, "withdrawn", withdraw_signed=True)
    closed = lab.case(case_id)
    lab.clock.advance(timedelta(days=1))

    lab.runtime.handle(AppealCard(case_id=case_id, card=card, reason=REASON), person)
    lab.runtime.handle(RevokeCard(case_id=case_id, card=card, reason=REASON), someone(lab, "qinzheng"))

    after = lab.case(case_id)
    assert not after.open
    assert after.closed_at == closed.closed_at
    assert status(lab, case_id, card) == ("revoked", "revoked")
    demand_conforming(lab, case_id)


def test_cards_of_the_board_are_the_cards_of_the_journals_to_the_last_one(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    made = [overdue_case(lab)]
    made.append(int(lab.receive("XK-SR-0035", "shinan.cg", {}, channel="window").case_id))
    card, person = concerned(lab, made[0])
    lab.runtime.handle(AppealCard(case_id=made[0], card=card, reason=REASON), person)
    lab.run(made, date(2026, 6, 30), wild=True)

    fate = {"CardIssued": "standing", "CardAppealed": "appealed", "CardRevoked": "revoked"}
    told: dict[tuple[int, int], tuple[str, str, str | None]] = {}
    with lab.runtime.store.reading() as connection:
        # Every case: the two made here and the supervision cases that their cards opened.
        for case_id in connection.execute(select(case_table.c.case_id)).scalars().all():
            for entry in journal.read(connection, journal.case_stream(case_id)):
                for event in entry.events:
                    place = (case_id, event.data.get("card", 0))
                    if event.type == "CardIssued":
                        told[place] = (event.data["rule"], fate[event.type], event.data["person"])
                    elif event.type in fate:
                        told[place] = (told[place][0], fate[event.type], told[place][2])
        rows = connection.execute(select(card_table)).all()

    assert len(told) >= 2
    assert {(row.case_id, row.key): (row.rule, row.status, row.person) for row in rows} == told
