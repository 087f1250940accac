"""A page is not used against its reader: policy, headers, forged requests, sessions, limits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import session
from flask.testing import FlaskClient
from gallery import ROOM, Handed, application

from web.app import create_app
from web.security import renew_session, with_editor_styles
from web.services import Settings


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/gallery/form").text)
    assert found
    return found[1]


def test_every_answer_carries_a_policy_that_admits_our_own_scripts_and_styles_alone(
    client: FlaskClient,
) -> None:
    for path in ("/gallery/", "/nowhere", "/static/js/begin.js"):
        policy = client.get(path, buffered=True).headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert "unsafe" not in policy


def test_pages_are_not_kept_by_caches_and_versioned_assets_are(client: FlaskClient) -> None:
    assert client.get("/gallery/").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/js/begin.js?v=1", buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/js/begin.js", buffered=True).headers["Cache-Control"]


def test_pages_hold_no_inline_script_and_no_inline_style(client: FlaskClient) -> None:
    for path in ("/gallery/", "/gallery/wrong", "/nowhere"):
        page = client.get(path).text
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"\son[a-z]+=", page)
        inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page)
        assert all('type="application/json"' in tag for tag in inline)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/gallery/form").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_session_cookie_travels_over_tls_alone_where_the_pages_do() -> None:
    handed = Handed(replace(Handed().settings, secure_cookies=True))
    answer = create_app(handed, [ROOM]).test_client().get("/gallery/form", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_form_with_the_sessions_token_is_taken(client: FlaskClient) -> None:
    assert client.post("/gallery/act", data={"csrf_token": token(client)}).status_code == 200


def test_an_htmx_request_may_bring_the_token_in_its_header(client: FlaskClient) -> None:
    assert client.post("/gallery/act", headers={"X-CSRF-Token": token(client)}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_unsafe_request_without_the_token_is_refused(client: FlaskClient, method: str) -> None:
    token(client)
    answer = getattr(client, method)("/gallery/act", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text


def test_the_token_of_another_session_is_refused(client: FlaskClient) -> None:
    token(client)
    other = token(application().test_client())
    assert client.post("/gallery/act", data={"csrf_token": other}).status_code == 403


def test_an_empty_token_does_not_match_a_session_that_has_none() -> None:
    assert application().test_client().post("/gallery/act", data={"csrf_token": ""}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_request_from_another_site_is_refused_even_with_the_token(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/gallery/act", data={"csrf_token": token(client)}, headers=headers)
    assert answer.status_code == 403
    assert "不是从本站页面发出" in answer.text


def test_an_access_token_opens_no_page_that_reads_a_cookie(client: FlaskClient) -> None:
    assert client.post("/gallery/act", headers={"Authorization": "Bearer x"}).status_code == 403


def test_a_request_over_the_upload_limit_is_refused_with_the_limit_named() -> None:
    small = Settings(secret="only for tests", upload_limit=2 * 1024 * 1024)
    client = create_app(Handed(small), [ROOM]).test_client()
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/gallery/form", data=b"x=" + b"x" * (3 * 1024 * 1024), content_type=kind)
    assert answer.status_code == 413
    assert "2 MB" in answer.text


def test_signing_in_starts_the_session_anew_and_keeps_the_language(client: FlaskClient) -> None:
    app = client.application
    with app.test_request_context("/"):
        session.update(csrf_token="old", language="en", left="over")
        renew_session(person="p1")
        assert dict(session) == {"person": "p1", "language": "en", "_permanent": True}


def test_a_page_with_an_editor_may_style_itself_but_runs_no_foreign_script() -> None:
    app = application()
    app.add_url_rule("/editor", view_func=with_editor_styles(lambda: "editor"), endpoint="editor")
    policy = app.test_client().get("/editor").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
