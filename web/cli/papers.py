"""`banjie documents`: document templates checked, and laid out as .docx files to begin with.

Works on files alone and opens no database. A .docx that is there already is somebody's work and is kept.
"""

from __future__ import annotations

from pathlib import Path

import click

from engine.casework.documents import qr_code
from engine.definitions.templates import HtmlTemplate
from engine.definitions.word_drafts import draft
from engine.definitions.word_templates import WordTemplate
from engine.errors import NotFound, listed, said
from web.cli.door import Door, existing, main, pass_door

_SAMPLE = "http://127.0.0.1:8000/citizen/verify/"


@main.group()
def documents() -> None:
    """Check document templates; lay out .docx files to begin with."""


@documents.command("draft")
@click.argument("folder", type=existing)
@click.option("--replace", is_flag=True, help="Remove each .html once its .docx is written.")
@pass_door
def lay_out(door: Door, folder: Path, replace: bool) -> None:
    """Write a .docx beside each .html template of a package that has none yet."""
    made = []
    for path in _templates(folder, ".html"):
        target = path.with_suffix(".docx")
        if target.exists():
            continue
        text = path.read_text(encoding="utf-8")
        HtmlTemplate.read(text, path.name)
        data = draft(text, qr_code(_SAMPLE))
        WordTemplate.read(data, target.name)
        target.write_bytes(data)
        if replace:
            path.unlink()
        made.append(target.name)
    door.show(made, made or [said("nothing to lay out")])


@documents.command("check")
@click.argument("folder", type=existing)
@pass_door
def check(door: Door, folder: Path) -> None:
    """Check every template of a package and list the names it asks for; refuses a faulty or harmful one."""
    found = {}
    for path in _templates(folder, ".html", ".docx"):
        template: HtmlTemplate | WordTemplate
        if path.suffix == ".docx":
            template = WordTemplate.read(path.read_bytes(), path.name)
        else:
            template = HtmlTemplate.read(path.read_text(encoding="utf-8"), path.name)
        found[path.name] = sorted(template.names)
    door.show(found, [f"{name}: {', '.join(names)}" for name, names in found.items()])


def _templates(folder: Path, *suffixes: str) -> list[Path]:
    there = folder / "templates" if (folder / "templates").is_dir() else folder
    found = sorted(path for path in there.iterdir() if path.suffix in suffixes)
    if not found:
        kinds = listed(suffixes, " or ")
        raise NotFound(
            said("Expected {kinds} templates in {folder}, but found none", kinds=kinds, folder=there)
        )
    return found
