"""What the rules of supervision are called, in the reader's language.

Called by the supervisor's pages. The names stand beside the rules themselves, as properties of their tables;
a rule that has none, as those of the authority function, goes by its code. Judges nothing.
"""

from __future__ import annotations

from web.language import current
from web.signin.who import house

PROPERTY = "banjie.rule."


def rule_names() -> dict[str, str]:
    """Rule → name, of the newest tables: "A2" → "超过承诺时限"."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        if not here.runtime.shelf.versions("supervision", "supervision"):
            return {}
        newest = here.runtime.shelf.newest("supervision", "supervision")
        models = here.runtime.shelf.supervision(connection, newest)
    found = (model.extensions(decision.id) for model in models for decision in model.decisions.values())
    return {
        key.removeprefix(PROPERTY): _in_language(text)
        for properties in found
        for key, text in properties.items()
        if key.startswith(PROPERTY)
    }


def _in_language(text: str) -> str:
    zh, _bar, en = text.partition(" | ")
    return en if current() == "en" and en else zh
