"""Two versions side by side: the diagrams in colours, forms, tables, periods, files.

Called for two deployed versions and for a draft against the version it follows.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from engine.bpmn.definition import Definition
from engine.definitions.bundles import Bundle
from engine.definitions.packages import Package
from engine.errors import NotFound
from engine.periods import RuleBook
from web.designer import changes, checking, differences, outline
from web.designer.drafts import piece
from web.designer.overview import version_before
from web.designer.reading import Opened, law, open_version, versions_of
from web.designer.room import ROOM
from web.language import _
from web.signin.who import house

MARKS = {"added": "+", "removed": "−", "changed": "~"}


@ROOM.get("/packages/<name>/changes")
def compare(name: str) -> str:
    """What changed between two versions: by default between the newest two."""
    old, new, versions = _asked(name)
    marks: dict[str, Any] = {"name": name, "before": old.version.version, "after": new.version.version}
    return render_template(
        "designer/changes.html",
        old=old,
        new=new,
        versions=versions,
        title=new.title,
        caption=_("第 %(before)s 版 → 第 %(after)s 版", before=marks["before"], after=marks["after"]),
        old_diagram=url_for("designer.diagram", name=name, number=marks["before"]),
        new_diagram=url_for("designer.diagram", name=name, number=marks["after"]),
        old_marks=url_for("designer.compare_marks", side="old", **marks),
        new_marks=url_for("designer.compare_marks", side="new", **marks),
        **_told(old.package, new.package, new.package.bundle, law()),
    )


def _asked(name: str) -> tuple[Opened, Opened, Any]:
    versions = versions_of(name)
    after = request.args.get("after", versions[0].version, type=int)
    before = request.args.get("before", max(after - 1, 1), type=int)
    return open_version(name, before), open_version(name, after), versions


@ROOM.get("/packages/<name>/changes.json")
def compare_marks(name: str) -> Response:
    """What to mark on the older (`side=old`) or the newer diagram."""
    old, new, _versions = _asked(name)
    return _marks(old.package.definition, new.package.definition, request.args.get("side", "new"))


@ROOM.get("/drafts/<int:number>/changes")
def draft_changes(number: int) -> str:
    """What a draft changes against the version in force. Raises NotFound where there is none to compare."""
    found, before = piece(number), version_before(piece(number))
    package = found.judged.package
    if before is None or package is None:
        raise NotFound(_("没有可以比较的版本，或草稿还有错误。"))
    return render_template(
        "designer/changes.html",
        old=before,
        new=None,
        versions=(),
        title=found.draft.title,
        caption=_("第 %(number)s 版 → 草稿", number=before.version.version),
        back=url_for("designer.draft", number=number),
        old_diagram=url_for("designer.diagram", name=found.name, number=before.version.version),
        new_diagram=url_for("designer.draft_diagram", number=number),
        old_marks=url_for("designer.draft_change_marks", number=number, side="old"),
        new_marks=url_for("designer.draft_change_marks", number=number, side="new"),
        **_told(before.package, package, found.bundle, checking.law_with(found.bundle)),
    )


@ROOM.get("/drafts/<int:number>/changes.json")
def draft_change_marks(number: int) -> Response:
    """What to mark on the diagram of the draft, or of the version it follows."""
    found, before = piece(number), version_before(piece(number))
    package = found.judged.package
    if before is None or package is None:
        return jsonify(tokens=[], passed=[])
    return _marks(before.package.definition, package.definition, request.args.get("side", "new"))


def _marks(old: Definition, new: Definition, side: str) -> Response:
    shown = {"old": ("removed", "changed"), "new": ("added", "changed")}.get(side, ())
    tokens = [
        {"element": change.name, "count": MARKS[change.what], "state": change.what}
        for change in changes.elements(old, new)
        if change.what in shown
    ]
    return jsonify(tokens=tokens, passed=[])


def _told(old: Package, new: Package, files: Bundle, newer_law: RuleBook) -> dict[str, Any]:
    """Everything that differs, for the page."""
    today, older_law = house().directory.today(), law()

    def told(definition: Definition, newer: bool) -> list[dict[str, Any]]:
        return outline.periods(definition, newer_law if newer else older_law, today)

    return {
        "files": changes.files(old.bundle, files),
        "elements": changes.elements(old.definition, new.definition),
        "forms": differences.forms(old.bundle, files),
        "tables": differences.tables(old.bundle, files),
        "periods": differences.periods(old.definition, new.definition, told),
    }
