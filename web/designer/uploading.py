"""Uploading a version: every finding at once beside the diagram, what changed, and deployment when clean.

A draft lies on the designer's desk (`keeping`) until it is deployed or forgotten. Whether it may be
deployed is decided by the engine; the page only says what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.bpmn.lint import check as lint_diagram
from engine.casework import founding
from engine.definitions import bundles, packages
from engine.definitions.bundles import Bundle
from engine.definitions.packages import Package
from engine.errors import BanjieError, Finding, IllegalDefinition, NotFound
from web.designer import changes
from web.designer.keeping import Desk
from web.designer.packages import contents, drawing, lived
from web.designer.reading import open_version
from web.designer.room import ROOM
from web.language import _
from web.signin.who import current_actor, house

MOST_DRAFTS = 5


@dataclass(frozen=True)
class Draft:
    """An uploaded package: its files, what was read of it (None where it is faulty), what was found.

    `completed_by` is the version whose other files go with a diagram that was uploaded alone.
    """

    bundle: Bundle
    package: Package | None
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    completed_by: int | None = None

    @property
    def diagram(self) -> tuple[str, bytes] | None:
        """Path and bytes of the first diagram, if there is one."""
        found = [(path, data) for path, data in sorted(self.bundle.files.items()) if path.endswith(".bpmn")]
        return found[0] if found else None


DRAFTS: Desk[Draft] = Desk(each=MOST_DRAFTS, together=40)


@ROOM.get("/upload")
def upload() -> str:
    """The form that takes a file, and what lies on the desk."""
    return upload_page()


def upload_page(fault: str = "", name: str = "") -> str:
    """The upload page, with what was wrong with the file that was sent."""
    mine = DRAFTS.mine(current_actor().person, house().clock.now())
    return render_template("designer/upload.html", fault=fault, name=name, drafts=mine)


@ROOM.post("/upload")
def take() -> Answer | tuple[str, int]:
    """Read an upload and lay it on the desk."""
    sent, name = request.files.get("file"), request.form.get("name", "").strip()
    if sent is None or not sent.filename:
        return upload_page(_("请选择一个 ZIP 文件或 .bpmn 文件。"), name), 422
    try:
        bundle = bundles.from_upload("package", name, sent.read())
    except BanjieError as refusal:
        return upload_page(refusal.sentence, name), refusal.status
    bundle, version = completed(bundle)
    made = draft_of(bundle, version)
    DRAFTS.put(current_actor().person, bundle.digest, made, house().clock.now())
    return redirect(url_for("designer.draft", digest=bundle.digest), 303)


def completed(bundle: Bundle) -> tuple[Bundle, int | None]:
    """A diagram that was uploaded alone, with the other files of the version in force, and its number."""
    if len(bundle.files) != 1 or not next(iter(bundle.files)).endswith(".bpmn"):
        return bundle, None
    try:
        before = open_version(bundle.name)
    except NotFound:
        return bundle, None
    kept = before.package.bundle.files
    path = next(name for name in sorted(kept) if name.endswith(".bpmn"))
    files = {**kept, path: next(iter(bundle.files.values()))}
    return Bundle("package", bundle.name, files), before.version.version


def draft_of(bundle: Bundle, completed_by: int | None = None) -> Draft:
    """A bundle with everything there is to say of it."""
    read: Package | None = None
    faults: tuple[Finding, ...] = ()
    try:
        read = packages.read(bundle)
    except IllegalDefinition as refusal:
        faults = refusal.findings or (Finding("package", refusal.sentence, refusal.code),)
    return Draft(bundle, read, faults, tuple(_notes(bundle)), completed_by)


def _notes(bundle: Bundle) -> list[Finding]:
    found = []
    for path, data in sorted(bundle.files.items()):
        if path.endswith(".bpmn"):
            try:
                notes = [note for note in lint_diagram(data) if note.severity != "error"]
            except BanjieError:
                continue  # no diagram at all: the faults say so
            found += [Finding(f"{path}:{n.where}", n.sentence, n.rule, n.line, n.severity) for n in notes]
    return found


def mine(digest: str) -> Draft:
    """A draft of this designer's. Raises NotFound."""
    return DRAFTS.get(current_actor().person, digest, house().clock.now())


@ROOM.get("/drafts/<digest>")
def draft(digest: str) -> str:
    """The page of a draft."""
    return draft_page(mine(digest))


def draft_page(found: Draft, fault: str = "", ran: Mapping[str, list[Finding]] | None = None) -> str:
    """Findings, diagram, what changed, examples, deployment."""
    return render_template(
        "designer/draft.html",
        draft=found,
        fault=fault,
        ran=ran or {},
        today=house().directory.today(),
        marked={element_of(finding): finding for finding in found.faults},
        **compared(found),
        **(contents(found.package) if found.package else {}),
    )


def compared(found: Draft) -> dict[str, Any]:
    """What changed against the version in force; nothing to compare for a new procedure."""
    try:
        before = open_version(found.bundle.name)
    except NotFound:
        return {"before": None, "files": [], "elements": []}
    elements = changes.elements(before.package.definition, found.package.definition) if found.package else []
    return {
        "before": before,
        "files": changes.files(before.package.bundle, found.bundle),
        "elements": elements,
    }


def element_of(finding: Finding) -> str:
    """The element a finding is about: the last part of its place."""
    return finding.where.rpartition(":")[2].partition("/")[0]


@ROOM.get("/drafts/<digest>/diagram.bpmn")
def draft_diagram(digest: str) -> Response:
    """The draft's diagram. Raises NotFound where it has none."""
    found = mine(digest).diagram
    if found is None:
        raise NotFound(_("这份草稿里没有流程图。"))
    return drawing(found[1])


@ROOM.get("/drafts/<digest>/marks.json")
def marks(digest: str) -> Response:
    """Where the findings are on the diagram: {"tokens": [{element, count, state}]}."""
    counts: dict[str, int] = {}
    for finding in mine(digest).faults:
        element = element_of(finding)
        counts[element] = counts.get(element, 0) + 1
    tokens = [{"element": name, "count": n, "state": "incident"} for name, n in sorted(counts.items())]
    return jsonify(tokens=tokens, passed=[])


@ROOM.post("/drafts/<digest>/examples")
def draft_examples(digest: str) -> str:
    """Live the draft's examples."""
    found = mine(digest)
    if found.package is None:
        return draft_page(found)
    return draft_page(found, ran=lived(found.package, request.form.get("example", "")))


@ROOM.post("/drafts/<digest>/deploy")
def deploy(digest: str) -> Answer | tuple[str, int]:
    """Deploy a clean draft from a day on."""
    found = mine(digest)
    try:
        day = date.fromisoformat(request.form.get("effective_from", ""))
    except ValueError:
        return draft_page(found, _("请填写生效日期。")), 422
    if day < house().directory.today():
        return draft_page(found, _("生效日期不能早于今天：已经开始的案件按当时的版本办理。")), 422
    founding.deploy_as(house().runtime, found.bundle, current_actor(), day)
    DRAFTS.drop(current_actor().person, digest)
    flash(_("已部署。"))
    return redirect(url_for("designer.package", name=found.bundle.name), 303)


@ROOM.post("/drafts/<digest>/drop")
def drop(digest: str) -> Answer:
    """Clear a draft away."""
    DRAFTS.drop(current_actor().person, digest)
    return redirect(url_for("designer.upload"), 303)
