"""The heartbeat: APScheduler wakes the product every second to do what has become due.

Started by `banjie serve`. It keeps no job store: due moments, jobs and seals stand in the database, so
nothing is lost in an outage, what is late fires late and says so, and any number of nodes may run.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.casework import due_moments, jobs, nights, patrol, patterns, recounts
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.errors import NotFound
from engine.records.tables import node
from timers import stamping

log = logging.getLogger("banjie.heartbeat")

BEAT_SECONDS = 1
REPORT_EVERY = timedelta(seconds=15)
BATCH = 100
CAREFUL = 2 * due_moments.LEASE
ROUNDS = 20  # of due moments in one beat, so that a flood does not keep jobs waiting


class Heartbeat:
    """One node's heartbeat over one runtime."""

    def __init__(self, runtime: Runtime, name: str | None = None, *, reports: bool = True) -> None:
        self.runtime = runtime
        self._reports = reports  # a laboratory's beat is no node of the installation
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._started = runtime.clock.now()
        self._reported: datetime | None = None
        self._fired = self._jobs = 0
        self._problem: str | None = None  # met since the last report
        self._careful_until = self._started
        self._counted = ""  # the calendar under which this node has seen every open case to stand
        self._looked_at = 0  # the last case it has looked at on the way there
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to beat in a thread of its own; returns at once."""
        self._scheduler.add_job(
            self.beat, "interval", seconds=BEAT_SECONDS, max_instances=1, coalesce=True, id="beat"
        )
        zone = self.runtime.settings.zone
        self._scheduler.add_job(self.seal, "cron", hour=0, minute=5, timezone=zone, id="daily-seal")
        self._scheduler.add_job(self.patrol, "cron", hour=2, minute=30, timezone=zone, id="patrol")
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the beat under way and stop."""
        self._scheduler.shutdown(wait=True)

    def beat(self) -> int:
        """Fire what is due and do the jobs that wait; gives how much was done."""
        done = 0
        try:
            self._recount()
            for _ in range(ROUNDS):
                fired = self._fire()
                made = self._within(lambda: jobs.run_waiting(self.runtime, worker=self.name)) or 0
                self._fired += fired
                self._jobs += made
                done += fired + made
                if not fired and not made:
                    break
        except (OperationalError, InterfaceError) as error:
            # The database is away: the next beat tries again, and the operator's page says since when.
            self._problem = type(error).__name__
            log.warning("heartbeat without database: %s", type(error).__name__)
            return done
        self._report()
        return done

    def _fire(self) -> int:
        """Fire a batch of what is due; one at a time for a while after something in a batch broke off.

        What broke off keeps its claim until the lease is over, and so does the rest of its batch. Claimed
        with the same neighbours again and again, it would hold them back for ever.
        """
        if self.runtime.clock.now() >= self._careful_until:
            return self._within(lambda: due_moments.fire_due(self.runtime, self.name, BATCH)) or 0
        done = 0
        for _ in range(BATCH):
            fired = self._within(lambda: due_moments.fire_due(self.runtime, self.name, 1))
            if fired == 0:
                break
            done += fired or 0
        return done

    def _within(self, work: Callable[[], int]) -> int | None:
        """Do a part of a beat; a fault in it keeps nothing else waiting, and the operator's page names it.

        Gives how much was done, None where it broke off. Raises OperationalError and InterfaceError: without
        its database a node can do nothing.
        """
        try:
            return work()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # The message may hold data of a case, so the log gets the places alone.
            places = "".join(traceback.format_tb(error.__traceback__)[-3:])
            log.error("heartbeat: %s\n%s", type(error).__name__, places)
            self._problem = type(error).__name__
            self._careful_until = self.runtime.clock.now() + CAREFUL
            return None

    def _recount(self) -> None:
        """After a new calendar, or a start: a batch of open cases is brought to the newest dates."""
        try:
            newest = recounts.newest(self.runtime)
        except NotFound:  # nothing is founded yet
            return
        if newest == self._counted:
            return
        following = recounts.sweep(self.runtime, newest, self._looked_at)
        self._looked_at = following or 0
        if following is None:
            self._counted = newest

    def seal(self) -> None:
        """Seal everything recorded so far, and have the seal stamped where an authority is configured."""
        made, _stamp, problem = stamping.seal_and_stamp(self.runtime, stamping.configured())
        if problem:
            log.warning("seal %s without time-stamp: %s", made.number, problem)

    def patrol(self) -> list[patrol.Missed]:
        """Check every rule again, once a night whatever the number of nodes; gives what was missed.

        What was found, or that nothing was, is written into the journal (`nights`), with what a comparison
        of cases shows. The due rows of a case where something was missed are set right, so that it is fired
        late and says so.
        """
        if not self._leads():
            return []
        now = self.runtime.clock.now()
        cases = patrol.cases_to_check(self.runtime, now)
        missed = [one for case_id in cases for one in patrol.patrol_case(self.runtime, case_id, now)]
        alike = patterns.patterns(self.runtime, now)
        nights.write(self.runtime, len(cases), [*missed, *alike], self.name, salt=secrets.token_hex(16))
        for one in missed:
            log.warning("patrol: case %s: %s", one.case_id, one.sentence)
        for case_id in sorted({one.case_id for one in missed}):
            due_moments.settle(self.runtime, case_id)
        # A case opened under the old calendar while its successor was deployed is found by a new sweep.
        self._counted = ""
        return missed

    def _leads(self) -> bool:
        """Whether this node is the first by name of those that beat."""
        alive = moment_text(self.runtime.clock.now() - 2 * REPORT_EVERY)
        with self.runtime.store.reading() as connection:
            names = connection.execute(select(node.c.name).where(node.c.beat_at >= alive)).scalars()
            return bool(min([self.name, *names]) == self.name)

    def _report(self) -> None:
        now = self.runtime.clock.now()
        recently = self._reported is not None and now - self._reported < REPORT_EVERY
        if recently or not self._reports:
            return
        self._reported = now
        row = {
            "name": self.name,
            "started_at": moment_text(self._started),
            "beat_at": moment_text(now),
            "fired": self._fired,
            "jobs": self._jobs,
            "problem": self._problem,
        }
        with self.runtime.store.writing() as connection:
            self.runtime.store.upsert(connection, node, [row])
        self._problem = None
