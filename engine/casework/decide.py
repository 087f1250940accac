"""What a command makes happen: pure, deterministic, the same for live work and replay.

`decide(state, marking, command, ground)` reads nothing but its arguments and changes nothing. It gives
the events, and the state and marking after them. A refusal (BanjieError) means the command was never
accepted. A breach of the law is an accepted command whose events are the refusal and the card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn import stimuli
from engine.bpmn.marking import Marking
from engine.casework import appeals, clocks, commands, recounting, supervision
from engine.casework.desk import Desk
from engine.casework.ground import Ground
from engine.casework.state import CaseState
from engine.errors import Conflict, NotAuthorised, NotFound
from engine.organisation import authorization
from engine.organisation.authorization import Breach, ProposedAct
from engine.organisation.model import Actor
from engine.records.entries import Event

LONGEST_NAME = 200
BUILT_IN = "banjie."  # job types that begin so are done by the product itself

# Breaches of position, not of law: refused at once and never a card.
_POSITION = frozenset({"ROLE", "ASSIGNEE"})


@dataclass(frozen=True)
class Decision:
    """What the command makes happen. `blocked` is the sentence of a void act, None where it was done."""

    events: tuple[Event, ...]
    state: CaseState
    marking: Marking | None
    blocked: str | None = None


class _VoidActError(Exception):
    """The act would be void: nothing of it happens but the record of the attempt."""

    def __init__(self, breach: Breach, *, card: bool) -> None:
        super().__init__(breach.sentence_zh)
        self.breach = breach
        self.card = card


def decide(state: CaseState, marking: Marking | None, command: commands.Command, ground: Ground) -> Decision:
    """The decision on a command. Raises BanjieError where it cannot be accepted at all."""
    desk = Desk(state, marking, ground)
    try:
        _DECISIONS[type(command)](desk, command)
    except _VoidActError as void:
        return _refuse(state, marking, command, ground, void)
    submitted: Mapping[str, Any] = getattr(command, "variables", {})
    hits = supervision.judge(desk, list(desk.events), submitted)
    blocking = [hit for hit in hits if hit.blocks]
    if blocking:
        return _block(state, marking, command, ground, blocking)
    supervision.issue(desk, hits)
    return Decision(tuple(desk.events), desk.state, desk.marking)


def _refuse(
    state: CaseState, marking: Marking | None, command: commands.Command, ground: Ground, void: _VoidActError
) -> Decision:
    desk = Desk(state, marking, ground)
    breach = void.breach
    _record_refusal(desk, command, [breach.rule], breach.sentence_zh)
    if void.card:
        values = {
            "rule": breach.rule,
            "level": "R",
            "basis": breach.basis,
            "sentence_zh": breach.sentence_zh,
            "sentence_en": breach.sentence_en,
            "blocked": breach.void,
            "person": "actor",
        }
        supervision.issue(desk, [supervision.Hit(desk.events[0], "authority", values)])
    return Decision(tuple(desk.events), desk.state, marking, breach.sentence_zh)


def _block(
    state: CaseState,
    marking: Marking | None,
    command: commands.Command,
    ground: Ground,
    hits: list[supervision.Hit],
) -> Decision:
    desk = Desk(state, marking, ground)
    sentence = "；".join(str(hit.values.get("sentence_zh") or hit.values["rule"]) for hit in hits)
    _record_refusal(desk, command, [str(hit.values["rule"]) for hit in hits], sentence)
    supervision.issue(desk, hits)
    return Decision(tuple(desk.events), desk.state, marking, sentence)


def _record_refusal(desk: Desk, command: commands.Command, rules: list[str], sentence: str) -> None:
    desk.record(
        "ActRefused",
        command=command.type,
        key=getattr(command, "key", None),
        rules=rules,
        sentence=sentence,
    )


# --- opening ---------------------------------------------------------------------------------------


def _receive(desk: Desk, command: commands.Receive) -> None:
    ground, answers = desk.ground, desk.ground.answers
    variables = dict(command.variables)
    applicant = str(variables.get("applicant_name") or ground.actor.name or "")[:LONGEST_NAME]
    desk.record(
        "CaseReceived",
        case_id=answers["case_id"],
        number=answers["number"],
        procedure=ground.package.name,
        package=ground.package.digest,
        item=command.item,
        unit=command.unit,
        channel=command.channel,
        title=ground.item.name(),
        applicant=applicant,
        query_hash=answers.get("query_hash"),
        phone_tail=str(variables.get("phone") or "")[-4:],
    )
    process = ground.package.process
    starts = ground.package.definition.start_events(process)
    messages = [start for start in starts if start.kind == "message"]
    desk.push(
        stimuli.Start(process=process, event=messages[0].element if messages else None, variables=variables)
    )


# --- work items ------------------------------------------------------------------------------------


def _item(desk: Desk, key: int) -> Mapping[str, Any]:
    item = desk.state.items.get(key)
    if item is None:
        raise Conflict("该事项已经办结或撤回，请刷新待办列表")
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
    act = ProposedAct(command=command, act=item["act"] or "", approver=item.get("approver") or "")
    breach = authorization.judge(act, desk.ground.actor, desk.state.acts, as_authority_sees(item))
    if breach is None:
        return
    if breach.rule in _POSITION:
        raise NotAuthorised(breach.sentence_zh)
    raise _VoidActError(breach, card=card)


def _claim(desk: Desk, command: commands.Claim) -> None:
    item = _item(desk, command.key)
    actor = desk.ground.actor
    if item["person"] == actor.person:
        raise Conflict("您已经领取了该事项")
    if item["status"] != "offered":
        raise Conflict(f"该事项已由{item['person']}领取")
    _judge(desk, "Claim", item, card=False)
    desk.record("WorkItemClaimed", key=command.key, person=actor.person, element=item["element"])


def _own(desk: Desk, key: int) -> Mapping[str, Any]:
    item = _item(desk, key)
    if item["status"] != "claimed":
        raise Conflict("请先领取该事项，再办理")
    if item["person"] != desk.ground.actor.person:
        raise Conflict(f"该事项已由{item['person']}领取，请刷新待办列表")
    return item


def _release(desk: Desk, command: commands.Release) -> None:
    item = _own(desk, command.key)
    desk.record("WorkItemReleased", key=command.key, person=item["person"], element=item["element"])


def _forward(desk: Desk, command: commands.Forward) -> None:
    item = _own(desk, command.key)
    answers = desk.ground.answers
    if not answers.get("to"):
        raise NotFound(f"没有找到可转交的人员{command.to}")
    to = Actor.from_data(answers["to"])
    breach = authorization.judge(
        ProposedAct(command="Claim", act=item["act"] or ""), to, desk.state.acts, as_authority_sees(item)
    )
    if breach is not None:
        raise NotAuthorised(breach.sentence_zh)
    desk.record("WorkItemForwarded", key=command.key, person=to.person, element=item["element"])


def _complete(desk: Desk, command: commands.Complete) -> None:
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


# --- messages --------------------------------------------------------------------------------------


def _send(desk: Desk, command: commands.Send) -> None:
    waiting = desk.state.subscriptions.get(command.key)
    if waiting is None:
        raise Conflict("该事项现在不能办理：案件已经进入下一步")
    actor = desk.ground.actor
    if actor.kind != "system":
        seen = {
            "role": waiting["role"],
            "act": waiting["act"],
            "unit": waiting.get("unit") or desk.state.unit,
        }
        breach = authorization.judge(
            ProposedAct(command="Send", act=waiting["act"] or ""), actor, desk.state.acts, seen
        )
        if breach is not None:
            raise NotAuthorised(breach.sentence_zh)
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


# --- time ------------------------------------------------------------------------------------------


def _fire_due(desk: Desk, command: commands.FireDue) -> None:
    at = clocks.dues(desk.state, desk.ground.calendar).get(command.key)
    if at is None or at > desk.moment:
        raise Conflict(f"Expected {command.key} to be due, but it is not")
    if command.key.startswith("timer:"):
        late = int((desk.moment - at).total_seconds())
        instance = int(command.key.split(":")[1])
        row = desk.state.timers[instance]
        desk.record("TimerFired", instance=instance, element=row["element"], at=row["at"], late_seconds=late)
        desk.push(stimuli.Fire(instance=instance))
    else:
        clocks.fire(desk, command.key)


# --- jobs and incidents ----------------------------------------------------------------------------


def _job(desk: Desk, key: int) -> Mapping[str, Any]:
    job = desk.state.jobs.get(key)
    if job is None:
        raise Conflict("Expected the job to be waiting, but it is done or cancelled")
    return job


def _complete_job(desk: Desk, command: commands.CompleteJob) -> None:
    job = _job(desk, command.key)
    result = dict(command.result)
    # Only a built-in job issues documents; to an external worker these are names like any other.
    built_in = job["type"].startswith(BUILT_IN)
    document, notice = (result.pop(name, None) if built_in else None for name in ("document", "notice"))
    desk.record("JobCompleted", key=command.key, element=job["element"], job=job["type"], result=result)
    if document:
        desk.record("DocumentIssued", **document, element=job["element"], issued_on=desk.today.isoformat())
    if notice:
        desk.record("NoticeSent", **notice, element=job["element"])
    desk.push(stimuli.CompleteJob(instance=command.key, variables=result))


def _fail_job(desk: Desk, command: commands.FailJob) -> None:
    job = _job(desk, command.key)
    retries = job["retries"] - 1
    desk.record(
        "JobFailed",
        key=command.key,
        element=job["element"],
        retries=retries,
        sentence=command.sentence,
        available_at=desk.ground.answers["available_at"],
    )
    if retries <= 0:
        desk.push(stimuli.FailJob(instance=command.key, sentence=command.sentence))


def _throw_error(desk: Desk, command: commands.ThrowError) -> None:
    _job(desk, command.key)
    desk.push(
        stimuli.ThrowError(
            instance=command.key,
            code=command.code,
            sentence=command.sentence,
            variables=command.variables,
        )
    )


def _retry(desk: Desk, command: commands.Retry) -> None:
    if command.key not in desk.state.incidents:
        raise Conflict("Expected an open incident, but it has been resolved")
    desk.push(stimuli.Retry(instance=command.key, variables=command.variables))


def _terminate(desk: Desk, command: commands.Terminate) -> None:
    desk.record("CaseTerminated", reason=command.reason, person=desk.ground.actor.person)
    desk.push(stimuli.Terminate(reason=command.reason))


_DECISIONS: dict[type[commands.Command], Callable[[Desk, Any], None]] = {
    commands.Receive: _receive,
    commands.Claim: _claim,
    commands.Release: _release,
    commands.Forward: _forward,
    commands.Complete: _complete,
    commands.Send: _send,
    commands.FireDue: _fire_due,
    commands.CompleteJob: _complete_job,
    commands.FailJob: _fail_job,
    commands.ThrowError: _throw_error,
    commands.Retry: _retry,
    commands.Terminate: _terminate,
    commands.Recount: recounting.recount,
    commands.AppealCard: appeals.appeal,
    commands.RevokeCard: appeals.revoke,
    commands.RestoreCard: appeals.restore,
}
