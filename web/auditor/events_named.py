"""What the events of the journal and their fields are called on a page.

Called where an event is shown by itself: the auditor's deviation. The narrative tells whole sentences; here
are names alone. What has none here keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web.language import _

_EVENTS: Mapping[str, Callable[[], str]] = {
    "CaseReceived": lambda: _("收到案件"),
    "CaseClosed": lambda: _("案件办结"),
    "CaseTerminated": lambda: _("案件终止"),
    "CaseIdle": lambda: _("案件久无进展"),
    "ScopeOpened": lambda: _("流程层开始"),
    "ScopeClosed": lambda: _("流程层结束"),
    "ElementEntered": lambda: _("进入环节"),
    "ElementLeft": lambda: _("离开环节"),
    "VariableSet": lambda: _("写入案卷"),
    "WorkItemOffered": lambda: _("事项产生"),
    "WorkItemClaimed": lambda: _("领取事项"),
    "WorkItemReleased": lambda: _("退回事项"),
    "WorkItemForwarded": lambda: _("转交事项"),
    "WorkItemCompleted": lambda: _("办理事项"),
    "ActRecorded": lambda: _("记下行为"),
    "ActRefused": lambda: _("操作被阻止"),
    "JobCreated": lambda: _("产生自动任务"),
    "JobCompleted": lambda: _("完成自动任务"),
    "JobFailed": lambda: _("自动任务失败"),
    "DueArmed": lambda: _("设定时间"),
    "DueDisarmed": lambda: _("取消时间"),
    "TimerFired": lambda: _("时间到达"),
    "SubscriptionOpened": lambda: _("开始等待"),
    "SubscriptionClosed": lambda: _("不再等待"),
    "MessageReceived": lambda: _("收到提交"),
    "DecisionMade": lambda: _("按决策表决定"),
    "ProcedureCalled": lambda: _("调用程序"),
    "RunEnded": lambda: _("流程走完"),
    "IncidentRaised": lambda: _("发生异常"),
    "IncidentResolved": lambda: _("异常解除"),
    "PeriodOpened": lambda: _("期限开始"),
    "PeriodSuspended": lambda: _("期限中止"),
    "PeriodResumed": lambda: _("期限恢复计算"),
    "PeriodExtended": lambda: _("期限延长"),
    "PeriodExtensionRefused": lambda: _("期限未能延长"),
    "PeriodExtensionTold": lambda: _("延长已告知"),
    "PeriodReset": lambda: _("期限重新起算"),
    "PeriodRecounted": lambda: _("期限因日历改变重算"),
    "PeriodStopped": lambda: _("期限停止计算"),
    "PeriodPrompted": lambda: _("期限过半"),
    "PeriodWarned": lambda: _("期限临近届满"),
    "PeriodOverdue": lambda: _("期限已过"),
    "PeriodStillOverdue": lambda: _("超期后仍未办理"),
    "CardIssued": lambda: _("发出卡片"),
    "CardAppealed": lambda: _("对卡片申诉"),
    "CardRevoked": lambda: _("撤销卡片"),
    "CardRestored": lambda: _("恢复卡片"),
    "DocumentIssued": lambda: _("制发文书"),
    "NoticeSent": lambda: _("告知"),
}

_FIELDS: Mapping[str, Callable[[], str]] = {
    "act": lambda: _("行为种类"),
    "applicant": lambda: _("申请人"),
    "at": lambda: _("时间"),
    "basis": lambda: _("依据"),
    "blocked": lambda: _("是否阻止"),
    "channel": lambda: _("提交途径"),
    "data": lambda: _("填写的内容"),
    "date": lambda: _("日期"),
    "due_at": lambda: _("届满时间"),
    "due_on": lambda: _("届满日"),
    "element": lambda: _("环节"),
    "entries": lambda: _("计算记录"),
    "extended_to": lambda: _("延长至"),
    "form": lambda: _("表单"),
    "id": lambda: _("期限"),
    "issued_on": lambda: _("制发日期"),
    "key": lambda: _("序号"),
    "kind": lambda: _("种类"),
    "lane": lambda: _("泳道"),
    "ledger": lambda: _("期限账"),
    "level": lambda: _("等级"),
    "name": lambda: _("名称"),
    "number": lambda: _("编号"),
    "on": lambda: _("日期"),
    "outcome": lambda: _("结果"),
    "person": lambda: _("人员"),
    "priority": lambda: _("优先级"),
    "promised_on": lambda: _("承诺办结日"),
    "reason": lambda: _("理由"),
    "result": lambda: _("结果"),
    "role": lambda: _("岗位"),
    "rule": lambda: _("规则"),
    "sentence": lambda: _("文字"),
    "sha256": lambda: _("文件摘要"),
    "started_on": lambda: _("起算日"),
    "text": lambda: _("文字"),
    "title": lambda: _("标题"),
    "unit": lambda: _("单位"),
    "value": lambda: _("值"),
}


def name(type_: str) -> str:
    """An event's name in the reader's language."""
    found = _EVENTS.get(type_)
    return found() if found else type_


def has_name(key: str) -> bool:
    """Whether a reader has a word for a field."""
    return key.isdigit() or key in _FIELDS


def field(key: str) -> str:
    """A field's name in the reader's language; a number is the place in a list."""
    if key.isdigit():
        return _("第 %(number)s 项", number=key)
    found = _FIELDS.get(key)
    return found() if found else key
