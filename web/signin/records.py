"""What the journal must know of people at the door: failed sign-ins and refusals.

Called by the sign-in pages. It writes into the stream "security"; no password, and no name typed by a
stranger, ever stands there. Readings of case files are `engine.casework.founding.record_reading`'s.
"""

from __future__ import annotations

import secrets

from flask import request
from werkzeug.wrappers import Response

from engine.clock import moment_text
from engine.errors import NotAuthorised, NotFound
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.entries import Event
from web import refusals
from web.signin.who import find_actor, house

STRANGER = Actor("party")


def sign_in_failed(login: str) -> None:
    """Journal a failed sign-in. A login nobody has is left out: people type passwords there."""
    try:
        known = house().directory.person(login).login
    except NotFound:
        known = ""
    _record(STRANGER, "SignIn", Event("SignInFailed", {"login": known}))


def refused_at_the_door(error: NotAuthorised) -> Response:
    """Journal that a signed-in person was refused, then answer as every refusal is answered."""
    actor = find_actor()
    if actor is not None:
        event = Event("DoorRefused", {"sentence": error.sentence})
        _record(actor, "Knock", event)
    return refusals.refused(error)


def _record(actor: Actor, kind: str, event: Event) -> None:
    command = {
        "type": kind,
        "method": request.method,
        "path": request.path[:400],
        "address": request.remote_addr or "",
    }
    here = house()
    with here.store.writing() as connection:
        journal.record(
            connection,
            journal.SECURITY,
            moment_text(here.clock.now()),
            actor.as_data(),
            command,
            salt=secrets.token_hex(16),
            events=(event,),
        )
