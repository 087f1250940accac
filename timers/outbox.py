"""Jobs of cards that were given up: set waiting again by an operator, and written down.

Called by the operator's page. A job that an element waits for becomes an incident of its case and is
tried again by the command `Retry`; no element waits for the job that opens a supervision case, so its row
alone says that it failed. It does nothing of the job itself: the next beat does.
"""

from __future__ import annotations

import secrets

from sqlalchemy import update

from engine.casework.rows import CARD_JOB
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.errors import NotFound, said
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.entries import Event
from engine.records.tables import job

TRIES = 3


def try_again(runtime: Runtime, case_id: int, key: int, actor: Actor) -> None:
    """Let a failed job of a card be done anew, and journal who asked. Raises NotFound where none failed."""
    moment, t = moment_text(runtime.clock.now()), job.c
    given_up = (t.case_id == case_id) & (t.key == key) & (t.type == CARD_JOB) & (t.status == "failed")
    with runtime.store.writing() as connection:
        anew = {"status": "waiting", "retries": TRIES, "available_at": moment, "claimed_until": None}
        if connection.execute(update(job).where(given_up).values(**anew)).rowcount != 1:
            raise NotFound(
                said(
                    "Expected job {key} of case {case} to have failed, but found none", key=key, case=case_id
                )
            )
        journal.record(
            connection,
            journal.SECURITY,
            moment,
            actor.as_data(),
            {"type": "RetryJob", "case": case_id, "key": key},
            events=[Event("JobRetried", {"case": case_id, "key": key, "job": CARD_JOB})],
            salt=secrets.token_hex(16),
        )
