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
from engine.casework import appeals, clocks, commands, idleness, recounting, supervision, work_items
from engine.casework.desk import Desk
from engine.casework.ground import Ground
from engine.casework.state import LONGEST_NAME, CaseState
from engine.casework.work_items import VoidActError
from engine.errors import Conflict, either, said
from engine.records.entries import Event

BUILT_IN = "banjie."  # job types that begin so are done by the product itself


@dataclass(frozen=True)
class Decision:
    """What the command makes happen. `blocked` is the sentence of a void act, None where it was done."""

    events: tuple[Event, ...]
    state: CaseState
    marking: Marking | None
    blocked: str | None = None


def decide(state: CaseState, marking: Marking | None, command: commands.Command, ground: Ground) -> Decision:
    """The decision on a command. Raises BanjieError where it cannot be accepted at all."""
    desk = Desk(state, marking, ground)
    try:
        _DECISIONS[type(command)](desk, command)
    except VoidActError as void:
        return _refuse(state, marking, command, ground, void)
    submitted: Mapping[str, Any] = getattr(command, "variables", {})
    hits = supervision.judge(desk, list(desk.events), submitted)
    blocking = [hit for hit in hits if hit.blocks]
    if blocking:
        return _block(state, marking, command, ground, blocking)
    supervision.issue(desk, hits)
    return Decision(tuple(desk.events), desk.state, desk.marking)


def _refuse(
    state: CaseState, marking: Marking | None, command: commands.Command, ground: Ground, void: VoidActError
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
    return Decision(tuple(desk.events), desk.state, marking, breach.sentence)


def _block(
    state: CaseState,
    marking: Marking | None,
    command: commands.Command,
    ground: Ground,
    hits: list[supervision.Hit],
) -> Decision:
    desk = Desk(state, marking, ground)
    zh, en = (_reasons(hits, language) for language in ("zh", "en"))
    sentence = either(zh, zh=zh, en=en)
    _record_refusal(desk, command, [str(hit.values["rule"]) for hit in hits], sentence)
    supervision.issue(desk, hits)
    return Decision(tuple(desk.events), desk.state, marking, sentence)


def _reasons(hits: list[supervision.Hit], language: str) -> str:
    told = (hit.values.get(f"sentence_{language}") or hit.values.get("sentence_zh") for hit in hits)
    joint = "；" if language == "zh" else "; "
    return joint.join(str(words or hit.values["rule"]) for words, hit in zip(told, hits, strict=True))


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
    party = ground.package.party
    given = str(variables.get(party.get("name", "applicant_name")) or "")
    # Whoever enters it at the window is not the applicant: an anonymous letter has none.
    applicant = (given or (ground.actor.name if ground.actor.kind == "party" else ""))[:LONGEST_NAME]
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
        phone_tail=str(variables.get(party.get("phone", "phone")) or "")[-4:],
        **({"party": dict(party)} if party else {}),
        **idleness.watch(ground.law, ground.package.kind, desk.today),
    )
    process = ground.package.process
    starts = ground.package.definition.start_events(process)
    messages = [start for start in starts if start.kind == "message"]
    desk.push(
        stimuli.Start(process=process, event=messages[0].element if messages else None, variables=variables)
    )


# --- time ------------------------------------------------------------------------------------------


def _fire_due(desk: Desk, command: commands.FireDue) -> None:
    at = clocks.dues(desk.state, desk.ground.calendar).get(command.key)
    if at is None or at > desk.moment:
        raise Conflict(said("Expected {key} to be due, but it is not", key=command.key))
    if command.key.startswith("timer:"):
        late = int((desk.moment - at).total_seconds())
        instance = int(command.key.split(":")[1])
        row = desk.state.timers[instance]
        desk.record("TimerFired", instance=instance, element=row["element"], at=row["at"], late_seconds=late)
        desk.push(stimuli.Fire(instance=instance))
    elif command.key == idleness.KEY:
        idleness.fire(desk)
    else:
        clocks.fire(desk, command.key)


# --- jobs and incidents ----------------------------------------------------------------------------


def _job(desk: Desk, key: int) -> Mapping[str, Any]:
    job = desk.state.jobs.get(key)
    if job is None:
        raise Conflict(said("Expected the job to be waiting, but it is done or cancelled"))
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
        raise Conflict(said("Expected an open incident, but it has been resolved"))
    desk.push(stimuli.Retry(instance=command.key, variables=command.variables))


def _terminate(desk: Desk, command: commands.Terminate) -> None:
    desk.record("CaseTerminated", reason=command.reason, person=desk.ground.actor.person)
    desk.push(stimuli.Terminate(reason=command.reason))


_DECISIONS: dict[type[commands.Command], Callable[[Desk, Any], None]] = {
    commands.Receive: _receive,
    commands.Claim: work_items.claim,
    commands.Release: work_items.release,
    commands.Forward: work_items.forward,
    commands.Complete: work_items.complete,
    commands.Send: work_items.send,
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
