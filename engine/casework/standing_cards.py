"""The cards of a case as its state keeps them: each with what has become of it; pure.

Called by `state` for each event of a card. A card is never taken away: its status is what follows from the
events in order. What may be done with one is judged in `appeals`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.casework.state import CaseState

Data = Mapping[str, Any]


def issued(state: CaseState, data: Data, moment: str) -> CaseState:
    """The state with a card more; `period` is the number of the period it speaks of, if it speaks of one."""
    row = {name: data[name] for name in ("card", "rule", "level", "person")}
    period = data.get("values", {}).get("period")
    row.update(period=period, status="standing", issued_at=moment)
    return replace(state, cards=(*state.cards, row))


def now(status: str) -> Callable[[CaseState, Data, str], CaseState]:
    """What gives a card of that status: "standing", "appealed" or "revoked"."""

    def change(state: CaseState, data: Data, moment: str) -> CaseState:
        changes = {"status": status, **({"appealed": True} if status == "appealed" else {})}
        cards = ({**card, **changes} if card["card"] == data["card"] else card for card in state.cards)
        return replace(state, cards=tuple(cards))

    return change
