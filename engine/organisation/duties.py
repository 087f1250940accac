"""Duties that one person may not both have in one case (SOD-1 to SOD-3, supervisor and handling).

Called by `authorization.judge` alone for judging; casework uses the records it defines, a proposed act and
a breach. It knows acts and roles, never element names, posts or units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import Said, either
from engine.organisation.model import Actor


@dataclass(frozen=True)
class ProposedAct:
    """What the actor is about to do to a work item, or to a case.

    `command` is the command's name ("Complete", "Claim"); `act` the element's `banjie.act`; `approver`
    the rank an approval needs, as a role code or in the law's words (机关负责人), with its `basis`;
    `recused` the logins withdrawn from the case (SOD-5); `certificates` the actor's own as the register of
    officers has them on `day` (ISO), None where the case demands none (SOD-4); `qualifications` the rows of
    that register about a legal reviewer of a penalty.
    """

    command: str
    act: str = ""
    approver: str = ""
    basis: str = ""
    recused: tuple[str, ...] = ()
    certificates: Sequence[Mapping[str, Any]] | None = None
    qualifications: Sequence[Mapping[str, Any]] = ()
    day: str = ""


@dataclass(frozen=True)
class Breach:
    """Why the law or the assignment forbids the act. `void`: the act would be void and is blocked."""

    rule: str
    sentence_zh: str
    sentence_en: str
    basis: str
    void: bool = True

    @property
    def sentence(self) -> Said:
        """Why, in the reader's language; the Chinese sentence is the record."""
        return either(self.sentence_zh, zh=self.sentence_zh, en=self.sentence_en)

    def as_data(self) -> dict[str, Any]:
        """Plain data for the events that record the breach."""
        return asdict(self)


History = Sequence[Mapping[str, Any]]
Item = Mapping[str, Any]

# Acts by which an officer handles a case, in whatever lane they are drawn.
HANDLING_ACTS = frozenset({"examine", "investigate"})
# Acts that decide a case. A handler who decides on the spot in his own lane is the law's own exception
# (《行政处罚法》第五十一条), so the handler's lane does not count here.
DECIDING_ACTS = frozenset(
    {"decide", "approve", "sign", "grant", "refuse", "not-penalise", "not-open", "withdraw-case"}
)
DECIDING_ROLES = frozenset({"head-of-organ", "government-leader"})


def handlers(history: History) -> frozenset[str]:
    """The persons who have handled the case."""
    return frozenset(past["person"] for past in history if past.get("person") and handles(past))


def handles(act: Mapping[str, Any]) -> bool:
    """Whether the act is part of handling a case."""
    return act.get("role") == "handler" or act.get("act") in HANDLING_ACTS


def decides(act: Mapping[str, Any]) -> bool:
    """Whether the act decides a case."""
    role = act.get("role")
    return role in DECIDING_ROLES or (act.get("act") in DECIDING_ACTS and role != "handler")


_Test = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Separation:
    """Two duties that one person may not both have in one case, in either order."""

    rule: str
    one: _Test
    other: _Test
    zh: str
    en: str
    basis: str

    def breach(self, _act: ProposedAct, actor: Actor, history: History, item: Item) -> Breach | None:
        mine = [past for past in history if past.get("person") == actor.person]
        clash = (self.one(item) and any(map(self.other, mine))) or (
            self.other(item) and any(map(self.one, mine))
        )
        if not clash:
            return None
        return Breach(
            self.rule,
            f"{self.zh}，但{actor.name}在本案中已承担另一职责",
            f"Expected {self.en}, but {actor.name} has had the other duty in this case",
            self.basis,
        )


def _has_role(role: str) -> _Test:
    return lambda act: act.get("role") == role


def _is_legal_review(act: Mapping[str, Any]) -> bool:
    return act.get("role") == "legal-reviewer" or act.get("act") == "legal-review"


def _takes_part(act: Mapping[str, Any]) -> bool:
    return act.get("role") not in (None, "", "supervisor", "applicant", "system")


SEPARATIONS = (
    Separation(
        "SOD-1",
        _has_role("hearing-chair"),
        handles,
        "听证主持人不得是本案承办（审查、调查）人员",
        "a hearing chair who has not handled the case",
        "《行政许可法》第四十八条；《行政处罚法》第六十四条",
    ),
    Separation(
        "SOD-2",
        decides,
        handles,
        "作出决定的人不得是本案承办人",
        "a decider who has not handled the case",
        "《行政处罚法》第五十七条；职责分离",
    ),
    Separation(
        "SOD-3",
        _is_legal_review,
        handles,
        "法制审核人员不得是本案承办人",
        "a legal reviewer who has not handled the case",
        "《行政处罚法》第五十八条",
    ),
    Separation(
        "SOD-S",
        _has_role("supervisor"),
        _takes_part,
        "监督员不得参与办理本案",
        "a supervisor who has taken no part in the case",
        "《行政执法监督条例》；职责分离",
    ),
)
