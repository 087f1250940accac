"""Who may see which case without an account: query code or case number, with the phone's last four digits.

Called by the progress pages. The query code opens everything of the applicant's own case; the number,
which is no secret, opens only how far the case is. Guessing is braked per case and per address. What was
proven stays with the session for a while.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from flask import current_app, request, session
from sqlalchemy import select

from engine import canonical
from engine.clock import moment_text, read_moment
from engine.errors import NotAuthorised
from engine.organisation.model import Actor
from engine.organisation.passwords import Brake
from engine.records import journal
from engine.records.entries import Event
from engine.records.tables import case as case_table
from web.house import House
from web.language import _

PROVEN = "proven"
CODE, NUMBER = "code", "number"
KEPT_FOR = timedelta(hours=2)
MOST_KEPT = 5
METHOD = "query code + phone"


class ProofMissing(NotAuthorised):
    """Nothing has been proven of the case, or too long ago."""

    code = "proof-missing"


@dataclass(frozen=True)
class Proof:
    """What somebody has proven of a case: `level` is code (everything) or number (how far it is)."""

    number: str
    level: str

    @property
    def full(self) -> bool:
        """Whether the query code was given."""
        return self.level == CODE


def prove(house: House, given: str, tail: str) -> Proof | None:
    """Check what was given; None where it fits no case. Raises TooManyAttempts."""
    text = re.sub(r"[\s\-－—]", "", given).upper()[:40]
    tail = tail.strip()[:8]
    brake = brake_of(house)
    keys = (f"case:{text}", f"from:{request.remote_addr}")
    for key in keys:
        brake.check(key)
    found = _found(house, text, tail)
    for key in keys:
        (brake.succeeded if found else brake.failed)(key)
    if found:
        remember(house, found)
    return found


def _found(house: House, text: str, tail: str) -> Proof | None:
    digest = canonical.digest_bytes(text.encode(errors="replace"))
    t = case_table.c
    query = select(t.number, t.phone_tail, t.query_hash).where((t.query_hash == digest) | (t.number == text))
    with house.store.reading() as connection:
        row = connection.execute(query).first()
    if row is None or not row.phone_tail:
        return None
    if not hmac.compare_digest(row.phone_tail.encode(), tail.encode(errors="replace")):
        return None
    return Proof(row.number, CODE if row.query_hash == digest else NUMBER)


def brake_of(house: House) -> Brake:
    """The brake on guessing, one per application."""
    extensions = current_app.extensions
    if "banjie_query_brake" not in extensions:
        extensions["banjie_query_brake"] = Brake(house.clock)
    return cast(Brake, extensions["banjie_query_brake"])


def remember(house: House, proof: Proof) -> None:
    """Keep a proof with the session; the oldest go."""
    kept: dict[str, Any] = dict(session.get(PROVEN, {}))
    kept.pop(proof.number, None)
    kept[proof.number] = [proof.level, moment_text(house.clock.now())]
    session[PROVEN] = dict(list(kept.items())[-MOST_KEPT:])


def proven(house: House, number: str) -> Proof | None:
    """What this session has proven of a case; None where nothing, or too long ago."""
    level, since = session.get(PROVEN, {}).get(number, (None, None))
    if level is None or read_moment(since) < house.clock.now() - KEPT_FOR:
        return None
    return Proof(number, level)


def demand_code(house: House, number: str) -> Proof:
    """The proof by query code. Raises ProofMissing."""
    proof = proven(house, number)
    if proof is None or not proof.full:
        raise ProofMissing(_("请先用查询码和手机号后四位查询，再办理或查看文书。"))
    return proof


def forget() -> None:
    """Leave: this session has proven nothing any more."""
    session.pop(PROVEN, None)
    session.pop("codes", None)
    session.pop("drafts", None)


def signed(house: House, actor: Actor, case_id: int, version: int, variables: Any) -> None:
    """Record a signature: who, how proven, and the digest of what was signed, beside the case's readings."""
    event = Event(
        "Signed",
        {"method": METHOD, "entry": version, "digest": canonical.digest(variables), "name": actor.name},
    )
    with house.store.writing() as connection:
        journal.record(
            connection,
            journal.access_stream(case_id),
            moment_text(house.clock.now()),
            actor.as_data(),
            {"type": "Sign"},
            salt=secrets.token_hex(16),
            events=(event,),
            case_id=case_id,
        )
