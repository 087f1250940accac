"""Uploading: a ZIP or a bare diagram becomes a draft, whatever is wrong with it.

A diagram uploaded alone keeps the other files of the version in force. Whether the draft may be deployed
is decided by the engine and by a second person; here it is only taken in.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions import bundles
from engine.definitions.bundles import Bundle
from engine.errors import BanjieError, NotFound
from web.designer import checking, drafts
from web.designer.reading import open_version, versions_of
from web.designer.room import ROOM
from web.language import _
from web.signin.who import current_actor


@ROOM.get("/upload")
def upload() -> str:
    """The form that takes a file."""
    return upload_page()


def upload_page(fault: str = "", name: str = "") -> str:
    """The upload page, with what was wrong with the file that was sent."""
    return render_template("designer/upload.html", fault=fault, name=name)


@ROOM.post("/upload")
def take() -> Answer | tuple[str, int]:
    """Read an upload and begin a draft with it."""
    sent, name = request.files.get("file"), request.form.get("name", "").strip()
    if sent is None or not sent.filename:
        return upload_page(_("请选择一个 ZIP 文件或 .bpmn 文件。"), name), 422
    try:
        bundle = bundles.from_upload("package", name, sent.read())
        bundle, version = completed(bundle)
        made = drafts.book().begin(
            current_actor().as_data(), bundle, title_of(bundle), newest_of(bundle.name)
        )
    except BanjieError as refusal:
        return upload_page(refusal.sentence, name), refusal.status
    if version:
        flash(_("上传的是单个流程图，其余文件沿用第 %(number)s 版。", number=version))
    return redirect(url_for("designer.draft", number=made.number), 303)


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


def newest_of(name: str) -> int | None:
    """The number of a package's newest version, None where there is none."""
    try:
        return versions_of(name)[0].version
    except NotFound:
        return None


def title_of(bundle: Bundle) -> str:
    """The name an uploaded package gives itself; its number where it cannot be read."""
    package = checking.judged(bundle).package
    return package.title() if package else bundle.name
