"""Whose breach a card is: the person who holds or did the work, or whom the work waited for.

Called by `supervision` for each card. It reads the state after the step and names; it judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.casework.desk import RECUSED, Desk
from engine.organisation.roles import NOT_OF_A_POST
from engine.records.entries import Event


def person(desk: Desk, role: str, event: Event) -> str | None:
    """The actor, or whoever holds or last did the work the rule names; None where nobody has taken it on."""
    if role == "actor" and desk.ground.actor.person:
        return desk.ground.actor.person
    for row in _work(desk, role, event):
        if row["person"]:
            return str(row["person"])
    nobody = {"system", *(desk.file.get(RECUSED) or ())}  # nor who was withdrawn from the case (SOD-5)
    acts = (act for act in reversed(desk.state.acts) if act["role"] == role and act["person"] not in nobody)
    return next((str(act["person"]) for act in acts), None)


def waited_for(desk: Desk, role: str, event: Event) -> dict[str, Any]:
    """Whom the work waited for that nobody had taken on: role, unit, name of the work, and the person who
    once held it and gave it back. The rule's own role in the unit of the case where no work is open."""
    for row in _work(desk, role, event):
        named = {"role": row["role"], "unit": row["unit"], "name": row["name"]}
        return {**named, **({"held_by": row["held_by"]} if row.get("held_by") else {})}
    return {} if role == "actor" else {"role": role, "unit": _unit(desk, event)}


def _work(desk: Desk, role: str, event: Event) -> Iterator[Mapping[str, Any]]:
    """The open work of the authority inside the scope of what happened, the rule's own role first."""
    scope = event.data.get("scope")
    inside = [
        row
        for _, row in sorted(desk.state.items.items())
        if row["role"] not in NOT_OF_A_POST and (scope is None or scope in desk.state.chain(row["scope"]))
    ]
    yield from sorted(inside, key=lambda row: row["role"] != role)


def _unit(desk: Desk, event: Event) -> str:
    """The unit that a period binds, else that of the case."""
    row = desk.state.periods.get(event.data.get("period") or 0, {})
    return str(row.get("unit") or desk.state.unit)
