"""The functions that answer for drafts: handed in, seen by a second person, deployed or sent back.

Mounted by `declarations`. What a draft is and who may approve it is decided by the engine, exactly as for
the designer's pages; only the door is asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.casework import founding
from engine.definitions import bundles, deployment, drafts
from engine.definitions.bundles import Bundle
from engine.definitions.drafts import Draft, Drafts
from engine.errors import Malformed, NotFound, said
from engine.organisation import authorization
from web.api.endpoints import Asked


def hand_in(asked: Asked) -> Any:
    """Hand in a definition for review: a ZIP file, or a bare BPMN file, as the body."""
    _demand_designer(asked)
    query = asked.query
    bundle = bundles.from_upload(query.get("kind", "package"), query.get("name", ""), asked.data)
    deployment.check(bundle)
    day = _day(asked, query.get("effective_from"))
    actor, book = asked.actor.as_data(), _book(asked)
    made = book.begin(actor, bundle, query.get("title", "") or bundle.name, _newest(asked, bundle))
    return told(book.submit(actor, made.number, made.version, query.get("note", ""), day))


def list_drafts(asked: Asked) -> Any:
    """Every draft that is neither deployed nor given up."""
    _demand_designer(asked)
    return [told(draft) for draft in _book(asked).live()]


def approve_draft(asked: Asked) -> Any:
    """Approve a draft as the second person."""
    return _changed(asked, _book(asked).approve, asked.body.get("note", ""))


def send_back_draft(asked: Asked) -> Any:
    """Give a draft back to its authors."""
    return _changed(asked, _book(asked).send_back, asked.body["note"])


def deploy_draft(asked: Asked) -> Any:
    """Deploy an approved draft, with the periods and items it brings."""
    _demand_designer(asked)
    book, number = _book(asked), asked.path["draft"]
    found = book.get(number)
    parts = drafts.parts_of(book.bundle(found), lambda kind: _newest_of(asked, kind))
    done = book.deploy(asked.actor.as_data(), number, asked.body["version"], parts)
    founding.bring_to_new_dates(asked.house.runtime, done.kind)
    return told(done)


def told(draft: Draft) -> dict[str, Any]:
    """A draft for programs."""
    return {
        "draft": draft.number,
        "kind": draft.kind,
        "name": draft.name,
        "title": draft.title,
        "status": draft.status,
        "version": draft.version,
        "authors": list(draft.authors),
        "approved_by": draft.approved_by,
        "effective_from": draft.effective_from.isoformat() if draft.effective_from else None,
    }


def _changed(asked: Asked, change: Callable[..., Draft], note: str) -> dict[str, Any]:
    _demand_designer(asked)
    return told(change(asked.actor.as_data(), asked.path["draft"], asked.body["version"], note))


def _book(asked: Asked) -> Drafts:
    return Drafts(asked.house.store, asked.house.clock)


def _demand_designer(asked: Asked) -> None:
    runtime = asked.house.runtime
    with asked.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        authorization.at_the_door(asked.actor, "design", "", runtime.organisation(connection))


def _newest(asked: Asked, bundle: Bundle) -> int | None:
    found = asked.house.runtime.shelf.versions(bundle.kind, bundle.name)
    return found[-1].version if found else None


def _newest_of(asked: Asked, kind: str) -> Bundle:
    runtime = asked.house.runtime
    with asked.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        try:
            return runtime.shelf.bundle(connection, runtime.shelf.newest(kind, kind))
        except NotFound:
            return Bundle(kind, kind, {})


def _day(asked: Asked, text: str | None) -> date:
    """The day a draft is to be in force from; today where none is given. Raises Malformed for the past."""
    today = asked.house.directory.today()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError as error:
        raise Malformed(
            said("Expected a day such as 2026-01-31, but found {text!r}", text=str(text)[:40])
        ) from error
    if day < today:
        raise Malformed(said("Expected a day from {today} on, but found {day}", today=today, day=day))
    return day
