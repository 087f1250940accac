"""What the narrative says of each event, in Chinese and in English.

Called by `narrative` alone. Holds sentences, nothing else; each is filled with the facts of its event as
`narrative` words them ({who}, {period}, {item}, {on}, {due} …).
"""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "CaseReceived": (
        "{who}登记了“{title}”，当事人{applicant}，编号{number}",
        "{who} registered “{title}” for {applicant} under the number {number}",
    ),
    "CaseReceived.online": (
        "{who}在网上提交了“{title}”{party}，编号{number}",
        "{who} applied online for “{title}”{party}; the case got the number {number}",
    ),
    "PartyChanged": ("当事人现为{value}", "the case is now that of {value}"),
    "WorkItemClaimed": ("{who}领取了{item}", "{who} took on {item}"),
    "WorkItemReleased": ("{who}退回了{item}", "{who} gave {item} back"),
    "WorkItemForwarded": ("{who}将{item}转交{person}", "{who} handed {item} to {person}"),
    "WorkItemCompleted": ("{who}办理了{name}{choices}", "{who} completed {name}{choices}"),
    "MessageReceived": ("{who}提交了{name}{choices}", "{who} handed in {name}{choices}"),
    "TimerFired": ("{timer}规定的时间已到", "the time set {timer}was reached"),
    "PeriodOpened": (
        "{period}（{basis}）自{started}起算，{due}届满{promise}",
        "{period} ({basis}) began on {started} and ends on {due}{promise}",
    ),
    "PeriodSuspended": (
        "{period}因{kind}自{on}起停止计算",
        "{period} stopped running on {on} because of “{kind}”",
    ),
    "PeriodResumed": (
        "{period}自{on}之后继续计算，{due}届满",
        "{period} runs on after {on} and ends on {due}",
    ),
    "PeriodExtended": (
        "经{approver}批准，{period}延长{by}，改为{due}届满",
        "{period} was extended by {by}, approved by {approver}, and now ends on {due}",
    ),
    "PeriodExtensionRefused": ("{period}未能延长：{sentence}", "{period} could not be extended: {sentence}"),
    "PeriodReset": ("{period}重新起算，{due}届满", "{period} began anew and ends on {due}"),
    "PeriodExtensionTold": (
        "申请人已获知{period}延长，{due}届满",
        "the applicant was told of the extension of {period}, which now ends on {due}",
    ),
    "PeriodPrompted": ("{period}已到提示的时候", "the reminder of {period} came"),
    "PeriodStillOverdue": (
        "{period}超期后又一直没有办理",
        "nobody had acted for some days since {period} overran",
    ),
    "CaseIdle": (
        "自{on}起案件没有办结任何环节，已满{days}日",
        "nothing had been done in the case since {on}, {days} days",
    ),
    "PeriodWarned": ("{period}临近届满", "{period} was near its end"),
    "PeriodOverdue": ("{period}{over}", "{period} {over}"),
    "PeriodStopped": ("{period}于{on}停止计算", "{period} ended on {on}"),
    "DocumentIssued": ("制发{kind}{number}", "the document “{kind}”{number} was issued"),
    "NoticeSent": ("告知{to}：{text}", "notice {to}: “{text}”"),
    "DecisionMade": ("按决策表{decision}{result}", "the decision table {decision}{result}"),
    "ActRefused": ("{who}的操作被阻止：{sentence}", "what {who} tried to do was blocked: {sentence}"),
    "CardIssued": (
        "监督规则{rule}{against}发出{level}：{sentence}（{basis}）",
        "supervision rule {rule} issued a {level}{against}: {sentence} ({basis})",
    ),
    "PeriodRecounted": (
        "日历有变，{period}由{before}改为{due}届满",
        "the calendar changed, and {period} ends on {due} instead of {before}",
    ),
    "CardAppealed": ("{who}对卡片提出申诉：{reason}", "{who} appealed against a card: {reason}"),
    "CardRevoked": ("{who}撤销了卡片：{reason}", "{who} revoked a card: {reason}"),
    "CardRestored": ("{who}恢复了卡片：{reason}", "{who} restored a card: {reason}"),
    "IncidentRaised": ("“{element}”发生异常：{sentence}", "“{element}” could not go on: {sentence}"),
    "CaseTerminated": ("{who}终止了案件：{reason}", "{who} ended the case: {reason}"),
    "CaseClosed": ("案件办结，结果：{outcome}", "the case was closed; outcome: “{outcome}”"),
}

LEVELS: dict[str, tuple[str, str]] = {
    "T": ("提示", "reminder"),
    "Y": ("黄牌", "yellow card"),
    "R": ("红牌", "red card"),
    "R+": ("红牌（违反法定期限）", "red card (statutory limit)"),
}
OVER: dict[str, tuple[str, str]] = {
    "promised": ("超过承诺时限", "passed the promised limit"),
    "statutory": ("超过法定期限", "passed the statutory limit"),
}
SYSTEM = ("系统", "the system")
AGAINST = ("对{}", " against {}")
REMINDED = ("对{}", " to {}")
NOTHING = ("无", "none")
UNNAMED = ("未列明事由", "a reason not stated")
AN_ITEM = ("一项事项", "a work item")
PROMISE = ("，承诺{}前办结", ", with a promise to conclude by {}")
RULE = ("第{}条规则", ", by rule {},")
RULES = ("第{}条规则", ", by rules {},")
NO_RULE = ("（没有一条规则适用）", ", of which no rule applied,")
RESULT = ("得出：{}", " gave {}")
A_RESULT = ("得出结果", " gave its result")
COMMA = ("、", ", ")
AND = ("、", " and ")
SIMPLY = ("，{}", ", “{}”")
YES = ("是", "yes")
NO = ("否", "no")
CHOICE = ("，{}：{}", ", {}: “{}”")
PARTY = ("，当事人{}", " on behalf of {}")
POST = ("{}（{} {}）", "{} ({}, {})")
TIMER = ("“{}”", "for “{}” ")
NOTIFIED = ("{}", "to the {}")
THEN = ("随即，", "Then: ")
PERIOD = ("期限“{}”", "the period “{}”")
QUOTED = ("“{}”", "“{}”")
WEEKDAYS = ("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
