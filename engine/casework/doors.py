"""Doors of a case: which right a command needs, at which unit, and which form it has to fill in.

Called by `runtime` before a command is decided. Whether the law allows the act is judged inside the step
(`decide`), never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.marking import Marking
from engine.casework import commands
from engine.casework.state import CaseState
from engine.definitions.forms import Form
from engine.errors import Finding, Malformed, said
from engine.organisation import authorization
from engine.organisation.model import Actor, Organisation

# Which right a command needs at the door; whether the law allows the act is judged inside the step.
_RIGHTS: dict[type[commands.Command], str] = {
    commands.Retry: "operate",
    commands.Terminate: "operate",
    commands.CompleteJob: "operate",
    commands.FailJob: "operate",
    commands.ThrowError: "operate",
    commands.Recount: "operate",
    commands.RevokeCard: "supervise",
    commands.RestoreCard: "supervise",
}


def enter(command: commands.Command, actor: Actor, before: CaseState, organisation: Organisation) -> None:
    """Let the actor in with this command. Raises NotAuthorised.

    Who appeals against a card may have left the post it was earned in: being the person named is enough,
    and is judged inside the step.
    """
    if isinstance(command, commands.AppealCard):
        return
    authorization.at_the_door(
        actor, _right(command), _unit_of(before, command), organisation, case=before.number
    )


def _right(command: commands.Command) -> str:
    return _RIGHTS.get(type(command), "work")


def _unit_of(before: CaseState, command: commands.Command) -> str:
    """The unit whose door the command knocks at: that of the work item, else of the case."""
    key = getattr(command, "key", None)
    row = before.items.get(key) if isinstance(key, int) else None
    return str(row["unit"]) if row else before.unit


def form(before: CaseState, command: commands.Command) -> str | None:
    """The form of the work item or subscription a command answers, if it has one."""
    if isinstance(command, commands.Complete):
        row = before.items.get(command.key)
    elif isinstance(command, commands.Send):
        row = before.subscriptions.get(command.key)
    else:
        return None
    return row.get("form") if row else None


def variables_at(case: CaseState, marking: Marking, scope: int) -> dict[str, Any]:
    """What an element of a scope sees: the scopes around it, the innermost covering the outer."""
    found: dict[str, Any] = {}
    for number in reversed(case.chain(scope)):
        found.update(marking.variables(number))
    return found


def file(before: CaseState, marking: Marking, command: commands.Command) -> dict[str, Any] | None:
    """The case file around the work item or subscription a command answers, for its form's rules."""
    rows = before.items if isinstance(command, commands.Complete) else before.subscriptions
    row = rows.get(command.key) if isinstance(command, commands.Complete | commands.Send) else None
    return variables_at(before, marking, row["scope"]) if row else None


def roles(actor: Actor) -> set[str] | None:
    """The roles in which somebody fills in a form; None for the system, which sees every field."""
    if actor.kind == "system":
        return None
    return {"applicant", *(role for held in actor.posts for role in held.roles)}


def demand_units(read: Form, values: Mapping[str, Any], organisation: Organisation) -> None:
    """A field whose options are the units names units that exist: else its work would reach nobody."""
    known = {unit.code for unit in organisation.units}
    findings = []
    for field_ in read.fields:
        if field_.options == "units" and values.get(field_.name) is not None:
            given = values[field_.name]
            wrong = [one for one in (given if isinstance(given, list) else [given]) if one not in known]
            findings += [
                Finding(
                    f"/{field_.name}",
                    said("没有代码为“{one}”的单位，请从列表中选择", one=one),
                    "form.options",
                )
                for one in wrong
            ]
    if findings:
        raise Malformed(said("所选单位不存在"), findings)
