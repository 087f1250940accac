"""A replay that deviates says in words what differs; codes, logins and programs' words stay off the page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from town import BUREAU, Town
from watched import AUDITOR, CLERK, LEFT_LYING, behind_its_back

from engine import canonical
from engine.audit.replay import Verdict
from engine.records.entries import Entry
from web.auditor import deviation, ruled
from web.signin.who import unit_name

CASE = f"/auditor/cases/{LEFT_LYING}"


def forged(town: Town, seq: int, change: Callable[[list[Any]], object]) -> None:
    """Change the events of an entry; its digests are none of replay's business."""
    entry = town.entries("case:1")[seq - 1]
    data = canonical.loads(entry.payload or "")
    change(data["events"])
    statement = "UPDATE entry SET payload = ? WHERE stream = 'case:1' AND seq = ?"
    behind_its_back(town, statement, canonical.dumps(data), seq)


def holding(town: Town, type_: str) -> tuple[Entry, int]:
    """The first entry with an event of a type, and the event's place in it."""
    for entry in town.entries("case:1"):
        for place, event in enumerate(entry.events):
            if event.type == type_:
                return entry, place
    raise AssertionError(f"no {type_}")


def replayed(town: Town) -> str:
    """What an auditor reads of the verdict, the folded raw record left out."""
    page = town.officer(AUDITOR).post(f"{CASE}/replay", {}, at="/auditor/seals").text
    section = re.search(r'<section class="bj-verdict.*?</section>', page, re.S)
    assert section
    return html.unescape(re.sub(r"<pre.*?</pre>", "", section[0], flags=re.S))


def test_a_field_that_differs_is_shown_by_its_name_with_both_values(watched: Town) -> None:
    entry, place = holding(watched, "PeriodOpened")
    due = str(entry.events[place].data["due_on"])
    forged(watched, entry.seq, lambda events: events[place]["data"].update(due_on="2030-12-31"))
    told = replayed(watched)
    assert "两边都是：期限开始" in told
    assert "届满日" in told
    assert "2030年12月31日" in told
    year, month, day = (int(part) for part in due.split("-"))
    assert f"{year}年{month}月{day}日" in told
    assert "due_on" not in told


def test_an_event_taken_out_or_put_in_is_named(watched: Town) -> None:
    entry, place = holding(watched, "WorkItemOffered")
    name = str(entry.events[place].data["name"])
    forged(watched, entry.seq, lambda events: events.pop(place))
    told = replayed(watched)
    assert "事项产生" in told
    assert name in told
    assert "candidate_users" not in told


def test_another_event_in_its_place_names_both(watched: Town) -> None:
    entry, place = holding(watched, "WorkItemClaimed")
    forged(
        watched,
        entry.seq,
        lambda events: events.__setitem__(place, {"type": "CaseClosed", "data": {"outcome": "准予"}}),
    )
    told = replayed(watched)
    assert "记录的是：案件办结“准予”" in told
    assert "重新决定得出的是：领取事项" in told


def test_a_changed_variable_is_told_by_its_label_and_its_choices_names(watched: Town) -> None:
    verdict = Verdict(
        False,
        3,
        9,
        entry=3,
        event=2,
        recorded={"type": "VariableSet", "data": {"name": "review_outcome", "scope": 1, "value": "complete"}},
        replayed={"type": "VariableSet", "data": {"name": "review_outcome", "scope": 1, "value": "missing"}},
        reason="another event follows",
    )
    with watched.app.test_request_context("/"):
        found = deviation.of(verdict, None)
        assert found is not None
        assert found.alike
        assert not found.one_sided
        assert [(one.field, one.recorded, one.replayed) for one in found.fields] == [
            ("review_outcome", "complete", "missing")
        ]
        assert deviation.of(replace(verdict, recorded=None, replayed="why"), None) is None


def test_a_state_that_differs_shows_both_digests(watched: Town) -> None:
    verdict = Verdict(
        False, 3, 9, entry=3, recorded="a" * 64, replayed="b" * 64, reason="the marking differs"
    )
    with watched.app.test_request_context("/"):
        found = deviation.of(verdict, None)
    assert found is not None
    assert [(one.recorded, one.replayed) for one in found.fields] == [("a" * 16, "b" * 16)]


@pytest.mark.parametrize("key", ["scope", "period"])
def test_a_record_that_lacks_what_it_must_say_is_told_without_a_programs_words(
    watched: Town, key: str
) -> None:
    entry, place = holding(watched, "PeriodOpened")
    forged(watched, entry.seq, lambda events: events[place]["data"].pop(key))
    page = html.unescape(watched.officer(AUDITOR).get(CASE).text)
    assert "KeyError" not in page
    told = replayed(watched)
    assert "重放不一致" in told
    assert "KeyError" not in told


def test_cards_name_people_and_not_their_logins(watched: Town) -> None:
    entry, place = holding(watched, "CardIssued")
    forged(watched, entry.seq, lambda events: events[place]["data"].update(person=CLERK))
    name = next(one.name for one in watched.house.directory.persons() if one.login == CLERK)
    page = html.unescape(watched.officer(AUDITOR).get(f"{CASE}?step={entry.seq}").text)
    aside = page[page.index("bj-side-by-side__aside") : page.index("当时的案卷全文")]
    assert name in aside
    assert CLERK not in aside


def test_a_tables_codes_are_led_by_the_names_people_know_them_by(watched: Town) -> None:
    with watched.app.test_request_context("/"):
        choice = {"oneOf": [{"const": "complain", "title": "投诉", "x-title-en": "Complaint"}]}
        names = ruled.Names(SimpleNamespace(schema=lambda name: choice if name == "kind" else {}))  # type: ignore[arg-type]
        assert names.told("kind", "complain") == "投诉（complain）"
        assert names.told("other", "complain") == "complain"
        assert names.told("unit", BUREAU) == f"{unit_name(BUREAU)}（{BUREAU}）"
        assert names.told("period", "xk.decision") == "行政许可决定（xk.decision）"
        assert names.told("period", "no.such.code") == "no.such.code"
