"""What people do: take, give back, pass on and complete a work item, and send what the case waits for.

Called by `decide` alone, one function for each command. Whether a person may is asked of the one authority
function; a breach of position is refused, any other is recorded as a void act.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn import stimuli
from engine.casework import commands
from engine.casework.desk import Desk
from engine.errors import Conflict, NotAuthorised, NotFound, said
from engine.organisation import authorization
from engine.organisation.authorization import Breach, ProposedAct
from engine.organisation.model import Actor

# Breaches of position, not of law: refused at once and never a card.
_POSITION = frozenset({"ROLE", "ASSIGNEE"})


class VoidActError(Exception):
    """The act would be void: nothing of it happens but the record of the attempt."""

    def __init__(self, breach: Breach, *, card: bool) -> None:
        super().__init__(breach.sentence)
        self.breach = breach
        self.card = card


def _item(desk: Desk, key: int) -> Mapping[str, Any]:
    item = desk.state.items.get(key)
    if item is None:
        raise Conflict(said("该事项已经办结或撤回，请刷新待办列表"))
    return item


def as_authority_sees(item: Mapping[str, Any]) -> dict[str, Any]:
    """The work item as `authorization.judge` reads it."""
    return {
        "role": item["role"],
        "act": item["act"],
        "unit": item["unit"],
        "assignee": item["assignee"],
        "candidates": {"persons": item["users"], "posts": item["groups"]},
    }


def _judge(desk: Desk, command: str, item: Mapping[str, Any], *, card: bool) -> None:
    """Ask the authority function; a breach of position is refused, any other is recorded."""
    act = ProposedAct(
        command=command,
        act=item["act"] or "",
        approver=item.get("approver") or "",
        recused=desk.recused(item.get("scope")),
        certificates=desk.ground.answers.get("certificates"),
        qualifications=desk.ground.answers.get("qualifications", ()),
        day=desk.today.isoformat(),
    )
    breach = authorization.judge(act, desk.ground.actor, desk.state.acts, as_authority_sees(item))
    if breach is None:
        return
    if breach.rule in _POSITION:
        raise NotAuthorised(breach.sentence)
    raise VoidActError(breach, card=card)


def claim(desk: Desk, command: commands.Claim) -> None:
    item = _item(desk, command.key)
    actor = desk.ground.actor
    if item["person"] == actor.person:
        raise Conflict(said("您已经领取了该事项"))
    if item["status"] != "offered":
        raise Conflict(said("该事项已由{person}领取", person=item["person"]))
    _judge(desk, "Claim", item, card=False)
    desk.record("WorkItemClaimed", key=command.key, person=actor.person, element=item["element"])


def _own(desk: Desk, key: int) -> Mapping[str, Any]:
    item = _item(desk, key)
    if item["status"] != "claimed":
        raise Conflict(said("请先领取该事项，再办理"))
    if item["person"] != desk.ground.actor.person:
        raise Conflict(said("该事项已由{person}领取，请刷新待办列表", person=item["person"]))
    return item


def release(desk: Desk, command: commands.Release) -> None:
    item = _own(desk, command.key)
    desk.record("WorkItemReleased", key=command.key, person=item["person"], element=item["element"])


def forward(desk: Desk, command: commands.Forward) -> None:
    item = _own(desk, command.key)
    answers = desk.ground.answers
    if not answers.get("to"):
        raise NotFound(said("没有找到可转交的人员{to}", to=command.to))
    to = Actor.from_data(answers["to"])
    breach = authorization.judge(
        ProposedAct(command="Claim", act=item["act"] or "", recused=desk.recused(item.get("scope"))),
        to,
        desk.state.acts,
        as_authority_sees(item),
    )
    if breach is not None:
        raise NotAuthorised(breach.sentence)
    desk.record("WorkItemForwarded", key=command.key, person=to.person, element=item["element"])


def complete(desk: Desk, command: commands.Complete) -> None:
    item = _own(desk, command.key)
    _judge(desk, "Complete", item, card=True)
    desk.record(
        "WorkItemCompleted",
        key=command.key,
        element=item["element"],
        name=item["name"],
        role=item["role"],
        act=item["act"],
        person=desk.ground.actor.person,
        form=item["form"],
        data=dict(command.variables),
    )
    if item["act"]:
        desk.record_act(item["act"], item["role"], item["element"])
    desk.push(stimuli.CompleteItem(instance=command.key, variables=command.variables))


def send(desk: Desk, command: commands.Send) -> None:
    waiting = desk.state.subscriptions.get(command.key)
    if waiting is None:
        raise Conflict(said("该事项现在不能办理：案件已经进入下一步"))
    actor = desk.ground.actor
    if actor.kind != "system":
        seen = {
            "role": waiting["role"],
            "act": waiting["act"],
            "unit": waiting.get("unit") or desk.state.unit,
        }
        breach = authorization.judge(
            ProposedAct(command="Send", act=waiting["act"] or "", recused=desk.recused(waiting.get("scope"))),
            actor,
            desk.state.acts,
            seen,
        )
        if breach is not None:
            raise NotAuthorised(breach.sentence)
    desk.record(
        "MessageReceived",
        key=command.key,
        name=waiting["name"],
        element=waiting["element"],
        role=waiting["role"],
        act=waiting["act"],
        person=actor.person or actor.kind,
        form=waiting["form"],
        data=dict(command.variables),
    )
    if waiting["act"]:
        desk.record_act(waiting["act"], waiting["role"], waiting["element"])
    desk.push(
        stimuli.Correlate(
            name=waiting["name"], key=waiting["key"], instance=command.key, variables=command.variables
        )
    )
