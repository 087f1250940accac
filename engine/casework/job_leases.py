"""Jobs for external workers: leased, then reported back as commands.

Called by the job endpoints of the interface. A lease is a promise in time, not a lock: when it runs out
the job is offered again, so a worker must make its effect idempotent under (case, key).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import state
from engine.casework.decide import BUILT_IN
from engine.casework.doors import variables_at
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.errors import NotAuthorised, said
from engine.organisation import authorization
from engine.organisation.model import Actor
from engine.records.tables import job as job_table

LEASE = timedelta(minutes=5)


def demand(runtime: Runtime, actor: Actor) -> None:
    """Only an operator's token may work on jobs. Raises NotAuthorised."""
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        authorization.at_the_door(actor, "operate", "", runtime.organisation(connection))


def demand_external(runtime: Runtime, actor: Actor, case_id: int, key: int) -> None:
    """Whether a worker may report on this job: with the right, and never on one the product does itself.

    Raises NotAuthorised, NotFound.
    """
    demand(runtime, actor)
    with runtime.store.reading() as connection:
        job = state.loads(runtime.load(connection, case_id).state).jobs.get(key)
    if job is not None and job["type"].startswith(BUILT_IN):
        raise NotAuthorised(
            said("Expected a job of an external worker, but {type} is built in", type=job["type"])
        )


def activate(runtime: Runtime, actor: Actor, type_: str, *, worker: str, limit: int) -> list[dict[str, Any]]:
    """Lease up to `limit` waiting jobs of a type; built-in types are not for external workers."""
    demand(runtime, actor)
    if type_.startswith(BUILT_IN):
        raise NotAuthorised(
            said("Expected a job type of an external worker, but {type} is built in", type=type_)
        )
    now = runtime.clock.now()
    t = job_table.c
    query = (
        select(job_table)
        .where(t.status == "waiting", t.type == type_, t.available_at <= moment_text(now))
        .where(or_(t.claimed_until.is_(None), t.claimed_until < moment_text(now)))
        .order_by(t.available_at, t.case_id, t.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = []
    with runtime.store.writing() as connection:
        for row in connection.execute(query).all():
            connection.execute(
                update(job_table)
                .where(t.case_id == row.case_id, t.key == row.key)
                .values(claimed_until=moment_text(now + LEASE), claimed_by=worker)
            )
            leased.append(
                {
                    "case": row.case_id,
                    "key": row.key,
                    "type": row.type,
                    "element": row.element,
                    "unit": row.unit,
                    "retries": row.retries,
                    "headers": canonical.loads(row.headers),
                    "variables": _variables(runtime, connection, row),
                    "until": moment_text(now + LEASE),
                }
            )
    return leased


def _variables(runtime: Runtime, connection: Connection, job: Any) -> dict[str, Any]:
    """What the worker needs: every variable its element sees, the mapped inputs over them."""
    row = runtime.load(connection, job.case_id)
    case = state.loads(row.state)
    marking = Marking.load(row.marking.encode())
    return {**variables_at(case, marking, case.jobs[job.key]["scope"]), **canonical.loads(job.input)}
