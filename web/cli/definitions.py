"""`banjie deploy`, `banjie lint` and `banjie definitions`: what may happen.

A package is a folder, a ZIP file or a bare BPMN file. Deploying asks the right of the designer.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from engine.bpmn import lint as diagram_lint
from engine.casework import founding
from engine.definitions import bundles, deployment
from engine.definitions.bundles import Bundle
from engine.errors import Finding, IllegalDefinition, said
from web.cli.door import Door, acting, existing, line, main, pass_door

KINDS = [kind for kind in bundles.KINDS if kind != "units"]
forms_option = click.option("--forms", type=existing, help="Folder of the package's forms.")
name_option = click.option(
    "--name", default="", help="Id of the package; default: the folder's or file's name."
)


@main.command()
@click.argument("path", type=existing)
@forms_option
@name_option
@click.option("--kind", type=click.Choice(KINDS), default="package", show_default=True)
@click.option(
    "--effective-from", type=click.DateTime(["%Y-%m-%d"]), help="Day from which cases begin under it."
)
@click.option(
    "--reviewed-by",
    metavar="LOGIN",
    help="The second person who has reviewed it; asks their password (else BANJIE_REVIEWER_PASSWORD). "
    "Needed once the installation has received a case.",
)
@acting
@pass_door
def deploy(
    door: Door,
    path: Path,
    forms: Path | None,
    name: str,
    kind: str,
    effective_from: datetime | None,
    reviewed_by: str | None,
    login: str | None,
) -> None:
    """Check and deploy a package: a folder, a ZIP file or a bare BPMN file; or a catalogue, law, …"""
    given = bundle_at(path, forms, name, kind)
    day = effective_from.date() if effective_from else None
    actor, reviewer = door.actor(login), door.reviewer(reviewed_by) if reviewed_by else None
    made = founding.deploy_as(door.house.runtime, given, actor, day, reviewer)
    notes = deployment.table_notes(made)
    data = {"kind": made.kind, "package": made.name, "digest": made.digest}
    done = said("{kind} {name} {digest} deployed", kind=made.kind, name=made.name, digest=made.digest[:12])
    door.show(data | {"notes": [note.as_dict() for note in notes]}, [done, *map(line, notes)])


@main.command()
@click.argument("path", type=existing)
@forms_option
@name_option
@pass_door
def lint(door: Door, path: Path, forms: Path | None, name: str) -> None:
    """Check a package or a bare BPMN file; status 1 where it would be refused."""
    findings = findings_on(bundle_at(path, forms, name))
    lines = [line(finding) for finding in findings] or [said("no findings")]
    door.show([finding.as_dict() for finding in findings], lines)
    if any(finding.severity == "error" for finding in findings):
        click.get_current_context().exit(1)


@main.command(name="definitions")
@pass_door
def show_definitions(door: Door) -> None:
    """List every deployed version."""
    shelf = door.house.runtime.shelf
    with door.house.store.reading() as connection:
        shelf.refresh(connection)
    rows = [
        {
            "kind": version.kind,
            "name": version.name,
            "version": version.version,
            "digest": version.digest,
            "effective_from": version.effective_from.isoformat(),
        }
        for version in shelf.versions()
    ]
    lines = [
        f"{r['kind']:12} {r['name']:20} {r['version']:>3}  {r['effective_from']}  {str(r['digest'])[:12]}"
        for r in rows
    ]
    door.show(rows, lines)


def findings_on(bundle: Bundle) -> list[Finding]:
    """Everything there is to say of a package: what it would be refused for, notes on diagram and tables."""
    try:
        deployment.check(bundle)
        faults: list[Finding] = []
    except IllegalDefinition as refusal:
        faults = list(refusal.findings) or [Finding("package", refusal.sentence, refusal.code)]
    notes = [
        Finding(f"{path}:{note.where}", note.sentence, note.rule, note.line, note.severity)
        for path, data in sorted(bundle.files.items())
        if path.endswith(".bpmn") and not any(fault.where.startswith(path) for fault in faults)
        for note in diagram_lint.check(data)
    ]
    return faults + notes + deployment.table_notes(bundle)


def bundle_at(path: Path, forms: Path | None, name: str = "", kind: str = "package") -> Bundle:
    """The bundle a path holds. Raises Malformed or TooLarge."""
    if path.is_dir():
        near = forms or path.parent.parent / "forms" / path.resolve().name
        folders = [("", path), *([("forms/", near)] if kind == "package" else [])]
        return bundles.from_folder(kind, name or _default_name(path, kind), *folders)
    data = path.read_bytes()
    if path.suffix == ".bpmn":
        name = name or path.stem
    return bundles.from_upload(kind, name, data)


def _default_name(path: Path, kind: str) -> str:
    return path.resolve().name if kind == "package" else kind
