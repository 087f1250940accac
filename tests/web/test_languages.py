"""Chinese first, English by a switch, nothing left untranslated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask.testing import FlaskClient
from gallery import application

from web import language, translations


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def switch(client: FlaskClient, code: str, back: str = "/gallery/form") -> str:
    page = client.get("/gallery/form").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    answer = client.post(f"/language/{code}", data={"csrf_token": found[1], "next": back})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_page_is_chinese_until_the_reader_chooses(client: FlaskClient) -> None:
    page = client.get("/gallery/form", headers={"Accept-Language": "en"}).text
    assert '<html lang="zh-CN"' in page
    assert "跳到正文" in page


def test_the_switch_leads_back_to_the_same_page_in_english(client: FlaskClient) -> None:
    assert switch(client, "en", "/gallery/form?page=2") == "/gallery/form?page=2"
    page = client.get("/gallery/form").text
    assert '<html lang="en"' in page
    assert "Skip to main content" in page
    assert "Name of the applicant" in page
    assert switch(client, "zh") == "/gallery/form"
    assert "跳到正文" in client.get("/gallery/form").text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    switch(client, "xx")
    assert "跳到正文" in client.get("/gallery/form").text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_the_switch_never_leads_to_another_site(client: FlaskClient, target: str) -> None:
    assert switch(client, "en", target) == "/"


def test_every_message_of_the_pages_has_its_english_words() -> None:
    lacking = {
        room: translations.missing("en", room, wanted) for room, wanted in translations.collected().items()
    }
    assert {room: texts for room, texts in lacking.items() if texts} == {}


def test_a_message_without_a_translation_is_missed() -> None:
    wanted = Catalog()
    wanted.add("尚未翻译的一句话")
    assert "尚未翻译的一句话" in translations.missing("en", "common", wanted)


def test_extraction_keeps_the_words_there_are_and_adds_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path)
    translations.extract("common")
    catalog = translations.stored("en", "common")
    assert [path.name for path in (tmp_path / "en").iterdir()] == ["common.po"]
    assert catalog.get("红牌") is not None
    text = (tmp_path / "en" / "common.po").read_text()
    (tmp_path / "en" / "common.po").write_text(
        text.replace('msgid "红牌"\nmsgstr ""', 'msgid "红牌"\nmsgstr "Red card"')
    )
    translations.extract("common")
    kept = translations.stored("en", "common").get("红牌")
    assert kept is not None
    assert kept.string == "Red card"


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("forms.py", "common"),
        ("templates/layout.html", "common"),
        ("templates/components/tags.html", "common"),
        ("templates/clerk/worklist.html", "clerk"),
        ("clerk/pages.py", "clerk"),
        ("clerk/templates/worklist.html", "clerk"),
    ],
)
def test_a_message_belongs_to_the_room_it_is_said_in(name: str, room: str) -> None:
    assert translations.room_of(name) == room


def test_outside_a_request_the_source_language_is_spoken() -> None:
    assert language.current() == "zh"
    assert language._("第 %(number)s 页", number=3) == "第 3 页"


def test_a_text_of_a_definition_falls_back_to_chinese() -> None:
    assert language.words({"zh": "受理", "en": "Accept"}) == "受理"
    assert language.words({"en": "Accept"}) == "Accept"
    assert language.words("受理") == "受理"
    assert language.words(None) == ""
