"""Rights and duties: which post gives which work, and which duties one person may not both have.

Called by `authority`. Written into the one file of the offline program, so it needs nothing but the standard
library and says again, in few lines, what `engine.organisation` says of the living.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.audit.past import Row

RIGHTS: dict[str, str] = {
    **dict.fromkeys(("Retry", "Terminate", "CompleteJob", "FailJob", "ThrowError", "Recount"), "operator"),
    **dict.fromkeys(("RevokeCard", "RestoreCard"), "supervisor"),
}
HANDLING = ("examine", "investigate")
DECIDING = ("decide", "approve", "sign", "grant", "refuse", "not-penalise", "not-open", "withdraw-case")
HEADS = ("head-of-organ", "government-leader")


def handles(act: Row) -> bool:
    """Whether an act or work item is part of handling a case."""
    return act.get("role") == "handler" or act.get("act") in HANDLING


def decides(act: Row) -> bool:
    """Whether it decides the case; a handler who decides on the spot is the law's own exception."""
    return act.get("role") in HEADS or (act.get("act") in DECIDING and act.get("role") != "handler")


def reviews(act: Row) -> bool:
    """Whether it is the legal review."""
    return act.get("role") == "legal-reviewer" or act.get("act") == "legal-review"


def chairs(act: Row) -> bool:
    """Whether it is done by the chair of a hearing."""
    return act.get("role") == "hearing-chair"


def watches(act: Row) -> bool:
    """Whether it is a supervisor's."""
    return bool(act.get("role") == "supervisor")


def takes_part(act: Row) -> bool:
    """Whether it is an officer's part in the case."""
    return act.get("role") not in (None, "", "supervisor", "applicant", "system")


APART = (
    ("SOD-1", chairs, handles),
    ("SOD-2", decides, handles),
    ("SOD-3", reviews, handles),
    ("SOD-S", watches, takes_part),
)
"""Duties that one person may not both have in one case, in either order."""


def qualifies(actor: Row, item: Row, unit: str) -> bool:
    """Whether a post of the actor gives the item's role in the unit, or the item names him or his post."""
    if actor["kind"] == "party":
        return bool(item.get("role") == "applicant")
    role, posts = item.get("role"), actor["posts"]
    users, groups = item.get("candidate_users") or (), item.get("candidate_groups") or ()
    here = {name for one in posts if one["unit"] == unit for name in one["roles"]}
    if users or groups:
        return actor["person"] in users or bool(here.union(one["post"] for one in posts) & set(groups))
    if not role:
        return any(one["unit"] == unit for one in posts)
    return ("window" if role == "applicant" else role) in here


def clashes(item: Row, mine: Sequence[Row]) -> Iterator[str]:
    """The rules (SOD-1 to 3, and of supervisors) that an item breaks beside the acts one has done before."""
    for rule, one, other in APART:
        if (one(item) and any(map(other, mine))) or (other(item) and any(map(one, mine))):
            yield rule
