"""Jobs: what belongs to no single case, done after the commit, at least once, with one effect.

A built-in job writes in a transaction of its own under the unique key (case, job); its result returns
as the command `CompleteJob`. Called by `web` right after a step and by the heartbeat for what is left.
Types that do not begin with `banjie.` wait for an external worker on the job API.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import commands, crossing, documents, publications, registers, state
from engine.casework.decide import BUILT_IN
from engine.casework.doors import variables_at
from engine.casework.runtime import RETRY_AFTER, Runtime
from engine.casework.tasks import Result, Task, ThrownError
from engine.clock import moment_text
from engine.errors import BanjieError, Conflict, Malformed, said
from engine.organisation.model import Actor
from engine.records.tables import job as job_table
from engine.records.tables import job_receipt

log = logging.getLogger("banjie.jobs")

LEASE = timedelta(minutes=5)
UNDELIVERABLE = "UNDELIVERABLE"
# 《民事诉讼法》第九十条 leaves the means open: a mobile number, a mailbox, an account of a messenger.
REACHABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._+:-]{4,}")
DATABASE_AWAY = (OperationalError, InterfaceError)
"""Without its database a node can do nothing, and no job is to blame."""


def run_waiting(
    runtime: Runtime, case_id: int | None = None, *, worker: str = "after-commit", limit: int = 50
) -> int:
    """Do the built-in jobs that wait, of one case or of all; gives how many were done.

    What breaks off keeps its claim until the lease is over and holds up none of the others. Of all cases, the
    first such fault is raised when the rest is done, so that the node can tell of it.
    """
    done, faults = 0, list[Exception]()
    while done + len(faults) < limit and (found := _claim(runtime, case_id, worker)):
        try:
            perform(runtime, *found)
            done += 1
        except DATABASE_AWAY:
            raise
        except Exception as fault:
            _note(fault)
            faults.append(fault)
    if faults and case_id is None:
        raise faults[0]
    return done


def perform(runtime: Runtime, case_id: int, key: int) -> None:
    """Do one built-in job and report it; a failure is reported too and counts against its retries."""
    if key < 0:
        _take_card(runtime, case_id, key)
        return
    try:
        result = _effect(runtime, case_id, key)
    except Conflict:
        return
    except ThrownError as error:
        thrown = commands.ThrowError(case_id=case_id, key=key, code=error.error_code, sentence=error.sentence)
        _report(runtime, thrown)
        return
    except DATABASE_AWAY:
        raise
    except Exception as error:
        _report(runtime, commands.FailJob(case_id=case_id, key=key, sentence=_problem(error)))
        return
    _report(runtime, commands.CompleteJob(case_id=case_id, key=key, result=result))


def _take_card(runtime: Runtime, case_id: int, key: int) -> None:
    """The outbox row of a card: no element of the case waits for it, so its row alone says how it went."""
    changes: dict[str, object] = {"status": "done", "problem": None}
    try:
        with runtime.store.writing() as connection:
            crossing.receive_card(runtime, connection, case_id, key)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        later = moment_text(runtime.clock.now() + RETRY_AFTER)
        changes = {"retries": job_table.c.retries - 1, "problem": _problem(error), "available_at": later}
    where = (job_table.c.case_id == case_id) & (job_table.c.key == key)
    failed = {"status": "failed"}
    with runtime.store.writing() as connection:
        connection.execute(update(job_table).where(where).values(claimed_until=None, **changes))
        connection.execute(update(job_table).where(where, job_table.c.retries <= 0).values(failed))


def _problem(error: Exception) -> str:
    """What is told of a job that failed: of a fault its kind alone, for its words may hold data of a case."""
    if isinstance(error, BanjieError):
        return error.sentence
    _note(error)
    return said("Expected the job to be done, but it broke off ({kind})", kind=type(error).__name__)


def _note(fault: Exception) -> None:
    places = "".join(traceback.format_tb(fault.__traceback__)[-3:])
    log.error("job: %s\n%s", type(fault).__name__, places)


def _report(runtime: Runtime, command: commands.Command) -> None:
    try:
        runtime.handle(command, Actor.system())
    except Conflict:
        # Somebody else reported it, or the case went on without it: the receipt keeps the one effect.
        return


def _claim(runtime: Runtime, case_id: int | None, worker: str) -> tuple[int, int] | None:
    now = runtime.clock.now()
    t = job_table.c
    query = (
        select(t.case_id, t.key)
        .where(t.status == "waiting", t.type.startswith(BUILT_IN), t.available_at <= moment_text(now))
        .where(or_(t.claimed_until.is_(None), t.claimed_until < moment_text(now)))
        .order_by(t.available_at, t.case_id, t.key)
        .limit(1)
    )
    if case_id is not None:
        query = query.where(t.case_id == case_id)
    with runtime.store.writing() as connection:
        row = connection.execute(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        connection.execute(
            update(job_table)
            .where(t.case_id == row.case_id, t.key == row.key)
            .values(claimed_until=moment_text(now + LEASE), claimed_by=worker)
        )
    return row.case_id, row.key


def _effect(runtime: Runtime, case_id: int, key: int) -> Result:
    with runtime.store.writing() as connection:
        receipt = connection.execute(
            select(job_receipt.c.result).where(job_receipt.c.case_id == case_id, job_receipt.c.key == key)
        ).scalar()
        if receipt is not None:
            return dict(canonical.loads(receipt))
        task = _task(runtime, connection, case_id, key)
        work = _WORK.get(task.type)
        if work is None:
            raise Malformed(said("Expected a built-in job, but there is none called {type}", type=task.type))
        result = work(task)
        connection.execute(
            insert(job_receipt).values(case_id=case_id, key=key, result=canonical.dumps(result))
        )
        return result


def _task(runtime: Runtime, connection: Connection, case_id: int, key: int) -> Task:
    row = runtime.load(connection, case_id)
    runtime.shelf.refresh(connection, row.generation)
    case = state.loads(row.state)
    job = case.jobs.get(key)
    if job is None:
        raise Conflict(said("Expected the job to be waiting, but it is done or cancelled"))
    variables = variables_at(case, Marking.load(row.marking.encode()), job["scope"])
    today = runtime.clock.now().astimezone(runtime.settings.zone).date()
    return Task(
        runtime,
        connection,
        key,
        job["type"],
        job["headers"],
        job["input"],
        job["unit"],
        case,
        variables,
        today,
    )


# --- the built-in types -----------------------------------------------------------------------------


def _notify(task: Task) -> Result:
    """Tell somebody something: kept with the case, shown to the citizen on the case's page.

    Input `text`, and `address` where it must arrive: what is none is the BPMN error UNDELIVERABLE.
    """
    address = task.input.get("address")
    if address is not None and not REACHABLE.search(str(address)):
        raise ThrownError(
            UNDELIVERABLE, said("Expected an address at which the message can arrive, but it cannot")
        )
    text = task.headers.get("text") or str(task.input.get("text") or "")
    return {"notice": {"to": task.header("to", "applicant"), "text": text}}


def _archive(task: Task) -> Result:
    """Close the file: one digest over every document and upload of the case, in order."""
    listed = [document["sha256"] for document in task.case.documents]
    return {"archive_digest": canonical.digest(listed), "archived_on": task.today.isoformat()}


_WORK: dict[str, Callable[[Task], Result]] = {
    "banjie.document": documents.issue,
    "banjie.document.void": documents.void,
    "banjie.notify": _notify,
    "banjie.register.write": registers.write,
    "banjie.register.read": registers.read,
    "banjie.publish": publications.publish,
    "banjie.publish.withdraw": publications.withdraw,
    "banjie.archive": _archive,
    "banjie.case.open": crossing.open_case,
    "banjie.message": crossing.tell,
    "banjie.card.revoke": crossing.revoke_cards,
}
