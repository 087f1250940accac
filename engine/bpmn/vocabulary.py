"""The closed vocabularies of the dialect: roles, acts, and the names of Banjie's own properties.

Used by the lint, the reader, casework (authority, separation of duties, supervision) and the editors'
element templates. Authority and supervision speak of these codes, never of element names. Nothing
else in the product lists them again.
"""

from __future__ import annotations

# code → (Chinese, English), in the order menus show them.
ROLES: dict[str, tuple[str, str]] = {
    "applicant": ("申请人", "applicant"),
    "window": ("窗口", "window"),
    "handler": ("承办人", "handler"),
    "section-head": ("科室负责人", "section head"),
    "head-of-organ": ("机关负责人", "head of organ"),
    "legal-reviewer": ("法制审核人", "legal reviewer"),
    "hearing-chair": ("听证主持人", "hearing chair"),
    "hearing-clerk": ("听证记录人", "clerk of the hearing"),
    "server": ("送达人", "server of documents"),
    "archivist": ("归档人", "archivist"),
    "supervisor": ("监督人员", "supervisor"),
    "other-department": ("其他部门", "other department"),
    "government-leader": ("政府领导", "government leader"),
    "system": ("系统", "system"),
}

ACTS: dict[str, tuple[str, str]] = {
    "apply": ("申请", "apply"),
    "register": ("登记", "register"),
    "correction-notice": ("告知补正", "correction notice"),
    "supplement": ("补正", "supplement materials"),
    "accept": ("受理", "accept"),
    "refuse-acceptance": ("不予受理", "refuse acceptance"),
    "open-case": ("立案", "open case"),
    "not-open": ("不予立案", "not open"),
    "withdraw-case": ("撤案", "withdraw case"),
    "assign": ("分办", "assign"),
    "transfer": ("转办", "transfer"),
    "transfer-out": ("移送", "transfer to another organ"),
    "examine": ("审查", "examine"),
    "inspect": ("现场核查", "inspect on site"),
    "investigate": ("调查", "investigate"),
    "collect-evidence": ("取证", "collect evidence"),
    "review": ("审核", "review"),
    "consult": ("征求意见", "consult"),
    "give-opinion": ("出具意见", "give opinion"),
    "inform-of-penalty": ("处罚告知", "inform of penalty"),
    "inform-of-rights": ("告知权利", "inform of rights"),
    "state-and-defend": ("陈述申辩", "state and defend"),
    "request-hearing": ("申请听证", "request hearing"),
    "hear": ("听证", "hear"),
    "legal-review": ("法制审核", "legal review"),
    "collective-discussion": ("集体讨论", "collective discussion"),
    "draft": ("拟办", "draft"),
    "approve": ("审批", "approve"),
    "decide": ("决定", "decide"),
    "not-penalise": ("不予处罚", "decide not to penalise"),
    "grant": ("准予许可", "grant"),
    "refuse": ("不予许可", "refuse"),
    "sign": ("签发", "sign"),
    "seal": ("用印", "seal"),
    "issue": ("制发文书", "issue"),
    "serve": ("送达", "serve"),
    "reply": ("答复", "reply"),
    "publish": ("公示", "publish"),
    "notify": ("通知", "notify"),
    "pay": ("缴款", "pay"),
    "enforce": ("执行", "enforce"),
    "urge": ("催告", "urge performance"),
    "apply-for-enforcement": ("申请强制执行", "apply for enforcement"),
    "suspend": ("中止", "suspend"),
    "resume": ("恢复", "resume"),
    "extend": ("延期", "extend"),
    "terminate": ("终止", "terminate"),
    "withdraw": ("撤回申请", "withdraw application"),
    "revoke": ("撤销", "revoke"),
    "change": ("变更", "change"),
    "renew": ("延续", "renew"),
    "cancel": ("注销", "cancel"),
    "avoid": ("回避", "recuse"),
    "rectify": ("更正", "rectify"),
    "remind": ("督促", "remind"),
    "supervise": ("督办", "supervise"),
    "follow-up": ("回访", "follow up"),
    "rate": ("评价", "rate"),
    "appeal": ("申诉", "appeal"),
    "close": ("结案", "close"),
    "archive": ("归档", "archive"),
}

# Property names beginning with `banjie.`: code → (Chinese, English).
PROPERTIES: dict[str, tuple[str, str]] = {
    "banjie.role": ("角色", "role of the lane"),
    "banjie.act": ("行为", "act of the element"),
    "banjie.unit": ("承办单位", "unit the lane's post stands in"),
    "banjie.period": ("期限", "period open while the element is"),
    "banjie.period.promise": ("承诺时限", "promised limit of the period"),
    "banjie.period.from": ("期限起算日", "day the period counts from"),
    "banjie.period.starts": ("启动期限", "period started on completion"),
    "banjie.period.stops": ("终止期限", "period stopped on completion"),
    "banjie.period.extends": ("延长期限", "period extended on completion"),
    "banjie.period.resets": ("重新计算期限", "period started anew on completion"),
    "banjie.period.suspends": ("中止期限", "period suspended while the element is open"),
    "banjie.form": ("表单", "form with which a person answers a message"),
    "banjie.approver": ("批准层级", "rank that must approve"),
    "banjie.period.told": ("告知的截止日", "end of the suspension the citizen was told"),
    "banjie.period.since": ("中止起算日", "day the suspension counts from"),
    "banjie.period.extend.by": ("延长长度", "length of the extension"),
    "banjie.period.extend.approver": ("延长批准层级", "rank that approved the extension"),
    "banjie.period.extend.reason": ("延长理由", "reason of the extension"),
    "banjie.period.kind": ("中止事由", "reason of the suspension or extension"),
}

PREFIX = "banjie."

# Names that FEEL sees in every diagram beside the variables of the case: functions of the host and
# read-only values.
HOST_NAMES = (
    "is working day",
    "add working days",
    "working days between",
    "period",
    "case",
    "item",
    "unit",
)
