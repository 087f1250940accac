"""The list of deployed procedures with their versions.

Reads the shelf; decides nothing.
"""

from __future__ import annotations

from typing import Any

from flask import render_template

from web.designer.reading import names, open_version, versions_of
from web.designer.room import ROOM
from web.language import words

KINDS = {
    "licence": {"zh": "行政许可", "en": "licence"},
    "penalty": {"zh": "行政处罚", "en": "penalty"},
    "registration": {"zh": "登记", "en": "registration"},
    "letter": {"zh": "来信", "en": "letter"},
    "supervision": {"zh": "督办", "en": "supervision"},
    "shared": {"zh": "公用流程", "en": "shared procedure"},
    "procedure": {"zh": "流程", "en": "procedure"},
}


@ROOM.get("/")
def packages() -> str:
    """Every package: its name, kind, the version in force, when the next one comes."""
    return render_template("designer/packages.html", rows=[row(name) for name in names()])


def row(name: str) -> dict[str, Any]:
    """One package of the list."""
    opened, versions = open_version(name), versions_of(name)
    coming = [version for version in versions if version.version > opened.version.version]
    return {
        "name": name,
        "title": opened.title,
        "kind": kind_name(opened.package.kind),
        "opened": opened,
        "count": len(versions),
        "coming": coming[-1] if coming else None,
    }


def kind_name(kind: str) -> str:
    """The kind of a procedure in words; what procedure.toml says where it is none we know."""
    return words(KINDS.get(kind, kind))
