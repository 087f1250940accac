"""The closed vocabulary of roles a post can give, and the ranks the law names for an approval.

Called by the model, by authorization and by whoever reads a lane's `banjie.role`. It lists words and
decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A role code (kebab-case) with its names for the screen."""

    code: str
    name_zh: str
    name_en: str


# The lanes of a procedure: who acts in a case.
LANE_ROLES = (
    Role("applicant", "申请人", "Applicant"),
    Role("window", "窗口受理员", "Window clerk"),
    Role("handler", "承办人", "Case handler"),
    Role("section-head", "科室负责人", "Section head"),
    Role("head-of-organ", "机关负责人", "Head of organ"),
    Role("legal-reviewer", "法制审核员", "Legal reviewer"),
    Role("hearing-chair", "听证主持人", "Hearing chair"),
    Role("hearing-clerk", "听证记录员", "Clerk of the hearing"),
    Role("server", "送达人", "Server of documents"),
    Role("archivist", "档案员", "Archivist"),
    Role("supervisor", "监督员", "Supervisor"),
    Role("other-department", "其他部门", "Other department"),
    Role("government-leader", "政府负责人", "Government leader"),
    Role("system", "系统", "System"),
)

# Those who keep the product: they have no lane.
PRODUCT_ROLES = (
    Role("auditor", "审计员", "Auditor"),
    Role("designer", "流程设计员", "Process designer"),
    Role("operator", "运维员", "Operator"),
    Role("administrator", "组织管理员", "Administrator"),
)

ROLES = {role.code: role for role in LANE_ROLES + PRODUCT_ROLES}

# No post gives these: a citizen is a party of the case, the system is nobody.
NOT_OF_A_POST = frozenset({"applicant", "system"})

# What a period's `extension.approver` may say, and the roles that have the rank.
RANKS: dict[str, frozenset[str]] = {
    "科室负责人": frozenset({"section-head"}),
    "机关负责人": frozenset({"head-of-organ"}),
    "公开机构负责人": frozenset({"section-head", "head-of-organ"}),
    "政府负责人": frozenset({"government-leader"}),
    "本级人民政府负责人": frozenset({"government-leader"}),
}


def roles_of_rank(approver: str) -> frozenset[str]:
    """The roles that satisfy a rank, given as a role code or in the law's words; empty where unknown."""
    return frozenset({approver}) if approver in ROLES else RANKS.get(approver, frozenset())


def role_name(code: str, language: str = "zh") -> str:
    """The role's name in `zh` or `en`; the code itself where it is not of the vocabulary."""
    role = ROLES.get(code)
    if role is None:
        return code
    return role.name_en if language == "en" else role.name_zh
