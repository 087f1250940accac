"""Taking a stimulus: does the case wait for it, and what does it set going.

Called by `run`. Every taker first checks and only then returns the steps, so that a stimulus that does not
fit is refused before anything happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.bpmn import stimuli
from engine.bpmn.elements.process import open_process
from engine.bpmn.expressions import Failure
from engine.bpmn.happenings import IncidentResolved, RunEnded
from engine.bpmn.throwing import throw_error
from engine.bpmn.token import ERROR, LEAVE, READY, STARTED, Token
from engine.bpmn.watching import trigger, waiting_for
from engine.bpmn.withdrawing import cancel
from engine.canonical import demand_storable, settled
from engine.errors import Conflict, said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps
    from engine.bpmn.scope import Scope
    from engine.bpmn.stimuli import Stimulus

_NESTED = (dict, list, tuple)


def take(case: Case, stimulus: Stimulus) -> Steps:
    """The steps a stimulus sets going. Raises Conflict where it does not fit.

    Raises Malformed or TooLarge for variables that are no plain data or that no store could keep.
    """
    variables = getattr(stimulus, "variables", None)
    if variables:
        feel.from_json(variables)
        demand_storable(variables)
        if any(isinstance(value, _NESTED) for value in variables.values()):
            stimulus = replace(stimulus, variables=settled(variables))
    return _TAKERS[type(stimulus)](case, stimulus)


def _start(case: Case, stimulus: stimuli.Start) -> Steps:
    if case.root is not None:
        raise Conflict(said("Expected a case that has not begun, but this one has"))
    process = case.definition.processes[case.process]
    event = stimulus.event
    known = [one.element for one in process.starters]
    if event is not None and event not in known:
        raise Conflict(
            said(
                "Expected '{event}' to begin '{id}', but it is none of its starts", event=event, id=process.id
            )
        )
    if event is None and not process.body.starts:
        if len(known) != 1:
            choice = ", ".join(known) or "none"
            raise Conflict(
                said(
                    "Expected to be told the event that begins '{id}', one of: {choice}",
                    id=process.id,
                    choice=choice,
                )
            )
        event = known[0]
    return _begin(case, event, dict(stimulus.variables))


def _begin(case: Case, event: str | None, variables: dict[str, Any]) -> Steps:
    yield from open_process(case, case.definition, case.process, None, None, event, variables)
    case.root = case.subprocesses[None]


def _complete_item(case: Case, stimulus: stimuli.CompleteItem) -> Steps:
    token = case.live.get(stimulus.instance)
    if token is None or token._state != STARTED or not token.notes.get("item"):
        raise Conflict(
            said("Expected an open work item {instance}, but the case has none", instance=stimulus.instance)
        )
    del token.notes["item"]
    return _completed(case, token, stimulus.variables)


def _completed(case: Case, token: Token, variables: Mapping[str, Any]) -> Steps:
    token.notes["result"] = dict(variables)
    token.phase = LEAVE
    return _go_on(case, token)


def _go_on(case: Case, token: Token) -> Steps:
    token._set_state(READY)
    case.later(token.task_spec.proceed, token)
    yield from ()


def _job(case: Case, instance: int) -> Token:
    token = case.live.get(case.jobs.get(instance, -1))
    if token is None or token._state != STARTED:
        raise Conflict(said("Expected an open job {instance}, but the case has none", instance=instance))
    return token


def _complete_job(case: Case, stimulus: stimuli.CompleteJob) -> Steps:
    token = _job(case, stimulus.instance)
    case.drop_job(token)
    if stimulus.instance != token.id:
        token.task_spec.heard(token)
        return _after_listener(case, token, stimulus.variables)
    if token.notes.get("sent"):
        token.notes["result"] = dict(stimulus.variables)
        return _go_on(case, token)
    return _completed(case, token, stimulus.variables)


def _after_listener(case: Case, token: Token, variables: Mapping[str, Any]) -> Steps:
    for name, value in sorted(variables.items()):
        yield case.propagate(token.scope, name, value, token.task_spec.name)
    yield from _go_on(case, token)


def _fail_job(case: Case, stimulus: stimuli.FailJob) -> Steps:
    token = _job(case, stimulus.instance)
    case.drop_job(token)
    token.notes.pop("sent", None)
    return case.incident(token, Failure("job", stimulus.sentence))


def _throw_error(case: Case, stimulus: stimuli.ThrowError) -> Steps:
    token = case.live.get(case.jobs.get(stimulus.instance, stimulus.instance))
    if token is None or token._state != STARTED or not ("job" in token.notes or token.notes.get("item")):
        raise Conflict(
            said(
                "Expected an open work item or job {instance}, but the case has none",
                instance=stimulus.instance,
            )
        )
    case.drop_job(token)
    token.notes.pop("item", None)
    step = partial(_throw, case, stimulus)
    case.later(step, token)
    return _nothing()


def _throw(case: Case, stimulus: stimuli.ThrowError, token: Token) -> Steps:
    yield from throw_error(
        case, token, stimulus.code, stimulus.variables, outcome="failed", sentence=stimulus.sentence
    )


def _correlate(case: Case, stimulus: stimuli.Correlate) -> Steps:
    found = waiting_for(case, "message", stimulus.name)
    if stimulus.instance is not None:
        found = [one for one in found if one.id == stimulus.instance]
    else:
        found = [one for one in found if one.notes.get("key") in (None, stimulus.key)]
    if not found:
        raise Conflict(
            said("Expected the case to wait for the message '{name}', but it does not", name=stimulus.name)
        )
    return _come(case, found[:1], stimulus.variables)


def _broadcast(case: Case, stimulus: stimuli.Broadcast) -> Steps:
    found = waiting_for(case, "signal", stimulus.name)
    if not found:
        raise Conflict(
            said("Expected the case to wait for the signal '{name}', but it does not", name=stimulus.name)
        )
    return _come(case, found, stimulus.variables)


def _fire(case: Case, stimulus: stimuli.Fire) -> Steps:
    one = case.watches.get(stimulus.instance)
    if one is None or one.definition.kind != "timer" or one.notes.get("at") is None or one.notes.get("got"):
        raise Conflict(
            said("Expected an armed timer {instance}, but the case has none", instance=stimulus.instance)
        )
    return _come(case, [one], {})


def _come(case: Case, watches: list[Watch], variables: Mapping[str, Any]) -> Steps:
    for one in watches:
        case.later(partial(trigger, case, payload=dict(variables)), one)
    return _nothing()


def _nothing() -> Steps:
    yield from ()


def _retry(case: Case, stimulus: stimuli.Retry) -> Steps:
    token = case.live.get(stimulus.instance)
    if token is None or token._state != ERROR:
        raise Conflict(
            said("Expected an incident on {instance}, but there is none", instance=stimulus.instance)
        )
    return _try_again(case, token, stimulus.variables)


def _try_again(case: Case, token: Token, variables: Mapping[str, Any]) -> Steps:
    for name, value in sorted(variables.items()):
        yield case.propagate(token.scope, name, value)
    token.notes.pop("incident", None)
    yield IncidentResolved(instance=token.id, element=token.task_spec.name)
    yield from _go_on(case, token)


def _set_variables(case: Case, stimulus: stimuli.SetVariables) -> Steps:
    scope = case.scopes.get(stimulus.scope)
    if scope is None:
        raise Conflict(said("Expected an open scope {scope}, but the case has none", scope=stimulus.scope))
    return _assign(case, scope, stimulus.variables)


def _assign(case: Case, scope: Scope, variables: Mapping[str, Any]) -> Steps:
    for name, value in sorted(variables.items()):
        yield case.assign(scope, name, value)


def _terminate(case: Case, stimulus: stimuli.Terminate) -> Steps:
    assert case.root is not None  # noqa: S101 - a case that runs has a root
    yield from cancel(case, [case.root.task_tree])
    case.ended = True
    yield RunEnded(ends=tuple(case.ends))


_TAKERS: dict[type, Callable[[Case, Any], Steps]] = {
    stimuli.Start: _start,
    stimuli.CompleteItem: _complete_item,
    stimuli.CompleteJob: _complete_job,
    stimuli.FailJob: _fail_job,
    stimuli.ThrowError: _throw_error,
    stimuli.Correlate: _correlate,
    stimuli.Broadcast: _broadcast,
    stimuli.Fire: _fire,
    stimuli.Retry: _retry,
    stimuli.SetVariables: _set_variables,
    stimuli.Terminate: _terminate,
}
