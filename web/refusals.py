"""Every refusal, shown once and the same way: a page for people, JSON for programs.

Called by Flask for whatever a view raises. It maps the engine's family of errors by their `status` and
shows an unexpected fault only as a reference into the server's log.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, current_app, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine.errors import BanjieError, NotSignedIn
from web.language import LANGUAGES, _, current, own_path
from web.sentences import RECORD, told, told_finding

SIGN_IN = "signin.page"
"""The endpoint of the sign-in page; without it, a person who is not signed in sees the refusal itself."""


def register(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(BanjieError, refused)
    app.register_error_handler(HTTPException, missed)
    app.register_error_handler(Exception, failed)


def refused(error: BanjieError) -> Response:
    """A refusal of the engine's family, with its sentence and findings."""
    if isinstance(error, NotSignedIn) and leads_to_sign_in():
        return redirect(url_for(SIGN_IN, next=request.full_path.rstrip("?")), 303)
    if error.status >= 500:
        current_app.logger.error("Refused to go on: %s", error.sentence)
    return answer(error.status, error.code, error.sentence, error)


def missed(error: HTTPException) -> Response:
    """No such page, wrong method, too large, …: HTTP's own refusals in our words."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    code, sentence = sentences().get(status, ("refused", error.description or ""))
    response = answer(status, code, sentence)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def failed(error: Exception) -> Response:
    """A fault of our own: logged in full under a reference, shown by the reference alone."""
    reference = secrets.token_hex(4)
    current_app.logger.exception("Fault %s", reference, exc_info=error)
    sentence = _(
        "系统出现故障，您的操作没有生效。请稍后重试；如仍有问题，请向管理员提供编号 %(reference)s。",
        reference=reference,
    )
    return answer(500, "fault", sentence)


def sentences() -> dict[int, tuple[str, str]]:
    """Status → (code, sentence) for what HTTP itself refuses."""
    limit = (current_app.config.get("MAX_CONTENT_LENGTH") or 0) // (1024 * 1024)
    return {
        400: ("malformed", _("提交的内容不完整或无法识别，未作任何更改。")),
        404: ("not-found", _("没有找到这个页面。请检查网址，或从首页重新进入。")),
        405: ("method", _("这个地址不支持这种操作。")),
        413: ("too-large", _("提交的内容超过上限：一次最多 %(limit)s MB，未作任何更改。", limit=limit)),
        415: ("media-type", _("提交的内容类型不受支持，未作任何更改。")),
        429: ("too-many", _("操作过于频繁，请稍后再试。")),
    }


def answer(status: int, code: str, sentence: str, error: BanjieError | None = None) -> Response:
    """The refusal as JSON, as a part of a page (htmx) or as a page."""
    findings = error.findings if error else ()
    if wants_json():
        language = asked_language()
        facts = [told_finding(finding, language).as_dict() for finding in findings]
        words = told(sentence, language)
        return make_response(jsonify(status=status, code=code, sentence=words, findings=facts), status)
    part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    template = "refusal_part.html" if part else "refusal.html"
    page = render_template(
        template,
        status=status,
        sentence=sentence,
        findings=findings,
        title=_("请重新进入") if code in _WAYS else heading(status),
        way=_WAYS[code]() if code in _WAYS else None,
    )
    return make_response(page, status)


def _to_the_page_before() -> tuple[str, str] | None:
    """Back to the page of ours on which the form stood; whoever must sign in is led there first."""
    before = urlsplit(request.referrer or "")
    return (_("回到刚才的页面"), own_path(before.path)) if before.netloc == request.host else None


def _to_the_query() -> tuple[str, str]:
    number = (request.view_args or {}).get("number", "")
    return _("用查询码查询"), url_for("citizen.query", number=number)


_WAYS = {"page-expired": _to_the_page_before, "proof-missing": _to_the_query}
"""Code of a refusal → the way on from it: (words, address)."""


def wants_json() -> bool:
    """Whether a program asks: by its path, or by preferring JSON to HTML."""
    accepted = request.accept_mimetypes
    prefers = accepted["application/json"] > accepted["text/html"]
    return request.path.startswith("/api/") or prefers


def asked_language() -> str:
    """The language of a refusal a program reads: the one it asks for (Accept-Language), else the record's.

    A program of our own pages speaks the language of the page.
    """
    if not request.path.startswith("/api/"):
        return current()
    return request.accept_languages.best_match(list(LANGUAGES)) or RECORD


def leads_to_sign_in() -> bool:
    """Whether this refusal is better answered by the sign-in page: a person asked to see a page, not a page
    for a part of itself."""
    whole = request.method == "GET" and "HX-Request" not in request.headers
    return SIGN_IN in current_app.view_functions and whole and not wants_json()


def heading(status: int) -> str:
    """The heading of the refusal page."""
    titles = {
        401: _("请先登录"),
        403: _("您无权进行此操作"),
        404: _("未找到"),
        409: _("情况已发生变化"),
        413: _("内容过大"),
        422: _("提交的内容有误"),
    }
    return titles.get(status, _("系统故障") if status >= 500 else _("无法完成此操作"))
