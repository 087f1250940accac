"""Where tokens stand on a diagram after a step, and how they are marked.

Called by the rooms that draw a case's way on its diagram. Drawn from the journal alone, so any moment of
the past can be drawn; runs no diagram.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.audit.history import Step, Token
from engine.casework.state import CaseState
from web.casefile.opening import CaseFile

_GRAVEST = ("", "suspended", "yellow", "red", "incident")


def placed(case: CaseFile, digest: str) -> dict[str, Any]:
    """Tokens of a case as it stands, and all it has passed, on one of its diagrams."""
    return drawing(case.steps, case.state, digest)


def drawing(steps: Iterable[Step], state: CaseState, digest: str) -> dict[str, Any]:
    """After the last of these steps: {"tokens": [{element, count, state}], "passed": [ids]}.

    `state` is the case's working state at that moment.
    """
    told = list(steps)
    live = [token for token in told[-1].live if token.digest == digest and not token.holds] if told else []
    counts: dict[str, int] = {}
    marks: dict[str, str] = {}
    for token in live:
        counts[token.element] = counts.get(token.element, 0) + 1
        mark = max(marks.get(token.element, ""), mark_of(token, state), key=_GRAVEST.index)
        marks[token.element] = mark
    passed = sorted({element for step in told for element in _passed(step, digest)})
    tokens = [{"element": e, "count": n, "state": marks[e]} for e, n in sorted(counts.items())]
    return {"tokens": tokens, "passed": passed}


def _passed(step: Step, digest: str) -> Iterable[str]:
    yield from (element for element, where in zip(step.passed, step.diagrams, strict=True) if where == digest)
    # Flows belong to the diagram of the element they lead to; ids of two diagrams may be alike.
    yield from (
        str(event.data["came_by"])
        for event, where in zip(step.of("ElementEntered"), step.diagrams, strict=True)
        if where == digest and event.data.get("came_by")
    )


def mark_of(token: Token, state: CaseState) -> str:
    """How a token is marked: incident, red or yellow by the periods around it, suspended, or ""."""
    if token.instance in state.incidents:
        return "incident"
    if token.instance in state.suspensions:
        return "suspended"
    chain = set(state.chain(token.scope))
    limits = [_limit(period) for period in state.periods.values() if period["scope"] in chain]
    return max(limits, key=_GRAVEST.index, default="")


def _limit(period: Mapping[str, Any]) -> str:
    if period["stopped"]:
        return ""
    fired = period["fired"]
    return "red" if "statutory" in fired else "yellow" if "promised" in fired or "warn" in fired else ""
