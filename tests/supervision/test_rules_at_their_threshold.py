"""Each rule with a figure falls beyond it and not at it; each figure has its basis and its day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import dmn

FOLDER = Path(__file__).parents[2] / "processes" / "supervision"
MODELS = {path.stem: dmn.read(path.read_bytes()) for path in sorted(FOLDER.glob("*.dmn"))}
TODAY = "2026-03-10"
AT = {"date": TODAY, "moment": f"{TODAY}T10:00:00+08:00"}
NOBODY: dict[str, Any] = {"person": "li", "kind": "officer", "roles": ["handler"], "unit": "shinan.cg"}


def rules(table: str, event: dict[str, Any], **facts: Any) -> list[str]:
    """The rules of a table that fall on an event."""
    shown = {
        "actor": NOBODY, "item": {}, "case": {"kind": "licence", "file": {}}, "period": None, "periods": [],
        "history": [], "documents": [], **facts,
        "event": {"act": None, "role": None, "data": {}, **AT, **event},
    }  # fmt: skip
    return [row["rule"] for row in dmn.evaluate(MODELS[table], table, shown).json]


def case(kind: str, **file: Any) -> dict[str, Any]:
    return {"kind": kind, "file": file, "received_at": f"{TODAY}T01:00:00.000Z"}


def reply(text: str) -> list[str]:
    event = {"type": "WorkItemCompleted", "act": "reply", "data": {"reply": text, "publish": True}}
    return rules("letters", event, case=case("letter"))


def second_reply(text: str) -> list[str]:
    event = {"type": "WorkItemCompleted", "act": "reply", "data": {"rework_reply": text}}
    return rules("letters", event, case=case("letter"))


def alike(number: int) -> list[str]:
    file = {"outcome": "answered", "reply": "已办", "same_replies": number}
    return rules("letters", {"type": "CaseClosed"}, case=case("letter", **file))


def returned(times: int) -> list[str]:
    event = {"type": "WorkItemCompleted", "act": "transfer", "data": {"sign_action": "return"}}
    return rules("letters", event, case=case("letter", returns=times))


def entered(days: int) -> list[str]:
    return rules("procedure", {"type": "CaseReceived"}, case=case("licence", entry_delay=days))


def lasted(seconds: int) -> list[str]:
    moment = f"{TODAY}T09:{seconds // 60:02d}:{seconds % 60:02d}+08:00"
    event = {"type": "CaseClosed", "date": TODAY, "moment": moment}
    return rules("procedure", event, case=case("licence", outcome="approved"))


def penalty_lasted(seconds: int) -> list[str]:
    moment = f"{TODAY}T09:{seconds // 60:02d}:{seconds % 60:02d}+08:00"
    event = {"type": "CaseClosed", "date": TODAY, "moment": moment}
    return rules("penalty_procedure", event, case=case("penalty", outcome="penalised"))


def fined(amount: int, party: str = "person", on: str = TODAY) -> list[str]:
    event = {
        "type": "WorkItemCompleted", "act": "decide", "role": "handler", "date": on,
        "data": {"officers_signed": True, "decided_amount": amount},
    }  # fmt: skip
    file = {"party_type": party, "officers_valid": True, "ordered_before": True}
    return rules("penalty_procedure", event, case=case("penalty", **file))


def fined_under_the_law_of_1996(amount: int, party: str = "person") -> list[str]:
    return fined(amount, party, "2021-07-14")


def collected(amount: int) -> list[str]:
    event = {
        "type": "WorkItemCompleted", "act": "serve",
        "data": {"collection_mode": "on_spot", "collection_ground": "small", "collection_reason": None},
    }  # fmt: skip
    return rules("penalty_procedure", event, case=case("penalty", decided_amount=amount))


def not_opened(share: int, cases: int = 5) -> list[str]:
    data = {
        "kind": "not-opened",
        "whose": "unit",
        "name": "cg",
        "cases": cases,
        "share": share,
        "city_share": 20,
    }
    return rules("patterns", {"type": "PatternFound", "data": {**data, "city_share": 20}})


def decided(amount: int) -> list[str]:
    event = {
        "type": "WorkItemCompleted", "act": "decide", "role": "head-of-organ",
        "data": {"decision": "penalise", "decided_amount": amount},
    }  # fmt: skip
    file = {"told_amount": amount, "penalty_amount": amount, "penalty": {"band_min": 5000, "band_max": 20000}}
    return rules("penalty_amount", event, case=case("penalty", **file))


def resumed(day: str) -> list[str]:
    event = {"type": "PeriodResumed", "date": day, "data": {"kind": "专家评审"}}
    told = {"suspension_told": "2026-03-10", "basis": "甲法第一条"}
    return rules("time_limits", event, case=case("licence"), period=told)


def notice_served(day: str) -> list[str]:
    event = {"type": "WorkItemCompleted", "act": "serve", "data": {"notice_served_on": day}}
    periods = [{"id": "cf.hearing.notice", "due": "2026-04-17"}]
    return rules("penalty_limits", event, case=case("penalty"), periods=periods)


BESIDE = [
    (reply, ("字" * 19,), ("字" * 20,), "F10"),
    (reply, (" " * 30 + "已办",), ("已按规定核实处理，感谢您的监督和支持。谢谢",), "F10"),
    (second_reply, ("字" * 19,), ("字" * 20,), "F10"),
    (alike, (6,), (5,), "F10"),
    (returned, (2,), (1,), "F11"),
    (entered, (3,), (2,), "F7"),
    (lasted, (599,), (600,), "F7"),
    (penalty_lasted, (599,), (600,), "F7"),
    (fined, (201,), (200,), "F3"),
    (fined, (3001, "enterprise"), (3000, "enterprise"), "F3"),
    (fined_under_the_law_of_1996, (51,), (50,), "F3"),
    (fined_under_the_law_of_1996, (1001, "enterprise"), (1000, "enterprise"), "F3"),
    (collected, (101,), (100,), "F3"),
    (not_opened, (41,), (40,), "B4"),
    (not_opened, (41, 5), (41, 4), "B4"),
    (decided, (4999,), (5000,), "D6"),
    (decided, (20001,), (20000,), "D6"),
    (resumed, ("2026-03-11",), ("2026-03-10",), "A7"),
    (notice_served, ("2026-04-18",), ("2026-04-17",), "A13"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tried", "beyond", "within", "rule"),
    BESIDE,
    ids=[f"{one[3]} {one[0].__name__} {one[1]}" for one in BESIDE],
)
def test_a_rule_falls_beyond_its_figure_and_not_at_it(
    tried: Any, beyond: tuple[Any, ...], within: tuple[Any, ...], rule: str
) -> None:
    assert tried(*beyond) == [rule]
    assert tried(*within) == []


def test_a_document_withheld_needs_a_reason_and_one_published_an_attribute() -> None:
    def checked(**data: Any) -> list[str]:
        return rules("procedure", {"type": "WorkItemCompleted", "act": "review", "data": data})

    assert checked(disclosure="withheld", disclosure_reason="") == ["F9"]
    assert checked(disclosure="partly") == ["F9"]
    assert checked(disclosure="partly", disclosure_reason="隐去个人信息") == []
    assert checked(disclosure="public") == []

    act = {
        "type": "ActRecorded",
        "act": "publish",
        "element": "publish_decision",
        "data": {"person": "system"},
    }
    assert rules("procedure", act, case=case("penalty")) == ["F9"]
    assert rules("procedure", act, case=case("penalty", disclosure="public")) == []


def test_a_letter_kept_from_publication_needs_a_ground() -> None:
    def approved(**data: Any) -> list[str]:
        told = {"reply": "已按规定核实处理，感谢您的监督和支持。谢谢", **data}
        return rules(
            "letters", {"type": "WorkItemCompleted", "act": "reply", "data": told}, case=case("letter")
        )

    assert approved(publish=False) == ["F9"]
    assert approved(publish=False, no_publish_ground="privacy") == []
    assert approved(publish=True) == []


@pytest.mark.parametrize("name", [name for name in MODELS if f"{name}_figures" in MODELS[name].decisions])
def test_every_figure_of_a_rule_has_a_basis_and_holds_from_a_day(name: str) -> None:
    table = MODELS[name].decisions[f"{name}_figures"].logic

    assert isinstance(table, dmn.Table)
    assert table.hit_policy == "UNIQUE"
    assert all("date(" in rule.tests[0].text for rule in table.rules)
    assert all("》" in rule.annotations["依据"] or "[P]" in rule.annotations["依据"] for rule in table.rules)


@pytest.mark.parametrize("name", MODELS)
def test_every_rule_of_a_table_has_a_name_in_both_languages(name: str) -> None:
    model = MODELS[name]
    table = model.decisions[name].logic
    assert isinstance(table, dmn.Table)
    column = [one.name for one in table.outputs].index("rule")
    ids = {rule.outputs[column].text.text.strip('"') for rule in table.rules}

    named = {key.removeprefix("banjie.rule."): value for key, value in model.extensions(name).items()}

    assert named.keys() == ids
    assert all(len(value.split(" | ")) == 2 for value in named.values())
