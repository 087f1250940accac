"""The story of a case as it is read aloud: who, what was chosen, days in words, no codes, no logins."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from engine.audit import narrative
from engine.audit.history import Step
from engine.audit.naming import Names
from engine.organisation.model import Organisation, Post, Unit
from engine.records.entries import Event

ZONE = ZoneInfo("Asia/Shanghai")
CHOICE = {
    "title": "决定",
    "x-title-en": "Decision",
    "oneOf": [{"const": "refuse", "title": "不予许可", "x-title-en": "Refused"}],
}
PACKAGE = SimpleNamespace(
    casefile={
        "decision": CHOICE,
        "approved": {"title": "批准", "x-title-en": "Approved"},
        "note": {"title": "意见"},
    },
    definition=SimpleNamespace(elements={"lapse": SimpleNamespace(name="期满")}),
)
NAMES = Names(
    Organisation(
        (
            Unit("city", "", "city", "琴岛市", "Qindao", "琴"),
            Unit("shinan", "city", "district", "市南区", "Shinan", "南"),
            Unit("shinan.zs", "shinan", "office", "中山路派出所", "Zhongshan Road Police Station", "中山"),
        ),
        (Post("shinan.zs.handler", "shinan.zs", "户籍内勤", "Registrar", ("handler",)),),
    ),
    (PACKAGE,),  # type: ignore[arg-type]
    {"lihua": "李华"},
    {"HJ-1": SimpleNamespace(name=lambda language: "Move to a child")},  # type: ignore[dict-item]
    lambda sentence: f"译：{sentence}",
)
OFFICER = {
    "kind": "officer",
    "person": "lihua",
    "name": "李华",
    "post": "shinan.zs.handler",
    "unit": "shinan.zs",
}
PARTY = {"kind": "party", "person": "party", "name": "罗明", "post": "", "unit": ""}
SYSTEM = {"kind": "system", "person": "", "name": "系统", "post": "", "unit": ""}


def step(
    actor: dict[str, Any], *events: tuple[str, dict[str, Any]], at: str = "2026-03-02T01:00:00.000Z"
) -> Step:
    """A step in which these events happened."""
    told = tuple(Event(type_, data) for type_, data in events)
    return Step(1, at, actor, {}, told, (), (), (), (), {})


def told(*steps: Step, language: str = "zh") -> list[str]:
    return narrative.tell(steps, ZONE, language, NAMES)


def completed(**answers: Any) -> tuple[str, dict[str, Any]]:
    return "WorkItemCompleted", {"name": "决定", "act": "decide", "person": "lihua", "data": answers}


def test_what_was_chosen_is_told_by_its_name() -> None:
    choosing = step(OFFICER, completed(decision="refuse", approved=True, note="材料不实"))
    assert told(choosing) == [
        "2026年3月2日（星期一）09:00，李华（市南区中山路派出所 户籍内勤）办理了“决定”，决定：不予许可。"
    ]
    assert told(choosing, language="en") == [
        "Mon 2 March 2026, 09:00: 李华 (Registrar, Zhongshan Road Police Station, Shinan) "
        "completed “决定” (decide), Decision: “Refused”."
    ]


def test_whom_a_case_is_about_from_now_on_is_told() -> None:
    received = ("CaseReceived", {"applicant": "罗明", "party": {"name": "applicant_name"}, "number": "1"})
    opened = ("ScopeOpened", {"scope": 1, "parent": None})

    def named(value: str, scope: int = 1, name: str = "applicant_name") -> tuple[str, dict[str, Any]]:
        return "VariableSet", {"scope": scope, "name": name, "value": value}

    begun = step(PARTY, received, opened, named("罗明"))
    elsewhere = step(SYSTEM, named("甲公司", scope=2), named("甲公司", name="other_name"), named(""))
    assert [line for line in told(begun, elsewhere) if "现为" in line] == []
    assert told(begun, step(OFFICER, named("甲公司")))[1] == "随即，当事人现为甲公司。"
    assert (
        told(begun, step(OFFICER, named("甲公司")), language="en")[1]
        == "Then: the case is now that of 甲公司."
    )


def test_a_form_without_choices_tells_its_yes_or_no() -> None:
    assert told(step(OFFICER, completed(approved=False, note="再查")))[0].endswith("办理了“决定”，批准：否。")
    assert told(step(OFFICER, completed(note="再查")))[0].endswith("办理了“决定”。")


def test_an_officer_is_introduced_once_and_the_same_minute_is_not_repeated() -> None:
    claimed = step(OFFICER, ("WorkItemClaimed", {"key": 4, "person": "lihua"}))
    later = step(OFFICER, completed(), at="2026-03-03T01:00:00.000Z")
    first, again, other = told(claimed, step(OFFICER, completed()), later)
    assert first.count("户籍内勤") == 1
    assert again == "随即，李华办理了“决定”。"
    assert other == "2026年3月3日（星期二）09:00，李华办理了“决定”。"
    assert told(claimed, step(OFFICER, completed()), language="en")[1].startswith("Then: 李华 completed")


def test_days_in_cards_and_notices_are_words_and_no_full_stop_is_doubled() -> None:
    card = {
        "rule": "A0",
        "level": "T",
        "person": "lihua",
        "basis": "行政许可法第四十二条",
        "sentence": {"zh": "期限已过半（2026-10-15届满）", "en": "half is used; due on 2026-10-15"},
    }
    notice = {"to": "applicant", "text": "文书已送达：告知单 （20260000010）。"}
    warned = step(SYSTEM, ("CardIssued", card), ("NoticeSent", notice))
    assert told(warned)[0].endswith(
        "监督规则A0对李华发出提示：期限已过半（2026年10月15日届满）（行政许可法第四十二条）；"
        "告知申请人：文书已送达：告知单（20260000010）。"
    )
    english = told(warned, language="en")[0]
    assert "issued a reminder to 李华: half is used; due on 15 October 2026" in english
    assert "notice to the applicant: " in english
    assert english.endswith("“文书已送达：告知单（20260000010）”.")


def test_a_length_an_element_and_a_refusal_are_told_in_words() -> None:
    extended = {
        "period": 1,
        "id": "xk.decision",
        "by": "10W",
        "approver": "机关负责人",
        "extended_to": "2026-11-03",
    }
    refused = {"sentence": "Expected another officer", "rules": ["C1"]}
    fired = step(
        OFFICER, ("PeriodExtended", extended), ("TimerFired", {"element": "lapse"}), ("ActRefused", refused)
    )
    text = told(fired)[0]
    assert "延长10个工作日，改为2026年11月3日届满" in text
    assert "“期满”规定的时间已到" in text
    assert text.endswith("的操作被阻止：译：Expected another officer。")
    assert "extended by 10 working days" in told(fired, language="en")[0]


def test_who_brought_the_case_and_how_is_told() -> None:
    received = {
        "title": "落户",
        "item": "HJ-1",
        "applicant": "罗明",
        "number": "20260000001",
        "channel": "online",
    }
    assert told(step(PARTY, ("CaseReceived", received)))[0].endswith(
        "罗明在网上提交了“落户”，编号20260000001。"
    )
    at_window = told(step(OFFICER, ("CaseReceived", {**received, "channel": "window"})))[0]
    assert at_window.endswith("户籍内勤）登记了“落户”，当事人罗明，编号20260000001。")
    agent = step({**PARTY, "name": "周立"}, ("CaseReceived", received))
    assert "周立在网上提交了“落户”，当事人罗明" in told(agent)[0]
    assert "applied online for “Move to a child” on behalf of 罗明" in told(agent, language="en")[0]


def test_the_rules_that_hit_and_the_words_they_gave_are_told() -> None:
    def decided(value: Any, *hits: int) -> Step:
        table = {"rules": [{"index": hit} for hit in hits]}
        evidence = {"decisions": [{"name": "处罚程序", "tables": [table]}]}
        return step(SYSTEM, ("DecisionMade", {"decision": "procedure", "value": value, "evidence": evidence}))

    assert told(decided("new", 3))[0].endswith("按决策表“处罚程序”第3条规则得出结果。")
    assert told(decided({"kind": "罚款", "amount": 25000}, 2, 5))[0].endswith("第2、5条规则得出：罚款。")
    assert told(decided([]))[0].endswith("“处罚程序”（没有一条规则适用）得出结果。")
    english = told(decided("罚款", 4, 5, 6), language="en")[0]
    assert english.endswith("the decision table “处罚程序”, by rules 4, 5 and 6, gave 罚款.")


def test_without_names_the_story_is_told_all_the_same() -> None:
    story = [step(OFFICER, completed(decision="refuse"))]
    assert narrative.tell(story, ZONE) == ["2026年3月2日（星期一）09:00，李华办理了“决定”。"]
