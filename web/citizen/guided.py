"""Guided query (导航式查询): a few plain questions that lead to the item somebody needs.

The tree is made from the catalogue: an item's `guided_path`, else whom it is for and on what occasion.
So every leaf has an item and every item has a leaf. Nothing is kept of what somebody answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import render_template, request, url_for

from engine.definitions.catalogue import ServiceItem
from web.casefile.starting import items_applied_for
from web.citizen.guide import card
from web.citizen.room import ROOM, audience_name, kind_name
from web.language import SOURCE, current
from web.signin.who import house

DEEPEST = 8
_I_AM = "我是{}"
Path = tuple[str, ...]


@ROOM.get("/find")
def find() -> str:
    """The answers so far, what can be answered next, the items that are reached."""
    at = tuple(text[:80] for text in request.args.getlist("at")[:DEEPEST])
    items = items_applied_for(house())
    answers, reached = below(items, at)
    said = worded(items, current())
    return render_template(
        "citizen/find.html",
        trail=[
            {"text": said.get(text, text), "href": url_for("citizen.find", at=at[:place])}
            for place, text in enumerate(at)
        ],
        answers=[
            {"text": said.get(text, text), "href": url_for("citizen.find", at=(*at, text))}
            for text in answers
        ],
        items=[card(item) for item in reached],
    )


def below(items: Sequence[ServiceItem], at: Path) -> tuple[list[str], list[ServiceItem]]:
    """What can be answered next, in the catalogue's order, and the items whose path ends here."""
    answers: dict[str, None] = {}
    reached: dict[str, ServiceItem] = {}
    for item in items:
        for path in paths(item):
            if path == at:
                reached[item.code] = item
            elif path[: len(at)] == at:
                answers[path[len(at)]] = None
    return list(answers), list(reached.values())


def worded(items: Sequence[ServiceItem], language: str) -> dict[str, str]:
    """Every answer as the reader's language has it; an address keeps the catalogue's own words.

    An item's `guided_path_en` and `life_event_en` stand beside `guided_path` and `life_event`.
    """
    if language == SOURCE:
        return {}
    found: dict[str, str] = {}
    for item in items:
        facts: Any = item.facts
        own, other = facts.get("guided_path", ()), facts.get(f"guided_path_{language}", ())
        found.update(zip(map(str, own), map(str, other), strict=False))
        occasion = facts.get(f"life_event_{language}") or kind_name(str(facts.get("kind", "")))
        found[str(facts.get("life_event") or facts.get("kind") or "")] = str(occasion)
        for who in facts.get("audience", ()):
            found[_I_AM.format(who)] = audience_name(str(who))
    return found


def paths(item: ServiceItem) -> Iterator[Path]:
    """The ways of answers that lead to an item."""
    facts: Any = item.facts
    own = tuple(str(text) for text in facts.get("guided_path", ()))
    if own:
        yield own[:DEEPEST]
        return
    occasion = str(facts.get("life_event") or facts.get("kind") or "")
    for who in facts.get("audience", ()) or ("",):
        yield tuple(text for text in (_I_AM.format(who) if who else "", occasion) if text)
