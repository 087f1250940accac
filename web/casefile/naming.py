"""What the codes of units, periods, service items and matters of penalty stand for, in the reader's language.

Called by the pages through `facts`, and by the statistics. It reads definitions in force; it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flask import g

from web.language import current
from web.signin.who import house, unit_name

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_MATTER = "banjie.item"
_ENGLISH = "banjie.name.en"


def code_name(code: str) -> str:
    """What a unit or a period of that code is called; "" where it is the code of neither."""
    if not _CODE.fullmatch(code):
        return ""
    return next((name for name in (unit_name(code), period_name(code)) if name != code), "")


def period_name(id_: str) -> str:
    """The name of a period in the reader's language; the id itself where the law has none."""
    runtime = house().runtime
    with house().store.reading() as connection:
        law = runtime.shelf.law(connection, runtime.shelf.newest("law", "law"))
    found = next((rule for rule in law if rule.id == id_), None)
    return found.title(current()) if found else id_


def item_name(code: str) -> str:
    """The name of a service item or of a matter of penalty; the code itself where it is neither."""
    if "item_names" not in g:
        g.item_names = items()
    return str(g.item_names.get(code, code))


def items() -> dict[str, str]:
    """Code → name of every service item in force, and of every matter that a penalty table decides."""
    here, language = house(), current()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        services = here.runtime.shelf.items(connection, here.runtime.shelf.newest("catalogue", "catalogue"))
        models = here.runtime.shelf.penalties(connection, here.runtime.shelf.newest("penalties", "penalties"))
    decisions = [one for model in models for one in model.decisions.values() if _MATTER in one.extensions]
    english = language == "en"
    matters = {
        one.extensions[_MATTER]: one.extensions.get(_ENGLISH, one.name) if english else one.name
        for one in decisions
    }
    return matters | {code: item.name(language) for code, item in services.items()}


NAMES: Mapping[str, Callable[[str], str]] = {
    "unit": unit_name,
    "units": unit_name,
    "period": period_name,
    "item": item_name,
}
"""How a schema says what the codes of a field name: `x-names`, or `x-options`."""
