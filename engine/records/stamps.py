"""Time-stamps of seals by an authority outside (RFC 3161): when a seal existed, said by somebody else.

Called by `timers.stamping`, which carries the request to the authority and back, and by the audit. The
answer is journalled in the stream `stamps` and so covered by the next seal. ASN.1 and signatures are read
by the package rfc3161-client (extra `stamps`); nothing here opens a connection.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.errors import Broken, NotFound, said
from engine.records import journal
from engine.records.entries import Entry, Event, fresh_salt
from engine.records.seals import Seal

STREAM = "stamps"


@dataclass(frozen=True)
class Stamp:
    """The authority's answer about a seal: its DER bytes, and the moment it names."""

    seal: int
    authority: str
    moment: str
    response: bytes


def _client() -> Any:
    try:
        return importlib.import_module("rfc3161_client")
    except ImportError as error:
        raise NotFound(
            said("Expected the package rfc3161-client, but it is not installed (extra: stamps)")
        ) from error


def request(seal: Seal) -> bytes:
    """The question about a seal: the SHA-256 of its body with a nonce, as DER. Raises NotFound."""
    client = _client()
    builder = client.TimestampRequestBuilder().hash_algorithm(client.HashAlgorithm.SHA256)
    return bytes(builder.data(seal.body.encode()).build().as_bytes())


def read(seal: Seal, authority: str, response: bytes, roots: bytes | None = None) -> Stamp:
    """The stamp in an authority's answer. Raises Broken where it is none, or none of this seal.

    `roots` are certificates (PEM): with them the signature and its chain are demanded too. Without them
    only the content is looked at, which proves nothing against whoever made it up.
    """
    client = _client()
    try:
        answer = client.decode_timestamp_response(response)
        info = answer.tst_info
        imprint = _imprint(seal)
        if info.message_imprint.message != imprint:
            raise Broken(
                said(
                    "Expected a time-stamp of seal {number}, but it is of something else", number=seal.number
                )
            )
        if roots is not None:
            _demand_signature(client, answer, roots, imprint)
    except ValueError as error:
        raise Broken(
            said(
                "Expected {authority} to answer with a time-stamp, but {error}",
                authority=authority,
                error=error,
            )
        ) from error
    moment = info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stamp(seal.number, authority, moment, response)


def _imprint(seal: Seal) -> bytes:
    return hashlib.sha256(seal.body.encode()).digest()


def _demand_signature(client: Any, answer: Any, roots: bytes, imprint: bytes) -> None:
    x509 = importlib.import_module("cryptography.x509")
    builder = client.VerifierBuilder()
    for certificate in x509.load_pem_x509_certificates(roots):
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify(answer, imprint)
    except client.VerificationError as error:
        raise Broken(
            said("Expected a time-stamp signed under the roots, but {error}", error=error)
        ) from error


def keep(connection: Connection, stamp: Stamp, moment: str) -> Entry:
    """Journal a stamp."""
    facts = {
        "seal": stamp.seal,
        "authority": stamp.authority,
        "moment": stamp.moment,
        "response": base64.b64encode(stamp.response).decode(),
    }
    return journal.record(
        connection,
        STREAM,
        moment,
        {"kind": "system"},
        {"type": "KeepStamp", "seal": stamp.seal},
        salt=fresh_salt(),
        events=[Event("SealStamped", facts)],
    )


def kept(connection: Connection) -> list[Stamp]:
    """Every stamp, in the order they came."""
    found = (event.data for entry in journal.read(connection, STREAM) for event in entry.events)
    return [_from_data(data) for data in found if data]


def _from_data(data: Mapping[str, Any]) -> Stamp:
    return Stamp(data["seal"], data["authority"], data["moment"], base64.b64decode(data["response"]))
