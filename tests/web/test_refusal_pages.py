"""Every refusal is a sentence: as a page for people, as JSON for programs, as a part for htmx."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from gallery import application

from engine.errors import BanjieError, Broken, Conflict, NotFound, NotSignedIn


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def test_a_missing_page_says_so_in_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text
    assert "<h1" in answer.text


def test_a_wrong_method_names_those_allowed(client: FlaskClient) -> None:
    answer = client.get("/gallery/act")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "不支持这种操作" in answer.text


def test_a_malformed_form_shows_its_sentence_and_every_finding(client: FlaskClient) -> None:
    answer = client.get("/gallery/refuse/malformed")
    assert answer.status_code == 422
    assert "two fields are wrong" in answer.text
    assert "/members/1/phone" in answer.text
    assert "1999-02-30" in answer.text


def test_a_program_gets_the_same_refusal_as_json(client: FlaskClient) -> None:
    answer = client.get("/gallery/refuse/malformed", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "malformed"
    assert answer.json["findings"][0]["where"] == "/id"


def test_whatever_goes_wrong_below_api_is_json(client: FlaskClient) -> None:
    answer = client.get("/api/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "not-found"


def test_htmx_gets_a_part_and_not_a_page(client: FlaskClient) -> None:
    answer = client.get("/gallery/refuse/blocked", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "govuk-error-summary" in answer.text
    assert "may not decide the own case" in answer.text


def test_a_fault_of_our_own_shows_a_reference_and_nothing_of_the_inside(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/gallery/refuse/fault")
    assert answer.status_code == 500
    assert "the inside of the product" not in answer.text
    reference = caplog.records[0].getMessage().split()[-1]
    assert reference in answer.text


@pytest.mark.parametrize("kind", [NotFound, Conflict, Broken])
def test_each_refusal_answers_with_its_own_status(kind: type[BanjieError]) -> None:
    app = application()

    def refuse() -> str:
        raise kind("Expected one thing, but found another")

    app.add_url_rule("/refuse", view_func=refuse)
    answer = app.test_client().get("/refuse")
    assert answer.status_code == kind.status
    assert "Expected one thing, but found another" in answer.text


def stranger() -> str:
    raise NotSignedIn("Expected somebody signed in, but nobody is")


def test_a_stranger_who_asks_for_a_page_is_led_to_the_sign_in_and_back() -> None:
    app = application()
    app.add_url_rule("/mine", view_func=stranger)
    app.add_url_rule("/signin", endpoint="signin.page", view_func=lambda: "sign in")
    answer = app.test_client().get("/mine?page=2")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/signin?next=/mine?page%3D2"


def test_a_program_that_is_not_signed_in_gets_the_refusal_itself() -> None:
    app = application()
    app.add_url_rule("/mine", view_func=stranger)
    app.add_url_rule("/signin", endpoint="signin.page", view_func=lambda: "sign in")
    assert app.test_client().get("/mine", headers={"Accept": "application/json"}).status_code == 401
