"""Tables of what belongs to no single case: serials, registers, publications, documents to verify.

Written by jobs and imports under their own transactions. Read with the other tables: `tables` gives them all.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from engine.records.schema import metadata

serial = Table(
    "serial",
    metadata,
    Column("authority", String(80), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("authority", "kind", "year"),
)

register_row = Table(
    "register_row",
    metadata,
    Column("register", String(80), nullable=False),
    Column("key", String(200), nullable=False),
    Column("data", Text, nullable=False),
    Column("case_id", Integer),
    Column("written_at", String(24), nullable=False),
    Column("seq", Integer, nullable=False, server_default="0"),  # of its entry in "register:<register>"
    PrimaryKeyConstraint("register", "key"),
)

register_mark = Table(
    "register_mark",  # what a row can be found by beside its key: one mark for each indexed field
    metadata,
    Column("register", String(80), nullable=False),
    Column("field", String(80), nullable=False),
    Column("value", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    PrimaryKeyConstraint("register", "field", "value", "key"),
    Index("register_mark_row", "register", "key"),
)

publication = Table(
    "publication",
    metadata,
    Column("case_id", Integer, nullable=False),
    Column("key", Integer, nullable=False),
    Column("title", String(400), nullable=False),
    Column("content", Text, nullable=False),
    Column("published_at", String(24), nullable=False),
    Column("kind", String(20), nullable=False, server_default=""),  # licence, penalty, service, other
    Column("number", String(120), nullable=False, server_default=""),
    Column("subject", String(200), nullable=False, server_default=""),  # covered where it is a person
    Column("unit", String(80), nullable=False, server_default=""),
    Column("decided_on", String(10), nullable=False, server_default=""),
    Column("shown_until", String(10), nullable=False, server_default=""),  # the last day; "": without an end
    Column("withdrawn_at", String(24)),
    Column("withdrawn_reason", Text),
    PrimaryKeyConstraint("case_id", "key"),
    Index("publication_kind", "kind", "published_at"),
)

issued = Table(
    "issued",  # key: the job that made the document. status: standing, void
    metadata,
    Column("case_id", Integer, nullable=False),
    Column("key", Integer, nullable=False),
    Column("code", String(16), nullable=False),  # stands on the paper, beside the number
    Column("sha256", String(64), nullable=False),
    Column("kind", String(120), nullable=False),
    Column("number", String(120), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("issued_on", String(10), nullable=False),
    Column("status", String(12), nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
    Index("issued_code", "code", unique=True),
    Index("issued_sha256", "sha256"),
)
