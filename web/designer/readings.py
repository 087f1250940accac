"""A reading of the deadline laboratory while it is taken: what is asked, how far it is, what was found.

Called by the deadlines page. The cases are lived in a thread of their own, so that the reader sees how far it
is and may stop it; one reading at a time in a process, the rest of which belongs to the clerks. It writes
nothing: the bench is a copy, and a reading is gone after half an hour.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Event, Lock, Thread

from engine.casework.runtime import Runtime
from engine.definitions.bundles import Bundle
from engine.errors import BanjieError, Conflict
from timers import deadlines
from timers.bench import Bench
from timers.deadlines import Window
from web.designer.keeping import Desk
from web.designer.trying import Asked
from web.language import _

SEED = 1
ONE_AT_A_TIME = Lock()
_LOG = logging.getLogger(__name__)


@dataclass
class Reading:
    """One question and what came of it so far; `lived` counts the cases of `cases` and those drawn further.

    `refusal` is what the laboratory refused; `failed` that it broke off for a fault of its own.
    """

    asked: Asked
    place: str
    day: date
    cases: int
    lived: int = 0
    found: Window | None = None
    refusal: BanjieError | None = None
    failed: bool = False
    stop: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    @property
    def stopped(self) -> bool:
        """Whether its reader ended it before its time."""
        return self.stop.is_set()

    def hear(self, lived: int, found: Window) -> bool:
        """What the laboratory tells after each case; False once somebody has stopped it."""
        self.lived, self.found = lived, found
        return not self.stopped


READINGS: Desk[Reading] = Desk(each=2, together=12, gone=lambda reading: reading.stop.set())


def begin(reading: Reading, runtime: Runtime, drafts: Sequence[Bundle]) -> None:
    """Take a reading in a thread of its own. Raises Conflict while another is taken."""
    if not ONE_AT_A_TIME.acquire(blocking=False):
        raise Conflict(_("另一次测算正在进行，请稍后再试。"))
    Thread(target=_take, args=(reading, runtime, drafts), daemon=True, name="deadlines").start()


def _take(reading: Reading, runtime: Runtime, drafts: Sequence[Bundle]) -> None:
    try:
        _told(reading, lambda: _live(reading, runtime, drafts))
    finally:
        ONE_AT_A_TIME.release()
        reading.over.set()


def _told(reading: Reading, act: Callable[[], None]) -> None:
    """Do it; what goes wrong is the reading's answer, for nobody waits for a thread."""
    try:
        act()
    except BanjieError as refusal:
        reading.refusal = refusal
    except Exception:
        reading.failed = True
        _LOG.exception("Expected a reading of %s, but it broke off", reading.asked.package.name)


def _live(reading: Reading, runtime: Runtime, drafts: Sequence[Bundle]) -> None:
    item, _at, unit = reading.place.partition("@")
    with Bench(runtime, drafts) as bench:
        if reading.stopped:
            return
        reading.found = deadlines.window(
            bench.laboratory,
            item,
            unit,
            cases=reading.cases,
            seed=SEED,
            first_day=reading.day,
            given={},
            heard=reading.hear,
        )
