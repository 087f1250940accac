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
from web.citizen.room import ROOM
from web.signin.who import house

DEEPEST = 8
Path = tuple[str, ...]


@ROOM.get("/find")
def find() -> str:
    """The answers so far, what can be answered next, the items that are reached."""
    at = tuple(text[:80] for text in request.args.getlist("at")[:DEEPEST])
    items = items_applied_for(house())
    answers, reached = below(items, at)
    return render_template(
        "citizen/find.html",
        trail=[
            {"text": text, "href": url_for("citizen.find", at=at[:place])} for place, text in enumerate(at)
        ],
        answers=[{"text": text, "href": url_for("citizen.find", at=(*at, text))} for text in answers],
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


def paths(item: ServiceItem) -> Iterator[Path]:
    """The ways of answers that lead to an item."""
    facts: Any = item.facts
    own = tuple(str(text) for text in facts.get("guided_path", ()))
    if own:
        yield own[:DEEPEST]
        return
    occasion = str(facts.get("life_event") or facts.get("kind") or "")
    for who in facts.get("audience", ()) or ("",):
        yield tuple(text for text in (f"我是{who}" if who else "", occasion) if text)
