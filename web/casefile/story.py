"""What has happened to a case, short, as a timeline; and where it is now, in plain words.

Called by the case and progress pages. Drawn from the journal's events alone. The public story names
offices and acts, never officers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.vocabulary import ACTS
from engine.records.entries import Entry, Event
from web import display
from web.casefile.opening import CaseFile
from web.language import _, current, words
from web.sentences import retold

UnitName = Callable[[str], str]

_CARD_KINDS = {"Y": "yellow", "R": "red", "R+": "red"}
_OFFICERS_ONLY = frozenset(
    {"WorkItemClaimed", "WorkItemReleased", "WorkItemForwarded", "ActRefused", "CardIssued", "IncidentRaised"}
)


@dataclass(frozen=True)
class Moment:
    """One line of the timeline, as `components/timeline.html` reads it."""

    title: str
    moment: str
    by: str = ""
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage on the way to the end; `state` is done, now or ahead."""

    title: str
    state: str
    on: str | None = None


def activity(name: str, act: str | None) -> str:
    """An activity's name; in English beside what kind of act it is, since diagrams speak Chinese."""
    if current() == "en" and act in ACTS:
        return f"{ACTS[act][1].capitalize()} · {name}"
    return name


def timeline(case: CaseFile, *, public: bool = False, newest_first: bool = True) -> list[Moment]:
    """The story of a case, newest first unless asked otherwise."""
    found = [told for entry in case.entries for told in _of_entry(case, entry, public)]
    return list(reversed(found)) if newest_first else found


def _of_entry(case: CaseFile, entry: Entry, public: bool) -> Iterator[Moment]:
    actor = entry.actor
    by = "" if public and actor.get("kind") == "officer" else _who(actor)
    for event in entry.events:
        if public and (event.type in _OFFICERS_ONLY or told_within(event)):
            continue
        teller = _TELLERS.get(event.type)
        told = teller(case, event) if teller else None
        if told is not None:
            title, text, kind = told
            yield Moment(title, entry.moment, by, text, kind)


def told_within(event: Event) -> bool:
    """Whether somebody inside was told, not the party."""
    return event.type == "NoticeSent" and event.data.get("to", "applicant") not in {"applicant", "reporter"}


def _who(actor: Mapping[str, Any]) -> str:
    kind = actor.get("kind")
    if kind == "system":
        return _("系统")
    if kind == "party":
        return _("申请人")
    return str(actor.get("name") or "")


Told = tuple[str, str, str]


def _received(case: CaseFile, event: Event) -> Told:
    channel = _("窗口提交") if event.data.get("channel") == "window" else _("网上提交")
    return _("收到申请"), channel, ""


def _completed(case: CaseFile, event: Event) -> Told:
    return _("办理：%(name)s", name=activity(event.data["name"], event.data.get("act"))), "", ""


def _sent(case: CaseFile, event: Event) -> Told:
    name = act_name(event.data.get("act")) or str(event.data["name"])
    return _("提交：%(name)s", name=name), "", ""


def _document(case: CaseFile, event: Event) -> Told:
    return _("制发文书：%(kind)s", kind=event.data["kind"]), str(event.data.get("number") or ""), ""


def _notice(case: CaseFile, event: Event) -> Told:
    return _("告知"), display.sentence(str(event.data.get("text") or "")), ""


def _opened(case: CaseFile, event: Event) -> Told:
    text = _("%(basis)s，%(day)s届满", basis=event.data["basis"], day=display.day(event.data["due_on"]))
    return _("期限开始：%(title)s", title=_title(case, event)), text, ""


def _suspended(case: CaseFile, event: Event) -> Told:
    return _("期限中止：%(title)s", title=_title(case, event)), str(event.data.get("kind") or ""), ""


def _resumed(case: CaseFile, event: Event) -> Told:
    text = _("新的届满日 %(day)s", day=display.day(event.data["due_on"]))
    return _("期限恢复计算：%(title)s", title=_title(case, event)), text, ""


def _extended(case: CaseFile, event: Event) -> Told:
    text = _("新的届满日 %(day)s", day=display.day(event.data.get("extended_to") or event.data["due_on"]))
    return _("期限延长：%(title)s", title=_title(case, event)), text, ""


def _overdue(case: CaseFile, event: Event) -> Told:
    promised = event.data.get("limit") == "promised"
    title = _("超过承诺时限：%(title)s") if promised else _("超过法定时限：%(title)s")
    return title % {"title": _title(case, event)}, str(event.data["basis"]), "yellow" if promised else "red"


def _claimed(case: CaseFile, event: Event) -> Told:
    return _("领取事项"), "", ""


def _released(case: CaseFile, event: Event) -> Told:
    return _("退回事项"), "", ""


def _forwarded(case: CaseFile, event: Event) -> Told:
    return _("转交事项"), str(event.data.get("person") or ""), ""


def _refused(case: CaseFile, event: Event) -> Told:
    return _("操作被阻止"), retold(str(event.data["sentence"])), "red"


def _card(case: CaseFile, event: Event) -> Told:
    names = {"T": _("提示"), "Y": _("黄牌"), "R": _("红牌"), "R+": _("红牌（违反法定）")}
    title = _("监督：%(level)s", level=names.get(event.data["level"], event.data["level"]))
    text = _("；").join(
        part for part in (display.sentence(words(event.data["sentence"])), event.data["basis"]) if part
    )
    return title, text, _CARD_KINDS.get(event.data["level"], "")


def _incident(case: CaseFile, event: Event) -> Told:
    return _("流程异常，等待运维处理"), retold(str(event.data["sentence"])), "red"


def _terminated(case: CaseFile, event: Event) -> Told:
    return _("案件终止"), str(event.data.get("reason") or ""), ""


def _closed(case: CaseFile, event: Event) -> Told:
    return _("案件办结"), str(event.data.get("outcome") or ""), ""


_TELLERS: dict[str, Callable[[CaseFile, Event], Told]] = {
    "CaseReceived": _received,
    "WorkItemClaimed": _claimed,
    "WorkItemReleased": _released,
    "WorkItemForwarded": _forwarded,
    "WorkItemCompleted": _completed,
    "MessageReceived": _sent,
    "DocumentIssued": _document,
    "NoticeSent": _notice,
    "PeriodOpened": _opened,
    "PeriodSuspended": _suspended,
    "PeriodResumed": _resumed,
    "PeriodExtended": _extended,
    "PeriodOverdue": _overdue,
    "ActRefused": _refused,
    "CardIssued": _card,
    "IncidentRaised": _incident,
    "CaseTerminated": _terminated,
    "CaseClosed": _closed,
}


def _title(case: CaseFile, event: Event) -> str:
    row = case.state.periods.get(event.data["period"])
    rule = row["ledger"]["rule"] if row else {}
    return words({"zh": rule.get("name") or event.data["id"], "en": rule.get("name_en") or event.data["id"]})


def act_name(act: str | None) -> str:
    """The name of an act of the vocabulary in the reader's language; "" for none."""
    if act not in ACTS:
        return ""
    zh, en = ACTS[str(act)]
    return words({"zh": zh, "en": en.capitalize()})


_ACCEPTED = frozenset({"accept", "open-case"})
_DECIDED = frozenset({"decide", "grant", "refuse", "refuse-acceptance", "reply"})
_SERVED = frozenset({"serve"})


def stages(case: CaseFile) -> list[Stage]:
    """How far the case is: received, accepted, decided, closed."""
    done = [
        (_("收到申请"), case.state.opened_at),
        (_("受理"), _first(case, _ACCEPTED) or _first(case, _DECIDED)),
        (_("作出决定"), _first(case, _DECIDED)),
        (_("案件办结"), case.state.closed_at),
    ]
    if not case.state.open:
        last = case.state.closed_at
        return [Stage(title, "done", on) for title, on in done if on] or [Stage(_("案件办结"), "done", last)]
    first_ahead = next((place for place, (_title_, on) in enumerate(done) if not on), len(done))
    return [
        Stage(title, "done" if on else "now" if place == first_ahead else "ahead", on)
        for place, (title, on) in enumerate(done)
    ]


def _first(case: CaseFile, acts: frozenset[str]) -> str | None:
    for entry in case.entries:
        for event in entry.events:
            if event.type == "ActRecorded" and event.data.get("act") in acts:
                return entry.moment
    return None


def whereabouts(case: CaseFile, unit_name: UnitName, *, public: bool = False) -> list[dict[str, str]]:
    """What the case waits for now: {name, text} of open work items, and of what the applicant may do; in the
    public view it is the applicant who reads it."""
    found = [
        {
            "name": activity(item["name"], item["act"]),
            "text": _("%(unit)s正在办理", unit=unit_name(item["unit"])),
        }
        for _key, item in sorted(case.state.items.items())
    ]
    if case.state.open and not found:
        messages = [row for row in case.state.subscriptions.values() if row["role"] == "applicant"]
        waiting = _("等待您办理") if public else _("等待申请人")
        waits = waiting if messages else _("系统正在处理")
        found.append({"name": waits, "text": ""})
    return found


def forbidden(case: CaseFile, sentence: str) -> dict[str, Any]:
    """What was written down about the newest void act: {sentence, rules: [(rule, basis), …]}."""
    events = case.entries[-1].events
    cards = [(event.data["rule"], event.data["basis"]) for event in events if event.type == "CardIssued"]
    named = [(rule, "") for event in events if event.type == "ActRefused" for rule in event.data["rules"]]
    return {"sentence": sentence, "rules": cards or named}
