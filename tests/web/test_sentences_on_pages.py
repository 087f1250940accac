"""A refusal or finding is told in the language of the reader: on pages, to editors, to programs."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from town import HUJI, STATION, Town, Visitor

NEW = {
    "name": "hall",
    "title": "社区活动室借用",
    "kind": "licence",
    "unit": "shinan.cg",
    "item": "SQ-HD-0001",
}
BROKEN = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">'
    '<process id="hall" isExecutable="true"><startEvent id="S"/><userTask id="T"/><endEvent id="E"/>'
    '<sequenceFlow id="f" sourceRef="S" targetRef="T"/></process></definitions>'
)
CHINESE = "本层有结束事件，用户任务“T”应当有流出的顺序流，但没有"
ENGLISH = "Expected a flow out of userTask 'T', since the level has an end event, but it has none"


@pytest.fixture
def designer(town: Town) -> Visitor:
    return town.officer("shenlan")


def in_english(visitor: Visitor) -> Visitor:
    answer = visitor.post("/language/en", {"next": "/"}, at="/designer/drafts/new")
    assert answer.status_code == 303
    return visitor


def send(visitor: Visitor, place: str, draft: str) -> list[str]:
    """What an editor is told about the broken diagram it sends."""
    token = re.search(r'"X-CSRF-Token": "([^"]+)"', html.unescape(visitor.get(f"{draft}/diagram").text))
    assert token
    headers = {"X-CSRF-Token": token[1], "Accept": "application/json"}
    body = {"xml": BROKEN, "version": 1, "accept": True}
    answer = visitor.client.post(f"{draft}/{place}", json=body, headers=headers)
    findings: list[dict[str, Any]] = json.loads(answer.text)["findings"]
    return [finding["sentence"] for finding in findings]


@pytest.fixture
def draft(designer: Visitor) -> str:
    made = designer.post("/designer/drafts", NEW, at="/designer/drafts/new")
    return str(made.headers["Location"]).removesuffix("/diagram")


def test_a_clerk_without_the_post_reads_why_in_the_chosen_language(town: Town) -> None:
    window = f"/clerk/window/{HUJI}/{STATION}"
    clerk = town.officer("shenlan")
    refused = clerk.get(window)
    assert refused.status_code == 403
    assert "有收件权限的岗位，但" in refused.text
    told = in_english(clerk).get(window).text
    assert "with the right to receive applications is needed" in told
    assert "有收件权限的岗位" not in told


def test_a_draft_that_is_not_there_is_refused_in_the_chosen_language(designer: Visitor) -> None:
    missing = "/designer/drafts/4711"
    assert "应当有草稿4711，但没有" in designer.get(missing).text
    assert "Expected a draft 4711, but there is none" in in_english(designer).get(missing).text


def test_the_findings_of_a_draft_are_listed_in_the_chosen_language(designer: Visitor, draft: str) -> None:
    send(designer, "diagram", draft)
    page = html.unescape(designer.get(draft).text)
    assert CHINESE in page
    assert ENGLISH not in page
    page = html.unescape(in_english(designer).get(draft).text)
    assert ENGLISH in page
    assert CHINESE not in page


def test_an_editor_hears_findings_in_the_language_of_its_page(designer: Visitor, draft: str) -> None:
    chinese = send(designer, "diagram/check", draft)
    assert CHINESE in chinese
    assert not any(sentence.startswith("Expected ") for sentence in chinese)
    assert ENGLISH in send(in_english(designer), "diagram/check", draft)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-CN,zh;q=0.9", "应当带访问令牌（Authorization: Bearer …），但没有"),
        ("en", "Expected an access token (Authorization: Bearer …), but found none"),
        ("", "Expected an access token (Authorization: Bearer …), but found none"),
    ],
)
def test_a_program_chooses_by_accept_language_and_else_gets_the_record(
    town: Town, language: str, sentence: str
) -> None:
    headers = {"Accept-Language": language} if language else {}
    answer = town.visitor().get("/api/worklist", headers=headers)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["sentence"] == sentence
