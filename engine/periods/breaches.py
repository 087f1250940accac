"""Why an act on a period is against the law: a promise, a suspension, an extension, its telling.

Asked by `ledger` for its own state. It changes nothing.
"""

from __future__ import annotations

from datetime import date

from engine.periods.entries import Breach, PeriodRefused
from engine.periods.limits import Limit
from engine.periods.rules import PeriodRule


def extension_breach(
    rule: PeriodRule, taken: int, on: date, by: Limit, approver: str, *, due_on: date, late: bool
) -> Breach | None:
    """The first breach of an extension after `taken` others, None where the law allows it."""
    stage = rule.stage(taken)
    if stage is None:
        return Breach(
            "A15",
            f"Expected at most {taken} extensions of {rule.id}, but another is asked for",
            f"{rule.basis}规定的延长次数已用完，或者没有规定延长",
        )
    if on > due_on or late:
        return Breach(
            "A15",
            f"Expected the extension before the limit of {due_on}, but it is asked for on {on}",
            f"延长应当在期限届满（{due_on}）前批准，现为{on}",
        )
    if not by.comparable(stage.max) or by.exceeds(stage.max):
        return Breach(
            "C9",
            f"Expected an extension of at most {stage.max}, but found {by}",
            f"延长不得超过{stage.max.words()}，现为{by.words()}",
        )
    if stage.approver and approver != stage.approver:
        return Breach(
            "C9",
            f"Expected approval by {stage.approver}, but found {approver or 'nobody'!r}",
            f"延长应当经{stage.approver}批准，现为{approver or '无'}",
        )
    return None


def telling_breach(
    rule: PeriodRule, place: int, told_on: date | None, *, due_on: date, late: bool
) -> Breach | None:
    """The breach of not telling the citizen of the extension at a place before the limit ended (C9)."""
    stage = rule.stage(place)
    if stage is None or not stage.notify or (told_on is not None and told_on <= due_on and not late):
        return None
    return Breach(
        "C9",
        f"Expected to tell of the extension by {due_on}, but found {told_on or 'no notice'}",
        f"应当在{due_on}前将延长期限的理由告知申请人",
    )


def promise_breach(rule: PeriodRule, promise: Limit | None) -> Breach | None:
    """The breach of a promise that is longer than the limit, or counted in other units (C10)."""
    if promise is None or (promise.comparable(rule.limit) and not promise.exceeds(rule.limit)):
        return None
    return Breach(
        "C10",
        f"Expected a promise counted like {rule.limit} and no longer, but found {promise}",
        f"承诺时限应当与法定时限{rule.limit.words()}同样计算且不得更长，现为{promise.words()}",
    )


def suspension_breach(rule: PeriodRule, kind: str) -> Breach | None:
    """The breach of suspending for a kind the law does not leave out (A7)."""
    if rule.excludes(kind):
        return None
    listed = "、".join(entry.kind for entry in rule.excluded) or "none"
    return Breach(
        "A7",
        f"Expected a suspension of {rule.id} for one of: {listed}, but found {kind!r}",
        f"{rule.basis}所列不计入期限的事项中没有“{kind}”",
    )


def untold_breach(rule: PeriodRule, kind: str, told: date | None) -> Breach | None:
    """The breach of suspending without telling the citizen how long it takes, where the law wants that (A7).

    Not telling is a breach of its own; what the law leaves out is left out all the same.
    """
    excluded = rule.excludes(kind)
    if excluded is None or not excluded.told or told is not None:
        return None
    return Breach(
        "A7",
        f"Expected to tell the applicant how long {kind} takes, but found no notice",
        f"应当将“{kind}”所需时间书面告知申请人",
    )


def refuse(breach: Breach | None) -> None:
    """Raise PeriodRefused where there is a breach."""
    if breach:
        raise PeriodRefused(breach)
