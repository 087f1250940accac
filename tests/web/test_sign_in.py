"""Signing in: who may come in, what is written down about those who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import session
from town import PASSWORD, Town

from engine.records import journal

WRONG = "not the password at all"


def test_a_person_with_the_right_password_comes_to_the_worklist(town: Town) -> None:
    answer = town.visitor().post("/signin", {"login": "wangli", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/clerk/")


@pytest.mark.parametrize(
    ("login", "home"),
    [
        ("zhangwei", "/clerk/"),
        ("chenjing", "/clerk/"),
        ("qinzheng", "/supervisor/"),
        ("yinhe", "/auditor/"),
        ("shenlan", "/designer/"),
        ("weigang", "/operator/"),
    ],
)
def test_each_role_comes_home_to_its_own_room(town: Town, login: str, home: str) -> None:
    visitor = town.officer(login)
    assert visitor.get("/").headers["Location"] == home
    assert visitor.get("/signin").headers["Location"] == home


def test_a_stranger_comes_to_the_hall(town: Town) -> None:
    assert town.visitor().get("/").headers["Location"] == "/citizen/"


def test_after_signing_in_one_goes_where_one_was_going(town: Town) -> None:
    visitor = town.visitor()
    asked = visitor.get("/clerk/cases?search=x")
    assert asked.headers["Location"] == "/signin?next=/clerk/cases?search%3Dx"
    answer = visitor.post(
        "/signin", {"login": "wangli", "password": PASSWORD, "next": "/clerk/cases?search=x"}
    )
    assert answer.headers["Location"] == "/clerk/cases?search=x"


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(town: Town, elsewhere: str) -> None:
    answer = town.visitor().post("/signin", {"login": "wangli", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_refused_and_written_down_without_it(town: Town) -> None:
    answer = town.visitor().post("/signin", {"login": "wangli", "password": WRONG})
    assert answer.status_code == 401
    assert "登录名或密码不正确" in answer.text
    assert WRONG not in answer.text
    written = town.entries(journal.SECURITY)
    assert [event.type for entry in written for event in entry.events] == ["SignInFailed"]
    assert written[0].events[0].data["login"] == "wangli"
    assert WRONG not in written[0].payload


def test_a_password_typed_as_a_login_is_not_written_down(town: Town) -> None:
    town.visitor().post("/signin", {"login": "my secret", "password": "x"})
    (entry,) = town.entries(journal.SECURITY)
    assert entry.events[0].data["login"] == ""
    assert "my secret" not in entry.payload


def test_guessing_is_braked_with_a_sentence(town: Town) -> None:
    visitor = town.visitor()
    for _attempt in range(6):
        visitor.post("/signin", {"login": "wangli", "password": WRONG})
    answer = visitor.post("/signin", {"login": "wangli", "password": PASSWORD})
    assert answer.status_code == 429
    assert "秒后再试" in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    town.clock.advance(timedelta(minutes=6))
    assert visitor.post("/signin", {"login": "wangli", "password": PASSWORD}).status_code == 303


def test_the_session_is_renewed_at_sign_in(town: Town) -> None:
    visitor = town.visitor()
    with visitor.client:
        visitor.get("/signin")
        before = session["csrf_token"]
        visitor.post("/signin", {"login": "wangli", "password": PASSWORD})
        visitor.get("/clerk/")
        assert session["csrf_token"] != before


def test_after_signing_out_nothing_opens(town: Town) -> None:
    visitor = town.officer("wangli")
    assert visitor.get("/clerk/").status_code == 200
    assert visitor.post("/signout", {}, at="/clerk/").status_code == 303
    assert visitor.get("/clerk/").headers["Location"].startswith("/signin")


def test_without_the_pages_token_nobody_signs_in(town: Town) -> None:
    answer = town.visitor().client.post("/signin", data={"login": "wangli", "password": PASSWORD})
    assert answer.status_code == 403


def test_a_post_one_does_not_hold_cannot_be_chosen(town: Town) -> None:
    visitor = town.officer("wangli")
    answer = visitor.post("/post", {"post": "shinan.cg.head"}, at="/clerk/")
    assert answer.status_code == 403
    assert [event.type for entry in town.entries(journal.SECURITY) for event in entry.events] == [
        "DoorRefused"
    ]


def test_the_masthead_names_person_post_and_unit(town: Town) -> None:
    page = town.officer("wangli").get("/clerk/").text
    assert "王丽" in page
    assert "市南区城市管理局 · 窗口受理岗" in page
