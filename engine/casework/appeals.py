"""What becomes of a card: appeal, revocation, restoration; pure.

Called by `decide`. A card is never changed or deleted: each of these is an event of its own, with person and
reason, and what stands is what follows from them in order. Allowed after the case has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import periods
from engine.casework import commands
from engine.casework.desk import Desk
from engine.clock import read_moment
from engine.errors import Conflict, Malformed, NotAuthorised, NotFound, said
from engine.organisation import authorization
from engine.organisation.authorization import ProposedAct
from engine.periods import Ledger

LONGEST_REASON = 2_000
TIME_TO_APPEAL = "jc.appeal"
"""The period of the law within which the person named may object."""


def appeal(desk: Desk, command: commands.AppealCard) -> None:
    """The person named objects, once, and in time. Raises NotAuthorised, Conflict, Malformed, NotFound."""
    card = _card(desk, command.card)
    actor = desk.ground.actor
    if actor.kind != "officer" or not actor.person or actor.person != card["person"]:
        raise NotAuthorised(said("只有督办记录载明的责任人可以申诉"))
    if card.get("appealed"):
        raise Conflict(said("该督办记录已经申诉过，不能再次申诉"))
    _demand(card, "standing")
    _demand_in_time(desk, card)
    _record(desk, "CardAppealed", command)


def revoke(desk: Desk, command: commands.RevokeCard) -> None:
    """A supervisor takes the card back. Raises NotAuthorised, Conflict, Malformed, NotFound."""
    card = _card(desk, command.card)
    _demand_impartial(desk, card, "RevokeCard")
    _demand(card, "standing", "appealed")
    _record(desk, "CardRevoked", command)


def restore(desk: Desk, command: commands.RestoreCard) -> None:
    """A supervisor lets the card stand again. Raises NotAuthorised, Conflict, Malformed, NotFound."""
    card = _card(desk, command.card)
    _demand_impartial(desk, card, "RestoreCard")
    _demand(card, "appealed", "revoked")
    _record(desk, "CardRestored", command)


def _card(desk: Desk, number: int) -> Mapping[str, Any]:
    for card in desk.state.cards:
        if card["card"] == number:
            return card
    raise NotFound(
        said("案件{number}没有第{other_number}号督办记录", number=desk.state.number, other_number=number)
    )


def _demand(card: Mapping[str, Any], *statuses: str) -> None:
    if card["status"] not in statuses:
        raise Conflict(said("督办记录现在的状态是“{names}”，不能这样办理", names=_NAMES[card["status"]]))


def _demand_in_time(desk: Desk, card: Mapping[str, Any]) -> None:
    """Within the period that the law in force gives from the day of the card; a law without one sets none."""
    if TIME_TO_APPEAL not in desk.ground.law:
        return
    calendar = desk.ground.calendar
    day = calendar.local_date(read_moment(card["issued_at"]))
    last = periods.due(Ledger.open(desk.ground.law.of(TIME_TO_APPEAL, day), day), calendar)
    if desk.moment > last.moment:
        raise Conflict(
            said(
                "Expected an appeal against a card of {day} by {last}, but it comes on {today}",
                day=day,
                last=last.day,
                today=desk.today,
            )
        )


_NAMES = {"standing": "有效", "appealed": "申诉中", "revoked": "已撤销"}


def _demand_impartial(desk: Desk, card: Mapping[str, Any], command: str) -> None:
    """An officer who is not judged by the card and has taken no part in the case (SOD-S),
    nor been withdrawn from it (SOD-5).

    That the case lies within a supervisor's reach was asked at the door.
    """
    actor = desk.ground.actor
    if actor.kind != "officer" or not actor.person:
        raise NotAuthorised(said("督办记录只能由监督人员撤销或者恢复"))
    if actor.person == card["person"]:
        raise NotAuthorised(said("责任人不能对本人的督办记录作出决定"))
    asked = {"role": "supervisor", "unit": desk.state.unit, "candidates": {"persons": [actor.person]}}
    act = ProposedAct(command=command, recused=desk.recused(None))
    breach = authorization.judge(act, actor, desk.state.acts, asked)
    if breach is not None:
        raise NotAuthorised(breach.sentence)


def _record(desk: Desk, type_: str, command: Any) -> None:
    reason = command.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Malformed(said("请写明理由，不超过{longest_reason}字", longest_reason=LONGEST_REASON))
    desk.record(type_, card=command.card, reason=reason, person=desk.ground.actor.person)
