"""What fires next, in words: the moment, the case, its procedure, and what comes at that moment.

Called by the overview. It reads no case file beyond the number; whoever may not see cases is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.audit import upcoming
from engine.audit.upcoming import Coming
from web.language import _, current
from web.signin.who import house, unit_name
from web.watching.reach import procedures

LISTED = 20


def next_moments(now: datetime) -> list[dict[str, Any]]:
    """The next due moments of all cases, the earliest first."""
    here, named = house(), procedures()
    with here.store.reading() as connection:
        found = upcoming.coming(connection, now, LISTED)
        return [_line(connection, one, named) for one in found]


def _line(connection: Connection, one: Coming, named: Mapping[str, str]) -> dict[str, Any]:
    title = one.rule.title(current()) if one.rule else _element_name(connection, one.element, one.packages)
    return {
        "at": one.at,
        "number": one.number,
        "procedure": named.get(one.procedure, one.procedure),
        "unit": unit_name(one.unit),
        "kind": kind_name(one.kind),
        "what": title,
        "basis": one.rule.basis if one.rule else "",
        "late": one.late,
        "held_by": one.held_by,
    }


def kind_name(kind: str) -> str:
    """What comes at a due moment."""
    names = {
        "timer": _("流程定时"),
        "prompt": _("期限过半提醒"),
        "warn": _("期限预警"),
        "promised": _("承诺期限届满"),
        "statutory": _("法定期限届满"),
        "again": _("逾期后仍未办理"),
        "idle": _("案件长期停滞"),
    }
    return names.get(kind, kind)


def _element_name(connection: Connection, element: str, packages: Sequence[str]) -> str:
    """The name its diagram gives an element; its id where it has none."""
    shelf = house().runtime.shelf
    for digest in packages:
        elements = shelf.package(connection, digest).definition.elements
        if element in elements:
            return elements[element].name or element
    return element
