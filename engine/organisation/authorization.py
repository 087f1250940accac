"""Who may do what: the one family of functions that decides it, for every door of the product.

`at_the_door` is asked by web and casework before a case is touched; `judge` is asked inside the step,
so that a breach can be recorded. Both are pure: they read what they are given and no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import NotAuthorised, listed, said, sayable
from engine.organisation.duties import (
    SEPARATIONS,
    Breach,
    History,
    Item,
    ProposedAct,
    handlers,
)
from engine.organisation.model import Actor, Organisation, PostHeld
from engine.organisation.roles import role_name, roles_of_rank

__all__ = [
    "RIGHTS",
    "Breach",
    "History",
    "Item",
    "ProposedAct",
    "at_the_door",
    "handlers",
    "judge",
    "may",
    "qualifies",
]

# For each right, the roles that have it from above, over everything within the reach of their unit.
_WATCHING_ROLES: dict[str, tuple[str, ...]] = {
    "work": (),
    "read": ("supervisor", "auditor"),
    "supervise": ("supervisor",),
    "audit": ("auditor",),
    "design": ("designer",),
    "operate": ("operator",),
    "administer": ("administrator",),
}

RIGHTS = ("receive", *_WATCHING_ROLES)

_RIGHT_NAMES = {
    "work": sayable("办理"),
    "read": sayable("查阅"),
    "receive": sayable("收件"),
    "supervise": sayable("监督"),
    "audit": sayable("审计"),
    "design": sayable("流程设计"),
    "operate": sayable("运维"),
    "administer": sayable("组织管理"),
}


def at_the_door(
    actor: Actor, right: str, unit: str, organisation: Organisation, *, case: str = "", begun_by: str = ""
) -> None:
    """Let the actor in, or raise NotAuthorised with a Chinese sentence.

    `unit` is the unit of the case or work item; "" asks whether the actor has the right anywhere (never
    for work, read and receive). `case` is the case number a party wants to reach,
    `begun_by` the role that begins such cases of the authority's own motion ("" where people apply).

    work: a post held is in exactly that unit. read: the same, or a supervisor or auditor whose reach
    covers the unit. receive: role window in the unit, or anyone who applies as a party;
    where `begun_by` names a role, that role or window in the unit and no party.
    supervise, audit, design, operate, administer: that role, with the unit within the reach of its post.
    Raises NotFound for a unit the organisation does not know, ValueError for a right that does not exist.
    """
    if right not in RIGHTS:
        raise ValueError(
            said("Expected one of {rights}, but found {right!r}", rights=listed(RIGHTS), right=right)
        )
    if actor.kind == "system":
        return
    is_party = actor.kind == "party"
    allowed = (
        _party_may(actor, right, case, begun_by)
        if is_party
        else _officer_may(actor, right, unit, organisation, begun_by)
    )
    if not allowed:
        raise NotAuthorised(_door_sentence(actor, right, unit, organisation))


def may(
    actor: Actor, right: str, unit: str, organisation: Organisation, *, case: str = "", begun_by: str = ""
) -> bool:
    """`at_the_door` as an answer, for menus and lists. Raises ValueError and NotFound as it does."""
    try:
        at_the_door(actor, right, unit, organisation, case=case, begun_by=begun_by)
    except NotAuthorised:
        return False
    return True


def _party_may(actor: Actor, right: str, case: str, begun_by: str) -> bool:
    if right == "receive":
        return begun_by == ""
    return right in ("work", "read") and actor.case != "" and actor.case == case


def _officer_may(actor: Actor, right: str, unit: str, organisation: Organisation, begun_by: str) -> bool:
    if right == "receive":
        return actor.holds("window", unit) or (begun_by != "" and actor.holds(begun_by, unit))
    if unit == "" and right in ("work", "read"):
        return False
    if right in ("work", "read") and any(held.unit == unit for held in actor.posts):
        return True
    watching = _WATCHING_ROLES[right]
    return any(_watches(held, role, unit, organisation) for held in actor.posts for role in watching)


def _watches(held: PostHeld, role: str, unit: str, organisation: Organisation) -> bool:
    if role not in held.roles:
        return False
    return unit == "" or organisation.within(unit, organisation.reach(held.unit))


def _door_sentence(actor: Actor, right: str, unit: str, organisation: Organisation) -> str:
    if actor.kind == "party":
        return said("当事人只能查阅和办理本人的案件")
    place = said("“{unit}”", unit=organisation.unit(unit).name_zh) if unit else said("本系统")
    return said(
        "需要在{place}有{right}权限的岗位，但{name}没有",
        place=place,
        right=said(_RIGHT_NAMES[right]),
        name=actor.name,
    )


def judge(act: ProposedAct, actor: Actor, history: History, item: Item) -> Breach | None:
    """The first rule the act would break, or None.

    `history` lists the completed acts of the case, oldest first: {act, role, person, date, element}.
    `item` is {role, act, unit, assignee, candidates}; `candidates` is {"persons": […], "posts": […]}
    ("posts" may name post codes or roles), or a list of logins, or empty. Where candidates are named they
    stand for the role; else a post held gives the item's role in exactly the item's unit.
    The order of the rules: withdrawal, assignment, role, certificate, qualification, rank, separation of
    duties.
    """
    if actor.kind == "system":
        return None
    if actor.kind == "party":
        return _party_breach(item)
    for rule in _RULES:
        breach = rule(act, actor, history, item)
        if breach is not None:
            return breach
    return None


def _party_breach(item: Item) -> Breach | None:
    if item.get("role") == "applicant":
        return None
    return Breach(
        "ROLE",
        "该事项由行政机关办理，当事人不能办理",
        "Expected an officer of the authority, but a party of the case acts",
        "岗位权限",
    )


# SOD-5, 《行政处罚法》第四十三条: whoever has been withdrawn takes no further part in the case.
def _recusal(act: ProposedAct, actor: Actor, _history: History, _item: Item) -> Breach | None:
    if actor.person not in act.recused:
        return None
    return Breach(
        "SOD-5",
        f"{actor.name}在本案中已回避，不得继续办理",
        f"Expected an officer who takes part in the case, but {actor.name} has been withdrawn from it",
        "《行政处罚法》第四十三条",
    )


def _assignment(_act: ProposedAct, actor: Actor, _history: History, item: Item) -> Breach | None:
    assignee = item.get("assignee")
    if not assignee or assignee == actor.person:
        return None
    return Breach(
        "ASSIGNEE",
        f"该事项已由{assignee}领取，{actor.name}不能办理",
        f"Expected {assignee}, who has claimed the work item, but {actor.name} acts",
        "岗位权限",
    )


def _position(_act: ProposedAct, actor: Actor, _history: History, item: Item) -> Breach | None:
    if qualifies(actor, item):
        return None
    role, unit = item.get("role"), item.get("unit", "")
    wanted_zh, wanted_en = role_name(role or "", "zh"), role_name(role or "", "en")
    if _named(item):
        wanted_zh, wanted_en = "该事项指定的候选人", "one of the candidates named"
    return Breach(
        "ROLE",
        f"需要{wanted_zh or '本单位工作人员'}（{unit}）办理，但{actor.name}没有这个岗位",
        f"Expected {wanted_en or 'an officer of the unit'} in {unit}, but {actor.name} is none",
        "岗位权限",
    )


def qualifies(actor: Actor, item: Item) -> bool:
    """Whether the officer is a potential owner of the item (WS-HumanTask 1.1, 3.1); a worklist asks this.

    A window clerk may enter what the applicant hands in at the window.
    """
    unit, role = str(item.get("unit") or ""), item.get("role")
    persons, posts = _candidates(item)
    if persons or posts:
        return actor.person in persons or any(
            held.post in posts or any(held.gives(name, unit) for name in posts) for held in actor.posts
        )
    if not role:
        return any(held.unit == unit for held in actor.posts)
    return actor.holds("window" if role == "applicant" else role, unit)


def _named(item: Item) -> bool:
    return any(_candidates(item))


def _candidates(item: Item) -> tuple[frozenset[str], frozenset[str]]:
    named = item.get("candidates") or {}
    if isinstance(named, Mapping):
        return frozenset(named.get("persons") or ()), frozenset(named.get("posts") or ())
    return frozenset(named), frozenset()


# SOD-4, 《行政处罚法》第四十二条: whoever enforces the law holds a certificate valid on the day of the act.
def _certificate(act: ProposedAct, actor: Actor, _history: History, item: Item) -> Breach | None:
    if act.certificates is None or item.get("role") != "handler":
        return None
    if any(_counts(one, act.day) for one in act.certificates):
        return None
    numbers = "、".join(str(one.get("key")) for one in act.certificates)
    return Breach(
        "SOD-4",
        f"{actor.name}的执法证件{numbers}当日无效，不得继续执法",
        f"Expected {actor.name} to hold a certificate that is valid today, but {numbers or 'none'} is not",
        "《行政处罚法》第四十二条",
    )


def _counts(certificate: Mapping[str, Any], day: str) -> bool:
    begins, ends = str(certificate.get("valid_from") or ""), str(certificate.get("valid_to") or day)
    return certificate.get("state") == "valid" and begins <= day <= ends


# 《行政处罚法》第五十八条第二款: whoever begins to review penalties is legally qualified.
def _qualification(act: ProposedAct, actor: Actor, _history: History, _item: Item) -> Breach | None:
    begins = any(one.get("new_reviewer") is True for one in act.qualifications)
    if not begins or any(one.get("lawyer") is True for one in act.qualifications):
        return None
    return Breach(
        "E4",
        f"{actor.name}初次从事行政处罚决定法制审核，没有登记法律职业资格，不得审核",
        f"Expected a reviewer with the legal professional qualification, but {actor.name} begins to review "
        "and has none recorded",
        "《行政处罚法》第五十八条第二款",
    )


# Rule C9: an extension is approved by the rank the statute names.
def _rank(act: ProposedAct, actor: Actor, _history: History, item: Item) -> Breach | None:
    if not act.approver:
        return None
    ranks = roles_of_rank(act.approver)
    if any(actor.holds(role, str(item.get("unit") or "")) for role in ranks):
        return None
    wanted = role_name(act.approver)
    return Breach(
        "RANK",
        f"须由{wanted}批准，但{actor.name}没有这一职级",
        f"Expected an approval by {role_name(act.approver, 'en')}, but {actor.name} has not that rank",
        act.basis or "法定审批权限",
    )


_RULES: tuple[Callable[[ProposedAct, Actor, History, Item], Breach | None], ...] = (
    _recusal,
    _assignment,
    _position,
    _certificate,
    _qualification,
    _rank,
    *(separation.breach for separation in SEPARATIONS),
)
