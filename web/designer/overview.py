"""The first page of a draft: findings, what changed, examples, review and deployment.

Called by designers and by the second person who reviews. Who may approve and what may be deployed is
decided by the engine; the page only shows what the next step is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.casework import founding
from engine.definitions import bundles
from engine.errors import BanjieError, IllegalDefinition, NotFound
from web.designer import changes, checking, coverage, drafts, wholes
from web.designer.coverage import Walked
from web.designer.drafts import Piece, any_piece, asked_version, piece
from web.designer.packages import contents
from web.designer.reading import Opened, open_version, versions_of
from web.designer.room import ROOM
from web.language import _
from web.sentences import told
from web.signin.who import current_actor, house


@ROOM.get("/drafts/<int:number>")
def draft(number: int) -> str:
    """The page of a draft."""
    return draft_page(any_piece(number))


def draft_page(found: Piece, fault: str = "", walked: Walked | None = None) -> str:
    """Findings, diagram, what changed, examples, review."""
    if found.kind != "package":
        return wholes.page(found, fault)
    package = found.judged.package
    return render_template(
        "designer/draft.html",
        piece=found,
        fault=fault,
        ran=walked.findings if walked else {},
        walked=walked,
        today=house().directory.today(),
        mine=current_actor().person in found.draft.authors,
        page_of=lambda finding: checking.page_of(finding, found.number),
        history=drafts.book().history(found.number),
        **compared(found),
        **(contents(package, checking.law_with(found.bundle)) if package else {}),
    )


def compared(found: Piece) -> dict[str, Any]:
    """What changed against the version it began from; nothing to compare for a new procedure."""
    before = version_before(found)
    if before is None:
        return {"before": None, "files": [], "elements": []}
    package = found.judged.package
    elements = changes.elements(before.package.definition, package.definition) if package else []
    return {
        "before": before,
        "files": changes.files(before.package.bundle, found.bundle),
        "elements": elements,
    }


def version_before(found: Piece) -> Opened | None:
    """The version in force that a draft is to follow, else the newest; None for a new procedure."""
    try:
        return open_version(found.name)
    except NotFound:
        return None


@ROOM.post("/drafts/<int:number>/examples")
def draft_examples(number: int) -> str:
    """Live the draft's examples."""
    found = piece(number)
    if found.judged.package is None:
        return draft_page(found)
    beside = checking.parts(found.bundle)[:-1]
    return draft_page(
        found, walked=coverage.walk(found.judged.package, request.form.get("example", ""), beside)
    )


@ROOM.get("/drafts/<int:number>/coverage.json")
def coverage_marks(number: int) -> Response:
    """The flows of a draft's diagram, marked as `passed` says (ids with commas) or as open."""
    package, passed = piece(number).judged.package, set(request.args.get("passed", "").split(","))
    walked = coverage.Walked({}, passed, tuple(package.definition.flows) if package else ())
    return jsonify(tokens=walked.marks(), passed=[])


@ROOM.get("/drafts/<int:number>/package.zip")
def download_draft(number: int) -> Response:
    """All files of a draft as a ZIP file, from which it can be begun again."""
    found = any_piece(number)
    response = make_response(bundles.to_zip(found.bundle))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f"attachment; filename={found.name}-draft-{number}.zip"
    return response


# --- review and deployment ---------------------------------------------------------------------------


@ROOM.post("/drafts/<int:number>/submit")
def submit(number: int) -> Answer | tuple[str, int]:
    """Hand a draft without faults over for review, with the day it is to be in force from."""
    found = any_piece(number)
    if found.judged.faults:
        return draft_page(found, _("还有错误，全部改正后才能提交审核。")), 422
    try:
        day = date.fromisoformat(request.form.get("effective_from", ""))
    except ValueError:
        return draft_page(found, _("请填写生效日期。")), 422
    if day < house().directory.today():
        return draft_page(found, _("生效日期不能早于今天：已经开始的案件按当时的版本办理。")), 422
    note = request.form.get("note", "")
    drafts.book().submit(current_actor().as_data(), number, asked_version(), note, day)
    flash(_("已提交。请另一位设计员审核。"))
    return redirect(url_for("designer.draft", number=number), 303)


@ROOM.post("/drafts/<int:number>/review")
def review(number: int) -> Answer | tuple[str, int]:
    """Approve a draft, or send it back with a note."""
    found, actor, note = any_piece(number), current_actor().as_data(), request.form.get("note", "")
    act = request.form.get("act", "")
    if act == "approve":
        drafts.book().approve(actor, number, asked_version(), note)
        flash(_("已审核通过，可以部署。"))
    elif not note.strip():
        return draft_page(found, _("退回要写明理由。")), 422
    else:
        drafts.book().send_back(actor, number, asked_version(), note)
        flash(_("已退回作者。"))
    return redirect(url_for("designer.draft", number=number), 303)


@ROOM.post("/drafts/<int:number>/deploy")
def deploy(number: int) -> Answer | tuple[str, int]:
    """Deploy an approved draft with all its parts."""
    found = any_piece(number)
    try:
        drafts.book().deploy(current_actor().as_data(), number, asked_version(), checking.parts(found.bundle))
    except IllegalDefinition as refusal:
        return draft_page(found, refusal.sentence), refusal.status
    founding.bring_to_new_dates(house().runtime, found.kind)
    flash(_("已部署。"))
    return redirect(wholes.address(found), 303)


@ROOM.post("/packages/<name>/<int:number>/withdraw")
def withdraw(name: str, number: int) -> Answer:
    """Begin a draft with the files of an older version: deployed, it takes the newest version's place.

    A deployed version is never taken away, since cases run on it. To keep new cases off a version without
    a newer one, it is withdrawn (`withdrawing`).
    """
    try:
        opened = open_version(name, number)
        newest = versions_of(name)[0].version
        title = _("%(title)s（恢复第 %(number)s 版）", title=opened.title, number=number)
        made = drafts.book().begin(current_actor().as_data(), opened.package.bundle, title, newest)
    except BanjieError as refusal:
        flash(told(refusal.sentence))
        return redirect(url_for("designer.package", name=name, number=number), 303)
    return redirect(url_for("designer.draft", number=made.number), 303)
