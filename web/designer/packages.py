"""One version of a package: diagram, elements in words, forms, tables, periods, law, examples, download.

Everything shown is what was deployed, byte for byte or as it was read. An example is lived in a laboratory
of its own under exactly this version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from engine import canonical
from engine.definitions import bundles
from engine.definitions.packages import Package
from engine.errors import Finding, Malformed
from engine.periods import RuleBook
from timers import examples
from web import forms
from web.designer import coverage, outline
from web.designer.lists import kind_name
from web.designer.reading import Opened, law, open_version, running, versions_of, withdrawn
from web.designer.room import ROOM
from web.language import current
from web.signin.who import house


@ROOM.get("/packages/<name>")
@ROOM.get("/packages/<name>/<int:number>")
def package(name: str, number: int | None = None) -> str:
    """The page of a version (of the one in force, without a number)."""
    return page(open_version(name, number))


def page(opened: Opened, ran: dict[str, list[Finding]] | None = None) -> str:
    """The page of a version; `ran` holds what examples that were just lived came to."""
    read = opened.package
    return render_template(
        "designer/package.html",
        opened=opened,
        versions=versions_of(read.name),
        withdrawn=withdrawn(read.name),
        kind=kind_name(read.kind),
        running=running(read.name),
        **contents(read),
        ran=ran or {},
    )


def contents(read: Package, rules: RuleBook | None = None) -> dict[str, Any]:
    """What a package holds, for its page and for the page of a draft, which may bring periods of its own."""
    return {
        "package": read,
        "lines": outline.lines(read.definition),
        "form_rows": form_rows(read),
        "decisions": decisions(read),
        "periods": outline.periods(read.definition, rules or law(), house().directory.today()),
        "law_text": read.bundle.files.get("LAW.md", b"").decode("utf-8", "replace"),
        "examples": example_rows(read),
        "templates": [path for path in sorted(read.bundle.files) if path.startswith("templates/")],
    }


def form_rows(read: Package) -> list[dict[str, Any]]:
    """The forms with the elements that show them."""
    shown: dict[str, list[str]] = {}
    for element in read.definition.elements.values():
        form = element.form or element.properties.get("banjie.form")
        if form:
            shown.setdefault(form, []).append(element.name or element.id)
    return [
        {
            "id": form_id,
            "stem": form_id.partition("/")[2],
            "form": form,
            "fields": len(form.fields),
            "at": shown.get(form_id, []),
            "first": form_id == read.first_form,
        }
        for form_id, form in sorted(read.forms.items())
    ]


def decisions(read: Package) -> list[dict[str, Any]]:
    """The decisions of the package's tables, by file."""
    return [
        {"id": decision.id, "name": decision.name, "model": model.name}
        for model in read.models
        for decision in {id(one): one for one in model.decisions.values()}.values()
    ]


def example_rows(read: Package) -> list[tuple[str, str]]:
    """The example cases: path and name (the path again where the file cannot be read)."""
    return [
        (path, _example_name(path, data))
        for path, data in sorted(read.bundle.files.items())
        if coverage.is_example(path)
    ]


def _example_name(path: str, data: bytes) -> str:
    try:
        return examples.read(data.decode("utf-8", "replace"), path).name
    except Malformed:
        return path


@ROOM.get("/packages/<name>/<int:number>/diagram.bpmn")
def diagram(name: str, number: int) -> Response:
    """The diagram, byte for byte."""
    return drawing(open_version(name, number).package.definition.source)


def drawing(source: bytes) -> Response:
    """A diagram for the viewer: never shown by the browser itself, so that nothing in it can run."""
    response = make_response(source)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=diagram.bpmn"
    return response


@ROOM.get("/packages/<name>/<int:number>/package.zip")
def download(name: str, number: int) -> Response:
    """The whole package as a ZIP file, from which it can be deployed again."""
    bundle = open_version(name, number).package.bundle
    response = make_response(bundles.to_zip(bundle))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f"attachment; filename={name}-{number}.zip"
    return response


@ROOM.route("/packages/<name>/<int:number>/forms/<stem>", methods=["GET", "POST"])
def form(name: str, number: int, stem: str) -> str:
    """A form as people will see it; handing it in shows what the check says and keeps nothing."""
    opened = open_version(name, number)
    found = opened.package.form(f"{name}/{stem}")
    findings: Sequence[Finding] = ()
    values: dict[str, Any] = {}
    rows: Any = {}
    checked = None
    if request.method == "POST":
        reading = forms.read(found, request.form, request.files, _facts_alone)
        values, rows = reading.values, reading.rows
        if not reading.again:
            checked, findings = judged(found, values)
    drawn = forms.controls(found.fields, values, findings, rows)
    return render_template(
        "designer/form.html",
        opened=opened,
        form=found,
        stem=stem,
        controls=drawn,
        findings=findings,
        names=forms.labels(drawn),
        checked=checked,
    )


def judged(found: Any, values: dict[str, Any]) -> tuple[dict[str, Any] | None, Sequence[Finding]]:
    """What a form makes of values: the values as they would enter a case, or what is wrong."""
    now = house().clock.now().astimezone(house().runtime.settings.zone)
    try:
        return dict(found.check(values, language=current(), now=now)), ()
    except Malformed as refusal:
        return None, refusal.findings


def _facts_alone(upload: Any) -> dict[str, Any]:
    """The facts of an upload that is looked at and not kept."""
    data = upload.read()
    return {
        "sha256": canonical.digest_bytes(data),
        "name": upload.filename or "",
        "size": len(data),
        "media_type": upload.mimetype or "application/octet-stream",
    }


@ROOM.post("/packages/<name>/<int:number>/examples")
def run_examples(name: str, number: int) -> str:
    """Live one example of this version, or all of them, and show what differs."""
    opened = open_version(name, number)
    wanted = request.form.get("example", "")
    return page(opened, coverage.walk(opened.package, wanted).findings)
