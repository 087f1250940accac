"""What can be done to a case besides its work items: the messages it waits for, by who may send them.

Called by the case and progress pages. Whether an act is lawful is judged by the engine when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from engine.casework import commands, jobs
from engine.casework.case_row import Outcome
from engine.errors import Conflict
from engine.organisation import authorization
from engine.organisation.model import Actor
from web.casefile.opening import CaseFile
from web.casefile.story import act_name
from web.house import House
from web.language import _, current


@dataclass(frozen=True)
class OpenAct:
    """A message the case waits for: its key, its title for people, its form (or none), who sends it."""

    key: int
    title: str
    form: str | None
    role: str
    act: str


def open_acts(case: CaseFile, actor: Actor) -> list[OpenAct]:
    """The acts open to somebody now: a party those of the applicant, an officer those of the own posts."""
    if not case.state.open:
        return []
    # Taking it all back comes last: it is nearly always possible and hardly ever what is asked for.
    waiting = sorted(
        case.state.subscriptions.items(), key=lambda one: (one[1].get("act") == "withdraw", one[0])
    )
    return [
        _act(key, row)
        for key, row in waiting
        if row["kind"] == "message" and row.get("role") and _open_to(case, row, actor)
    ]


def find(case: CaseFile, actor: Actor, key: int) -> OpenAct:
    """The open act of that key. Raises Conflict where the case no longer waits for it."""
    for act in open_acts(case, actor):
        if act.key == key:
            return act
    raise Conflict(_("这一事项现在不能办理：案件已经进入下一步。"))


def handle(house: House, command: commands.Command, actor: Actor) -> Outcome:
    """Hand a command to the runtime and let the built-in jobs that follow run at once.

    The act is done once it is accepted: whatever then befalls a job is logged and left to the heartbeat.
    """
    outcome = house.runtime.handle(command, actor)
    try:
        jobs.run_waiting(house.runtime, outcome.case_id)
    except Exception:
        current_app.logger.exception("A job of case %s is left to the heartbeat", outcome.number)
    return outcome


def _act(key: int, row: Mapping[str, Any]) -> OpenAct:
    title = act_name(row.get("act")) if current() == "en" else ""
    name = title or str(row.get("name") or act_name(row.get("act")) or row["element"])
    return OpenAct(key, name, row.get("form"), str(row["role"]), str(row.get("act") or ""))


def _open_to(case: CaseFile, row: Mapping[str, Any], actor: Actor) -> bool:
    if actor.kind == "party":
        return bool(row["role"] == "applicant")
    item = {"role": row["role"], "unit": row.get("unit") or case.state.unit, "candidates": {}}
    return authorization.qualifies(actor, item)
