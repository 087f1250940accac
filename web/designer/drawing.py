"""The diagram of a draft in its editor: what the editor loads, what it saves, what is lost on the way.

The page is drawn by the server and comes alive through `static/js/editor.js`; what is saved is checked at
once, and the answer is the list of findings the page shows. Nothing that arrives is rewritten here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from engine import bpmn
from engine.definitions.bundles import Bundle
from engine.errors import BanjieError, Malformed, NotFound
from web.designer import checking, drafts, losses, outline, palette, rule_words
from web.designer.drafts import Piece, asked_version, piece
from web.designer.packages import drawing
from web.designer.room import ROOM
from web.language import _, current
from web.security import with_editor_styles
from web.sentences import told_finding
from web.signin.who import current_actor


@ROOM.get("/drafts/<int:number>/diagram")
@with_editor_styles
def edit_diagram(number: int) -> ResponseReturnValue:
    """The editor; without scripts, the diagram in words and the way to upload one drawn elsewhere."""
    found = piece(number)
    return render_template(
        "designer/edit_diagram.html",
        piece=found,
        lines=outlined(found),
        findings=findings_of(found),
        words=palette.translations() if current() == "zh" else {},
    )


@ROOM.get("/drafts/<int:number>/diagram.bpmn")
def draft_diagram(number: int) -> Response:
    """The draft's diagram, byte for byte. Raises NotFound where it has none."""
    found = piece(number).diagram
    if found is None:
        raise NotFound(_("这份草稿里没有流程图。"))
    return drawing(found[1])


@ROOM.get("/drafts/<int:number>/templates.json")
def element_templates(number: int) -> Response:
    """The element templates that set Banjie's properties, with this draft's forms and the law's periods.

    The same file serves the desktop modeler.
    """
    found = piece(number)
    response = jsonify(palette.templates(found.bundle, checking.law_with(found.bundle), current()))
    response.headers["Content-Disposition"] = "inline; filename=banjie-templates.json"
    return response


@ROOM.post("/drafts/<int:number>/diagram")
def save_diagram(number: int) -> Response:
    """Keep the diagram an editor sends: {"xml", "version", "untouched"} → {"version", "findings", "losses"}.

    Where elements, attributes or extensions of the kept diagram would be lost that the designer did not
    take out, nothing is saved and they are listed (409); sent again with `accept` it is saved. `untouched`
    is what the editor wrote before anything was changed.
    """
    found = piece(number)
    sent = request.get_json(silent=True) or {}
    xml = sent.get("xml")
    if not isinstance(xml, str) or not xml.strip():
        raise Malformed(_("没有收到流程图。"))
    before = found.diagram
    path = before[0] if before else f"{found.name}.bpmn"
    lost = lost_of(before[1], xml.encode(), sent) if before else []
    if lost and not sent.get("accept"):
        return make_response(jsonify(losses=lost, version=found.draft.version), 409)
    saved = drafts.book().save(current_actor().as_data(), number, asked_version(), {path: xml.encode()})
    return jsonify(saved_answer(drafts.open_piece(saved), lost))


@ROOM.post("/drafts/<int:number>/diagram/check")
def check_diagram(number: int) -> Response:
    """What would be found, and lost, if the diagram were saved as it is sent; nothing is kept."""
    found, sent = piece(number), request.get_json(silent=True) or {}
    xml = sent.get("xml")
    if not isinstance(xml, str):
        raise Malformed(_("没有收到流程图。"))
    path = found.diagram[0] if found.diagram else f"{found.name}.bpmn"
    bundle = Bundle("package", found.name, {**found.bundle.files, path: xml.encode()})
    looked = Piece(found.draft, bundle, checking.judge(bundle))
    lost = lost_of(found.diagram[1], xml.encode(), sent) if found.diagram else []
    return jsonify(findings=findings_of(looked), losses=lost)


def lost_of(kept: bytes, data: bytes, sent: Mapping[str, Any]) -> list[str]:
    """What the kept file has and what is sent has lost; `sent` may hold what the editor wrote untouched."""
    untouched = sent.get("untouched")
    silent = losses.unheld(kept, untouched.encode()) if isinstance(untouched, str) else []
    return list(dict.fromkeys([*losses.between(kept, data), *silent]))


@ROOM.get("/drafts/<int:number>/narrative")
def narrative(number: int) -> str:
    """The diagram in words, as a part of a page."""
    return render_template("designer/narrative.html", lines=outlined(piece(number)))


def outlined(found: Piece) -> list[outline.Line]:
    """The drawing in words, faulty as it may be; nothing where the engine cannot make it out at all."""
    if found.judged.package:
        return outline.lines(found.judged.package.definition)
    try:
        return outline.lines(bpmn.read(found.diagram[1])) if found.diagram else []
    except BanjieError:
        return []


def saved_answer(found: Piece, lost: list[str]) -> dict[str, Any]:
    """What an editor is told after a save."""
    return {
        "version": found.draft.version,
        "status": found.draft.status,
        "losses": lost,
        "findings": findings_of(found),
        "deployable": not found.judged.faults,
    }


def findings_of(found: Piece) -> list[dict[str, Any]]:
    """Every finding of a draft with the element and the page it concerns."""
    return [
        {
            **told_finding(finding).as_dict(),
            "about": rule_words.about(finding.rule),
            "element": checking.element_of(finding),
            "page": checking.page_of(finding, found.number),
        }
        for finding in found.judged.findings
    ]


@ROOM.get("/drafts/<int:number>/findings.json")
def findings(number: int) -> Response:
    """The findings of a draft as it is kept."""
    return jsonify(saved_answer(piece(number), []))


@ROOM.get("/drafts/<int:number>/marks.json")
def marks(number: int) -> Response:
    """Where the faults are on the diagram: {"tokens": [{element, count, state}]}."""
    counts: dict[str, int] = {}
    for finding in piece(number).judged.faults:
        element = checking.element_of(finding)
        counts[element] = counts.get(element, 0) + 1
    tokens = [{"element": name, "count": n, "state": "incident"} for name, n in sorted(counts.items())]
    return jsonify(tokens=tokens, passed=[])
