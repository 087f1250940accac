"""The story of a case in plain words, one sentence a step: it reads well aloud and on paper.

Called by the auditor's page and the dossier. Says who did what, when, and what followed for the law's
clocks; names are those of the diagram.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.audit.history import Step
from engine.clock import read_moment
from engine.records.entries import Event

_WEEKDAYS = "一二三四五六日"
_LEVELS = {"T": "提示", "Y": "黄牌", "R": "红牌", "R+": "红牌（违反法定期限）"}
_KINDS = {"warn": "临近届满", "promised": "超过承诺时限", "statutory": "超过法定期限"}


def tell(story: Sequence[Step], zone: ZoneInfo) -> list[str]:
    """The story, one paragraph a step that did something a reader cares for."""
    told = []
    for step in story:
        sentences = list(_sentences(step))
        if sentences:
            told.append(f"{_when(step.moment, zone)}，{'；'.join(sentences)}。")
    return told


def _when(moment: str, zone: ZoneInfo) -> str:
    local: datetime = read_moment(moment).astimezone(zone)
    return (
        f"{local.year}年{local.month}月{local.day}日（星期{_WEEKDAYS[local.weekday()]}）"
        f"{local.hour:02d}:{local.minute:02d}"
    )


def _sentences(step: Step) -> Iterator[str]:
    who = str(step.actor.get("name") or "系统")
    for event in step.events:
        teller = _TELLERS.get(event.type)
        if teller is not None:
            yield teller(who, event.data)


def _day(text: Any) -> str:
    year, month, day = str(text)[:10].split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"


Teller = Callable[[str, Mapping[str, Any]], str]


def _opened(who: str, data: Mapping[str, Any]) -> str:
    promised = f"，承诺{_day(data['promised_on'])}前办结" if data.get("promised_on") else ""
    dates = f"自{_day(data['started_on'])}起算，{_day(data['due_on'])}届满"
    return f"期限“{data['id']}”（{data['basis']}）{dates}{promised}"


def _card(who: str, data: Mapping[str, Any]) -> str:
    level = _LEVELS.get(data["level"], data["level"])
    return f"监督规则{data['rule']}发出{level}：{data['sentence']['zh']}（{data['basis']}）"


_TELLERS: dict[str, Teller] = {
    "CaseReceived": lambda who, d: f"收到{d['applicant'] or who}的申请“{d['title']}”，编号{d['number']}",
    "WorkItemClaimed": lambda who, d: f"{who}领取了事项",
    "WorkItemForwarded": lambda who, d: f"{who}将事项转交{d['person']}",
    "WorkItemCompleted": lambda who, d: f"{who}办理了“{d['name']}”",
    "MessageReceived": lambda who, d: f"{who}提交了“{d['name']}”",
    "TimerFired": lambda who, d: "规定的时间已到",
    "PeriodOpened": _opened,
    "PeriodSuspended": lambda who, d: (
        f"期限“{d['id']}”因{d['kind'] or '未列明事由'}自{_day(d['on'])}起停止计算"
    ),
    "PeriodResumed": lambda who, d: f"期限“{d['id']}”自{_day(d['on'])}之后继续计算，{_day(d['due_on'])}届满",
    "PeriodExtended": lambda who, d: (
        f"经{d['approver']}批准，期限“{d['id']}”延长{d['by']}，改为{_day(d['due_on'])}届满"
    ),
    "PeriodExtensionRefused": lambda who, d: f"期限“{d['id']}”未能延长：{d['sentence']}",
    "PeriodWarned": lambda who, d: f"期限“{d['id']}”{_KINDS['warn']}",
    "PeriodOverdue": lambda who, d: f"期限“{d['id']}”{_KINDS.get(d['limit'], '届满')}",
    "PeriodStopped": lambda who, d: f"期限“{d['id']}”于{_day(d['on'])}停止计算",
    "DocumentIssued": lambda who, d: f"制发{d['kind']}{d.get('number') or ''}",
    "NoticeSent": lambda who, d: f"告知：{d['text']}",
    "DecisionMade": lambda who, d: f"决策表“{d['decision']}”得出结果",
    "ActRefused": lambda who, d: f"{who}的操作被阻止：{d['sentence']}",
    "CardIssued": _card,
    "IncidentRaised": lambda who, d: f"“{d['element']}”发生异常：{d['sentence']}",
    "CaseTerminated": lambda who, d: f"{who}终止了案件：{d['reason']}",
    "CaseClosed": lambda who, d: f"案件办结，结果：{d.get('outcome') or '无'}",
}


def sentence_of(event: Event, who: str) -> str:
    """One event in words; empty where there is nothing to say."""
    teller = _TELLERS.get(event.type)
    return teller(who, event.data) if teller else ""
