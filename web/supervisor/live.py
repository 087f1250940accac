"""The board's live line: server-sent events that tell a page when what it shows has changed.

Called by the board's script, which then asks for the changed part. Each line holds one of the server's
threads, so there are few of them and each lasts a minute at most; whoever finds none free is told so (204)
and asks every few seconds instead. It sends no figure: those are asked for by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Event

from flask import Response, current_app, make_response, request

from web.signin.who import house
from web.supervisor.board import Shown, mark_now
from web.supervisor.room import ROOM, view

LINES = 4
"""Lines open at once in one process; the server has twelve threads."""
LOOK_EVERY, LAST_FOR = 2.0, 55.0
"""Seconds between two looks at the database, and after which the browser calls again."""


class Line:
    """One open line: an iterable of messages that gives its place back when it is closed, read or not."""

    def __init__(self, seats: BoundedSemaphore, look: Callable[[], str], mark: str) -> None:
        self._seats = seats
        self._look = look
        self._mark = mark
        self._pause = Event()  # only waited on: a sleep that closing ends at once
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        yield b"retry: 2000\n\n"
        waited = 0.0
        while waited < LAST_FOR and not self._pause.wait(LOOK_EVERY):
            waited += LOOK_EVERY
            mark = self._look()
            # The comment shows a connection that has gone away, so that its thread is free again.
            yield f"event: changed\ndata: {mark}\n\n".encode() if mark != self._mark else b": \n\n"
            self._mark = mark

    def close(self) -> None:
        """Give the place back; harmless when repeated."""
        self._pause.set()
        if self._open:
            self._open = False
            self._seats.release()


@ROOM.get("/live")
def live() -> Response:
    """The line for the board as this reader has narrowed it; 204 where all are taken."""
    shown = Shown.of(view())
    seats: BoundedSemaphore = current_app.extensions.setdefault("banjie-lines", BoundedSemaphore(LINES))
    if not seats.acquire(blocking=False):
        return make_response("", 204)
    here = house()
    line = Line(seats, lambda: mark_now(here, shown), request.args.get("mark", "")[:16])
    return Response(
        line,
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        direct_passthrough=True,
    )
