"""The tables of the record, of cases and of people, as SQLAlchemy Core tables; `shared_tables` has the rest.

Called by the rooms that read or write rows; holds no behaviour. `entry`, `seal`, `seal_head`, `blob`,
`definition_version` and `disposition` are the record; every other row is derived from the journal and
can be rebuilt. All rows of a case carry `case_id`; moments are `clock.moment_text`, data is canonical
JSON text, so both databases give back the bytes they were given.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from engine.records.schema import metadata

# --- the record -----------------------------------------------------------------------------------

entry = Table(
    "entry",
    metadata,
    Column("stream", String(80), nullable=False),  # "case:17", "access:17", "definitions", "organisation", …
    Column("seq", Integer, nullable=False),  # 1, 2, 3 … in each stream
    Column("case_id", Integer),  # the case a stream belongs to, for partitioning
    Column("moment", String(24), nullable=False),
    Column("head", Text, nullable=False),  # what the hash covers (entries.Entry.head)
    Column("payload", Text),  # the data whose digests stand in the head; NULL once disposed of
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
    Index("entry_case", "case_id", "stream", "seq"),
)

seal = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("moment", String(24), nullable=False),
    Column("body", Text, nullable=False),  # {"count": …, "previous": …, "root": …}, see seals.Seal
    Column("hash", String(64), nullable=False),
)

seal_head = Table(
    "seal_head",  # the newest entry of each stream that had moved since the seal before
    metadata,
    Column("stream", String(80), nullable=False),
    Column("seal", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("stream", "seal"),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

definition_version = Table(
    "definition_version",
    metadata,
    Column("kind", String(20), nullable=False),  # package, law, calendar, supervision, catalogue, units
    Column("name", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of the manifest, which is itself a blob
    Column("effective_from", String(10), nullable=False),
    Column("deployed_at", String(24), nullable=False),
    PrimaryKeyConstraint("kind", "name", "version"),
)

disposition = Table(
    "disposition",
    metadata,
    Column("stream", String(80), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("approved_by", String(80), nullable=False),
    Column("approved_at", String(24), nullable=False),
    Column("basis", Text, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
)

# --- a case and what it waits for (derived) -------------------------------------------------------

case = Table(
    "case_row",
    metadata,
    Column("case_id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(40), unique=True),
    Column("version", Integer, nullable=False),  # seq of the last entry
    Column("head_hash", String(64), nullable=False),
    Column("status", String(12), nullable=False),  # open, closed
    Column("procedure", String(80), nullable=False),
    Column("package", String(64), nullable=False),
    Column("item_code", String(80), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("applicant", String(200), nullable=False),
    Column("phone_tail", String(4), nullable=False, server_default=""),
    Column("query_hash", String(64), unique=True),
    Column("opened_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),  # moment of the last entry
    Column("closed_at", String(24)),
    Column("outcome", String(200)),
    Column("level", String(2), nullable=False, server_default=""),  # gravest standing card: T Y R R+
    Column("due_at", String(24)),  # nearest end of a running period
    Column("state", Text, nullable=False),  # casework.state, canonical JSON
    Column("marking", Text, nullable=False),  # bpmn marking
    Column("marking_digest", String(64), nullable=False),
    Index("case_unit_status", "unit", "status"),
    Index("case_procedure_status", "procedure", "status"),
)


def _of_case(name: str, *columns: Column[object] | Index) -> Table:
    return Table(
        name,
        metadata,
        Column("case_id", Integer, ForeignKey("case_row.case_id"), nullable=False),
        Column("key", Integer, nullable=False),
        Column("status", String(12), nullable=False),
        *columns,
        PrimaryKeyConstraint("case_id", "key"),
    )


work_item = _of_case(
    "work_item",  # key: instance of the activity. status: offered, claimed, done, cancelled
    Column("number", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("applicant", String(200), nullable=False),
    Column("procedure", String(80), nullable=False),
    Column("element", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("form", String(200)),
    Column("role", String(40)),
    Column("unit", String(80), nullable=False),
    Column("person", String(80)),  # who has claimed it
    Column("candidates", Text, nullable=False),  # JSON {"persons": […], "posts": […]}
    Column("priority", Integer, nullable=False),
    Column("offered_at", String(24), nullable=False),
    Column("ended_at", String(24)),
    Column("due_at", String(24)),
    Column("level", String(2), nullable=False),
    Index(
        "work_item_open",
        "unit",
        "role",
        "due_at",
        sqlite_where=text("status IN ('offered','claimed')"),
        postgresql_where=text("status IN ('offered','claimed')"),
    ),
    Index("work_item_person", "person", "status"),
)

due = Table(
    "due",
    metadata,
    Column("case_id", Integer, ForeignKey("case_row.case_id"), nullable=False),
    Column("key", String(120), nullable=False),  # "timer:12", "period:5:warn"
    Column("status", String(12), nullable=False),  # armed, done
    Column("at", String(24), nullable=False),
    Column("claimed_until", String(24)),
    Column("claimed_by", String(80)),
    PrimaryKeyConstraint("case_id", "key"),
    Index(
        "due_armed", "at", sqlite_where=text("status = 'armed'"), postgresql_where=text("status = 'armed'")
    ),
)

job = _of_case(
    "job",  # key: instance of the task. status: waiting, done, failed, cancelled
    Column("element", String(200), nullable=False),
    Column("type", String(120), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("retries", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("available_at", String(24), nullable=False),
    Column("claimed_until", String(24)),
    Column("claimed_by", String(80)),
    Column("problem", Text),
    Index(
        "job_waiting",
        "type",
        "available_at",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

job_receipt = Table(
    "job_receipt",
    metadata,
    Column("case_id", Integer, nullable=False),
    Column("key", Integer, nullable=False),
    Column("result", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
)

subscription = _of_case(
    "subscription",  # key: instance of the catching element. status: open, closed
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("correlation", String(200)),
    Column("element", String(200), nullable=False),
    Column("role", String(40)),
    Column("form", String(200)),
    Index(
        "subscription_open",
        "name",
        "correlation",
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)

card = _of_case(
    "card",  # key: number of the card within its case. status: standing, appealed, revoked
    Column("number", String(40), nullable=False),
    Column("procedure", String(80), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("level", String(2), nullable=False),
    Column("basis", String(400), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("person", String(80)),
    Column("issued_at", String(24), nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("data", Text, nullable=False),
    Index("card_issued", "issued_at"),
    Index("card_unit", "unit", "issued_at"),
)

draft = Table(
    "draft",
    metadata,
    Column("person", String(80), nullable=False),
    Column("place", String(160), nullable=False),  # "item:17:4", "start:XK-SR-0035"
    Column("data", Text, nullable=False),
    Column("saved_at", String(24), nullable=False),
    PrimaryKeyConstraint("person", "place"),
)

# --- what designers are working on (derived from the stream "designs") ------------------------------

design = Table(
    "design",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(60), nullable=False),  # the package it is to become a version of
    Column("title", String(200), nullable=False),
    Column("status", String(12), nullable=False),  # open, submitted, approved, deployed, dropped
    Column("version", Integer, nullable=False),  # grows with every change: nobody overwrites another's
    Column("digest", String(64), nullable=False),  # of the manifest of its files, which are blobs
    Column("base", Integer),  # the deployed version it began from; NULL for a new procedure
    Column("authors", Text, nullable=False),  # JSON list of logins: none of them may approve it
    Column("approved_by", String(80)),
    Column("effective_from", String(10)),
    Column("note", Text, nullable=False),  # what the author tells the reviewer, or the reviewer the author
    Column("saved_at", String(24), nullable=False),
    Column("saved_by", String(80), nullable=False),
    Index("design_status", "status", "name"),
)

# --- the nodes of this installation ------------------------------------------------------------------

node = Table(
    "node",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("started_at", String(24), nullable=False),
    Column("beat_at", String(24), nullable=False),
    Column("fired", Integer, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("problem", Text),
)

# --- who may act (derived from the stream "organisation") ------------------------------------------

unit = Table(
    "unit",
    metadata,
    Column("code", String(80), primary_key=True),
    Column("parent", String(80)),
    Column("kind", String(20), nullable=False),  # city, district, department, office
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("short_zh", String(40), nullable=False),  # authority short name for document numbers
)

post = Table(
    "post",
    metadata,
    Column("code", String(120), primary_key=True),
    Column("unit", String(80), ForeignKey("unit.code"), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("roles", Text, nullable=False),  # JSON list of role codes
)

person = Table(
    "person",
    metadata,
    Column("login", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("password", String(200), nullable=False),  # argon2 hash, or "" where sign-in is not allowed
    Column("active", Boolean, nullable=False),
)

holding = Table(
    "holding",
    metadata,
    Column("login", String(80), ForeignKey("person.login"), nullable=False),
    Column("post", String(120), ForeignKey("post.code"), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
    PrimaryKeyConstraint("login", "post", "valid_from"),
)

token = Table(
    "token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("login", String(80), nullable=False),
    Column("note", String(200), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("revoked_at", String(24)),
)
