"""A supervision card as a reader sees it: level in words, sentence, legal basis, person, unit.

Called by the supervisor's and auditor's pages. Decides nothing about a card.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import canonical
from engine.organisation.model import Organisation
from engine.organisation.roles import role_name
from web import display
from web.language import _, current, words
from web.signin.who import house
from web.watching.reach import full_unit_name

KINDS = {"T": "note", "Y": "yellow", "R": "red", "R+": "red"}
"""Level → kind of tag."""


def level_name(level: str) -> str:
    """What a level is called; a red card of the law's own limit says so."""
    names = {"T": _("提示"), "Y": _("黄牌"), "R": _("红牌"), "R+": _("红牌（违反法定期限）")}
    return names.get(level, level)


def level_choices() -> list[tuple[str, str]]:
    """Levels for a filter."""
    return [(level, level_name(level)) for level in KINDS]


def status_names() -> dict[str, str]:
    """What has become of a card, by status."""
    return {"standing": _("有效"), "appealed": _("申诉中"), "revoked": _("已撤销")}


def line(row: Mapping[str, Any], tree: Organisation, procedures: Mapping[str, str]) -> dict[str, Any]:
    """A row of `engine.audit.board.cards` with everything in words."""
    return {
        **row,
        "level_name": level_name(row["level"]),
        "tag": level_name("R" if row["level"] == "R+" else row["level"]),
        "statutory": row["level"] == "R+",
        "kind": KINDS.get(row["level"], "note"),
        "status_name": status_names().get(row["status"], row["status"]),
        "sentence": display.sentence(words(canonical.loads(row["sentence"]))),
        "person_name": row["name"] or row["person"] or _waited_for(row, tree),
        "unit_name": full_unit_name(row["unit"], tree),
        "procedure_name": procedures.get(row["procedure"], row["procedure"]),
    }


def _waited_for(row: Mapping[str, Any], tree: Organisation) -> str:
    """Whom the work waited for where nobody had taken it on when the card fell."""
    found = canonical.loads(row["data"]).get("waited_for") if row.get("data") else None
    if not found:
        return _("未确定责任人")
    told = _(
        "%(role)s（%(unit)s），无人领取",
        role=role_name(found["role"], current()),
        unit=full_unit_name(found["unit"], tree),
    )
    held = found.get("held_by")
    return told + _("；%(person)s曾领取后退回", person=_name(held)) if held else told


def _name(login: str) -> str:
    named = (one.name for one in house().directory.persons() if one.login == login)
    return next(named, login)
