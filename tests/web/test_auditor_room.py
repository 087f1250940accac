"""The auditor's pages: finding, replaying step by step, verifying, replaying decisions, the dossier."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select
from town import Town, Visitor
from watched import AUDITOR, CLERK, LEFT_LYING, OPERATOR, SUPERVISOR, behind_its_back

from engine import canonical
from engine.audit import figures, finding
from engine.records import journal
from engine.records.tables import case as case_table

CASE = f"/auditor/cases/{LEFT_LYING}"


def facts(page: str) -> dict[str, Any]:
    """What the page's script draws from."""
    found = re.search(r'<script type="application/json" id="step-facts">(.*?)</script>', page, re.S)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def elements(page: str) -> list[str]:
    return [token["element"] for token in facts(page)["tokens"]]


def licence(town: Town) -> str:
    """A licence whose way has led into a called procedure."""
    for number in ("20260000002", "20260000003"):
        if town.state(number).called:
            return number
    raise AssertionError("no licence has called another procedure")


def verify(auditor: Visitor, number: str = LEFT_LYING) -> str:
    answer = auditor.post(f"/auditor/cases/{number}/verify", {}, at="/auditor/seals")
    assert answer.status_code == 200
    return html.unescape(answer.text)


# --- finding ---------------------------------------------------------------------------------------

FOUND = {
    f"number={LEFT_LYING[-4:]}": True,
    "number=9999": False,
    "person=nobody": False,
    "unit=shinan.ga.zs": True,
    "unit=laoshan": False,
    "procedure=huji": True,
    "procedure=xk_general": False,
    "rule=A3": True,
    "rule=F5": False,
    "status=open": True,
    "status=closed": False,
    "from=2026-03-02&to=2026-03-02": True,
    "from=2026-03-03": False,
    "words=投靠": True,
    "words=%25": False,
    "words=nothing+of+the+kind": False,
    "page=nonsense": True,
}


@pytest.mark.parametrize(("asked", "found"), FOUND.items())
def test_cases_are_found_by_what_is_asked(watched: Town, asked: str, found: bool) -> None:
    assert (f'href="{CASE}"' in watched.officer(AUDITOR).get(f"/auditor/?{asked}").text) is found


def test_cases_are_found_by_the_name_of_whoever_handled_them_and_by_what_was_entered(watched: Town) -> None:
    completed = next(
        entry
        for entry in watched.entries(journal.case_stream(1))
        if entry.command["type"] == "Complete" and entry.actor["name"]
    )
    received = watched.entries(journal.case_stream(1))[0]
    auditor = watched.officer(AUDITOR)
    assert CASE in auditor.get(f"/auditor/?person={completed.actor['name']}").text
    assert CASE in auditor.get(f"/auditor/?words={received.command['variables']['host_address']}").text


def test_finding_opens_no_file(watched: Town) -> None:
    watched.officer(AUDITOR).get(f"/auditor/?words={LEFT_LYING}")
    assert watched.entries(journal.access_stream(1)) == []


# --- step by step ----------------------------------------------------------------------------------


def test_each_step_is_a_page_with_links_to_its_neighbours(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    first = auditor.get(f"{CASE}?step=1").text
    assert f"{CASE}?step=2" in first
    assert f'{CASE}?step=0"' not in first
    assert "第 1 步" in first
    second = auditor.get(f"{CASE}?step=2").text
    assert f'href="{CASE}?step=1"' in second
    assert f'href="{CASE}?step=3"' in second


@pytest.mark.parametrize("asked", ["", "0", "-1", "99999", "nonsense", "１", "9" * 30])
def test_a_step_that_is_none_shows_the_nearest(watched: Town, asked: str) -> None:
    last = len(watched.entries(journal.case_stream(1)))
    page = watched.officer(AUDITOR).get(f"{CASE}?step={asked}").text
    assert facts(page)["step"] == (1 if asked == "0" else last)


def test_the_tokens_stand_where_they_stood(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    completed = [
        entry.seq for entry in watched.entries(journal.case_stream(1)) if entry.command["type"] == "Complete"
    ]
    before, after = (auditor.get(f"{CASE}?step={seq}").text for seq in (completed[0] - 1, completed[0]))
    assert elements(before) == ["review"]
    assert elements(after) == ["sign_statement"]
    assert "review_to_" in json.dumps(facts(after)["passed"])
    assert "review" not in facts(auditor.get(f"{CASE}?step=1").text)["passed"]


def test_an_overdue_token_is_red_only_once_it_is(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    entries = watched.entries(journal.case_stream(1))
    overdue = next(
        e.seq for e in entries if any(event.data.get("limit") == "statutory" for event in e.events)
    )
    states = [
        facts(auditor.get(f"{CASE}?step={seq}").text)["tokens"][0]["state"] for seq in (overdue - 4, overdue)
    ]
    assert states == ["", "red"]


def test_a_step_shows_who_entered_what_and_what_changed(watched: Town) -> None:
    entries = watched.entries(journal.case_stream(1))
    step = next(entry for entry in entries if entry.command["type"] == "Complete")
    page = html.unescape(watched.officer(AUDITOR).get(f"{CASE}?step={step.seq}").text)
    assert step.actor["name"] in page
    assert "填写的内容" in page
    assert "案卷的变化" in page
    assert "（无）" in page


def test_a_period_is_explained_by_what_was_known_at_that_step(watched: Town) -> None:
    entries = watched.entries(journal.case_stream(1))
    opened = next(e.seq for e in entries if any(event.type == "PeriodOpened" for event in e.events))
    auditor = watched.officer(AUDITOR)
    assert "2026年3月30日" in auditor.get(f"{CASE}?step={opened}").text
    assert "还没有开始计算的期限" in auditor.get(f"{CASE}?step={opened - 1}").text


def test_a_called_procedure_has_its_diagram_and_its_tokens(watched: Town) -> None:
    number = licence(watched)
    auditor = watched.officer(AUDITOR)
    page = auditor.get(f"/auditor/cases/{number}?step=1").text
    digests = set(re.findall(r"diagram=([0-9a-f]{16})", page))
    assert len(digests) >= 2
    for digest in digests:
        address = facts(auditor.get(f"/auditor/cases/{number}?step=1&diagram={digest}").text)["xml"]
        assert f"/diagrams/{digest}" in address
        answer = auditor.get(address)
        assert answer.mimetype == "application/xml"
        assert b"<bpmn:definitions" in answer.data or b"definitions" in answer.data


def test_only_a_diagram_of_the_case_is_handed_out(watched: Town) -> None:
    uploaded = watched.entries(journal.case_stream(1))[0].command["variables"]
    digest = re.search(r"[0-9a-f]{64}", canonical.dumps(uploaded))
    assert digest
    auditor = watched.officer(AUDITOR)
    for name in (digest[0], "0" * 64, "nonsense"):
        assert auditor.get(f"{CASE}/diagrams/{name}.bpmn").status_code == 404


def test_the_part_of_a_step_is_no_page_and_says_its_address(watched: Town) -> None:
    answer = watched.officer(AUDITOR).get(f"{CASE}/step?step=2", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.headers["HX-Replace-Url"] == f"{CASE}?step=2"
    assert 'hx-swap-oob="true"' in answer.text


def test_the_story_is_told_whole_and_in_both_languages(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    assert "办理了" in auditor.get(CASE).text
    auditor.post("/language/en", {"next": CASE}, at=CASE)
    page = auditor.get(CASE).text
    assert "completed" in page
    assert "passed the statutory limit" in page
    assert "这一步" not in page


# --- readings --------------------------------------------------------------------------------------


def test_every_opening_is_journalled_and_moving_within_a_file_is_none(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    auditor.get(f"{CASE}?step=3")
    for step in range(1, 5):
        auditor.get(f"{CASE}/step?step={step}")
    read = watched.entries(journal.access_stream(1))
    assert [(entry.actor["person"], entry.command["place"]) for entry in read] == [
        (AUDITOR, f"{CASE}?step=3")
    ]


def test_a_part_asked_for_without_its_page_is_an_opening(watched: Town) -> None:
    watched.officer(AUDITOR).get(f"{CASE}/step?step=2")
    assert len(watched.entries(journal.access_stream(1))) == 1


@pytest.mark.parametrize("login", [CLERK, SUPERVISOR, OPERATOR])
def test_whoever_audits_nothing_is_refused_and_it_is_journalled(watched: Town, login: str) -> None:
    stranger = watched.officer(login)
    for path in (
        "/auditor/",
        CASE,
        f"{CASE}/step",
        f"{CASE}/dossier.zip",
        f"{CASE}/log.xes",
        f"{CASE}/log.ocel.json",
        "/auditor/figures.zip",
        "/auditor/seals",
    ):
        assert stranger.get(path).status_code == 403
    refused = watched.entries(journal.SECURITY)[-1]
    assert refused.events[0].type == "DoorRefused"
    assert refused.actor["person"] == login
    assert watched.entries(journal.access_stream(1)) == []


def test_a_case_that_is_not_there_is_not_found(watched: Town) -> None:
    assert watched.officer(AUDITOR).get("/auditor/cases/19990000001").status_code == 404


# --- proof -----------------------------------------------------------------------------------------


def test_verify_shows_every_check_and_that_it_holds(watched: Town) -> None:
    page = verify(watched.officer(AUDITOR))
    assert "核验通过" in page
    assert page.count("bj-checks__item") == 12
    assert "不成立" not in page


def test_after_a_payload_was_changed_verify_names_the_entry(watched: Town) -> None:
    place = next(e.seq for e in watched.entries("case:1") if e.command["type"] == "Complete")
    change = "UPDATE entry SET payload = replace(payload, '\"complete\"', '\"decline\"')"
    behind_its_back(watched, f"{change} WHERE stream = 'case:1' AND seq = ?", place)
    page = verify(watched.officer(AUDITOR))
    assert "核验不通过" in page
    assert f"case:1 #{place}" in page
    assert f'href="{CASE}?step={place}"' in page
    assert page.count("不成立") == 1


def test_a_record_that_cannot_be_read_any_more_can_still_be_verified(watched: Town) -> None:
    behind_its_back(watched, "UPDATE entry SET payload = '{' WHERE stream = 'case:1' AND seq = 2")
    auditor = watched.officer(AUDITOR)
    assert "记录已经损坏" in auditor.get(CASE).text
    page = verify(auditor)
    assert "核验不通过" in page
    assert "第 2 条记录" in page


def test_a_record_that_lacks_what_its_events_must_say_is_shown_as_damaged(watched: Town) -> None:
    change = "UPDATE entry SET payload = replace(payload, '\"scope\"', '\"scop\"')"
    behind_its_back(watched, f"{change} WHERE stream = 'case:1' AND seq = 1")
    auditor = watched.officer(AUDITOR)
    assert "记录已经损坏" in auditor.get(CASE).text
    assert "第 1 条记录" in verify(auditor)


def test_a_head_that_is_no_head_is_a_verdict_and_no_fault(watched: Town) -> None:
    behind_its_back(watched, "UPDATE entry SET head = 'gone' WHERE stream = 'case:1' AND seq = 2")
    assert "第 2 条记录" in verify(watched.officer(AUDITOR))


def test_replay_decides_everything_again_alike(watched: Town) -> None:
    answer = watched.officer(AUDITOR).post(f"{CASE}/replay", {}, at="/auditor/seals")
    assert "重放一致" in answer.text


def test_replay_names_the_entry_where_another_decision_was_slipped_in(watched: Town) -> None:
    stream = "case:1"
    entries = watched.entries(stream)
    place = next(e.seq for e in entries if e.command["type"] == "Complete")
    data = canonical.loads(entries[place - 1].payload or "")
    data["events"][0]["data"]["name"] = "另一件事"
    behind_its_back(
        watched,
        "UPDATE entry SET payload = ? WHERE stream = ? AND seq = ?",
        canonical.dumps(data),
        stream,
        place,
    )
    page = watched.officer(AUDITOR).post(f"{CASE}/replay", {}, at="/auditor/seals").text
    assert "重放不一致" in page
    assert f"第 {place} 条记录" in page
    assert "另一件事" in page


def test_a_verdict_asked_for_in_place_is_a_part(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    part = auditor.post(f"{CASE}/verify", {}, at="/auditor/seals", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "bj-checks" in part.text


def test_verifying_without_the_pages_token_is_refused(watched: Town) -> None:
    assert watched.officer(AUDITOR).client.post(f"{CASE}/verify").status_code == 403


def test_the_dossier_and_the_event_log_leave_the_house_and_are_journalled(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    dossier = auditor.get(f"{CASE}/dossier.zip")
    with zipfile.ZipFile(io.BytesIO(dossier.data)) as archive:
        assert {"entries.jsonl", "narrative.txt", "verify.py", "manifest.json"} <= set(archive.namelist())
    log = auditor.get(f"{CASE}/log.xes")
    assert b"concept:name" in log.data
    objects = json.loads(auditor.get(f"{CASE}/log.ocel.json").data)
    known = {one["id"] for one in objects["objects"]}
    assert {r["objectId"] for event in objects["events"] for r in event["relationships"]} <= known
    page = auditor.get(CASE).text
    assert all(f'href="{CASE}/{name}"' in page for name in ("dossier.zip", "log.xes", "log.ocel.json"))
    places = [entry.command["place"] for entry in watched.entries(journal.access_stream(1))]
    assert places[:3] == ["dossier", "xes", "ocel"]


# --- seals -----------------------------------------------------------------------------------------


def sealed(town: Town) -> bytes:
    operator = town.officer(OPERATOR)
    assert operator.post("/operator/seals", {}, at="/operator/seals").status_code == 303
    return operator.get("/operator/seals/1.json").data


def check_seal(town: Town, data: bytes) -> Any:
    sent = {"seal": (io.BytesIO(data), "seal.json")}
    return town.officer(AUDITOR).post("/auditor/seals", sent, at="/auditor/seals")


def test_a_seal_kept_outside_is_recognised(watched: Town) -> None:
    answer = check_seal(watched, sealed(watched))
    assert "封存核对通过" in answer.text
    assert answer.text.count("bj-checks__item") == 2


def test_the_open_figures_leave_the_house_beside_the_seal_they_rest_on(watched: Town, tmp_path: Path) -> None:
    auditor, asked = watched.officer(AUDITOR), "/auditor/figures.zip"
    assert auditor.get(asked).status_code == 404
    (tmp_path / "seal.json").write_bytes(sealed(watched))
    assert f'href="{asked}"' in auditor.get("/auditor/seals").text
    (tmp_path / "figures.zip").write_bytes(auditor.get(asked).data)
    assert list(figures.faults(tmp_path / "figures.zip", [tmp_path / "seal.json"])) == []


def test_another_seal_is_not(watched: Town) -> None:
    kept = canonical.loads(sealed(watched))
    answer = check_seal(watched, canonical.dumps({**kept, "hash": "0" * 64}).encode())
    assert "封存核对不通过" in answer.text


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"number": 1}'])
def test_a_file_that_is_no_seal_gets_a_sentence(watched: Town, data: bytes) -> None:
    answer = check_seal(watched, data)
    assert answer.status_code == 422
    assert "封存文件" in answer.text


def test_a_journal_replaced_as_a_whole_is_caught_by_the_seal(watched: Town) -> None:
    sealed(watched)
    behind_its_back(watched, "DELETE FROM entry WHERE stream = 'case:1' AND seq = ?",
                    len(watched.entries(journal.case_stream(1))))  # fmt: skip
    page = verify(watched.officer(AUDITOR))
    assert "核验不通过" in page
    assert page.count("不成立") >= 2


# --- amounts, warmth, tables, paper -----------------------------------------------------------------


def test_a_case_is_found_by_an_amount_however_it_is_written(watched: Town) -> None:
    entry = next(one for one in watched.entries(journal.case_stream(1)) if '"value":' in str(one.payload))
    numbers = re.findall(
        r'"value":(\d+(?:\.\d+)?)[,}]',
        "".join(str(one.payload) for one in watched.entries(journal.case_stream(1))),
    )
    assert entry
    assert numbers
    amount = numbers[0]
    auditor = watched.officer(AUDITOR)

    assert f'href="{CASE}"' in auditor.get("/auditor/", query_string={"amount": f"¥{amount}"}).text
    assert f'href="{CASE}"' not in auditor.get("/auditor/?amount=987654321.25").text
    assert (
        f'href="{CASE}"'
        in auditor.get("/auditor/?from=2026-03-01&to=2026-03-31&status=open&number=2026").text
    )


UNREAD = {
    "amount=nonsense&words=abc": ("amount", "但填的是“nonsense”"),
    "least=-5": ("least", "但填的是“-5”"),
    "from=2026-02-30": ("from", "但填的是“2026-02-30”"),
    "to=2.3.2026": ("to", "但填的是“2.3.2026”"),
    "from=2026-03-05&to=2026-03-01": ("to", "应不早于"),
    "least=2%2C000&most=100": ("most", "应不小于下限 2,000.00 元"),
    "unit=atlantis": ("unit", "“atlantis”不在其中"),
    "procedure=alchemy": ("procedure", "应从列表中选择"),
    "status=lost": ("status", "应从列表中选择"),
}


@pytest.mark.parametrize("asked", UNREAD)
def test_a_condition_that_cannot_be_understood_is_named_and_nothing_is_lost(
    watched: Town, asked: str
) -> None:
    field, words = UNREAD[asked]
    page = html.unescape(watched.officer(AUDITOR).get(f"/auditor/?{asked}").text)
    assert f'<a href="#{field}">' in page
    assert words in page
    assert CASE not in page
    for name, values in parse_qs(asked).items():
        kept = re.search(rf'<(input|select)[^>]* id="{name}"[^>]*>', page)
        assert kept
        assert kept[1] == "select" or f'value="{values[0]}"' in kept[0]


def test_nothing_found_says_what_to_do_and_every_condition_can_be_taken_off(watched: Town) -> None:
    page = html.unescape(
        watched.officer(AUDITOR).get("/auditor/?number=999&from=2026-03-02&status=open").text
    )
    assert "没有案件同时符合所选的 3 个条件" in page
    assert 'href="/auditor/?status=open&from=2026-03-02"' in page
    assert "2026年3月2日" in page
    assert "没有第 7 页" in watched.officer(AUDITOR).get("/auditor/?page=7").text


def test_a_case_is_found_by_the_bounds_of_what_its_money_fields_ever_held(watched: Town) -> None:
    with watched.house.store.reading() as connection:
        payload = watched.entries(journal.case_stream(1))[0].payload or ""
        name, value = next(
            iter(re.findall(r'"name":"(\w+)","scope":\d+,"value":(\d+)[,}]', payload)), ("", "")
        )
        units = [row.unit for row in connection.execute(select(case_table.c.unit).distinct())]
        for least, most, found in (
            (value, value, True),
            (None, value, True),
            (str(int(value) + 1), None, False),
        ):
            wanted = finding.Wanted(
                units,
                least=Decimal(least) if least else None,
                most=Decimal(most) if most else None,
                money={"huji": frozenset({name})},
            )
            assert bool(finding.find(connection, wanted)) is found
        nowhere = finding.Wanted(units, least=Decimal(0), money={"huji": frozenset({"no_such_name"})})
        assert finding.find(connection, nowhere) == []
    assert f'href="{CASE}"' not in watched.officer(AUDITOR).get("/auditor/?least=1&most=2").text


def test_the_time_spent_at_each_element_is_told_and_colours_the_drawing_where_asked(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    plain, warm = auditor.get(CASE).text, auditor.get(f"{CASE}?heat=1").text
    found = re.search(r'data-heat="([^"]+)"', warm)

    assert "各环节停留时间" in plain
    assert "data-heat" not in plain
    assert found
    places = auditor.get(html.unescape(found[1])).get_json()["places"]
    assert max(place["heat"] for place in places) == 5
    assert "天" in places[0]["text"]
    assert "intake" not in {place["element"] for place in places}, (
        "what only surrounds others has no time of its own"
    )


def test_the_story_stands_on_a_page_of_its_own_for_paper(watched: Town) -> None:
    page = watched.officer(AUDITOR).get(f"{CASE}/story").text

    last = watched.entries(journal.case_stream(1))[-1]
    assert last.hash in page
    assert "期限是怎样计算的" in page
    assert [one.command["place"] for one in watched.entries(journal.access_stream(1))]


def test_every_sheet_of_the_printout_bears_the_cases_number(watched: Town) -> None:
    auditor = watched.officer(AUDITOR)
    page = auditor.get(f"{CASE}/story").text
    assert f'<link rel="stylesheet" media="print" href="{CASE}/sheet.css">' in page
    assert "最后一条记录之后还没有封存" in page
    assert "。。" not in page
    sheet = auditor.get(f"{CASE}/sheet.css")
    assert sheet.content_type == "text/css; charset=utf-8"
    assert f'@top-right {{ content: "{LEFT_LYING}"' in sheet.text
    assert watched.officer(CLERK).get(f"{CASE}/sheet.css").status_code == 403
