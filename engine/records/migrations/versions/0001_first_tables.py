"""The first tables: the record, the derived rows of a case, registers, organisation.

Run by `records.store`; a revision is never changed once it has been released, a new one follows it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay every table and index of version 0.1."""
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "case_row",
        sa.Column("case_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("procedure", sa.String(length=80), nullable=False),
        sa.Column("package", sa.String(length=64), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("applicant", sa.String(length=200), nullable=False),
        sa.Column("phone_tail", sa.String(length=4), server_default="", nullable=False),
        sa.Column("query_hash", sa.String(length=64), nullable=True),
        sa.Column("opened_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("closed_at", sa.String(length=24), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=2), server_default="", nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False),
        sa.Column("marking_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("query_hash"),
    )
    op.create_index("case_procedure_status", "case_row", ["procedure", "status"], unique=False)
    op.create_index("case_unit_status", "case_row", ["unit", "status"], unique=False)
    op.create_table(
        "definition_version",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.String(length=10), nullable=False),
        sa.Column("deployed_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "version"),
    )
    op.create_table(
        "disposition",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=False),
        sa.Column("approved_at", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq"),
    )
    op.create_table(
        "draft",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("person", "place"),
    )
    op.create_table(
        "entry",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("moment", sa.String(length=24), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq"),
    )
    op.create_index("entry_case", "entry", ["case_id", "stream", "seq"], unique=False)
    op.create_table(
        "job_receipt",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_table(
        "node",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("beat_at", sa.String(length=24), nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "person",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("login"),
    )
    op.create_table(
        "publication",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_table(
        "register_row",
        sa.Column("register", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("register", "key"),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moment", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "serial",
        sa.Column("authority", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "kind", "year"),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("short_zh", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "card",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("procedure", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("issued_at", sa.String(length=24), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_row.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index("card_issued", "card", ["issued_at"], unique=False)
    op.create_index("card_unit", "card", ["unit", "issued_at"], unique=False)
    op.create_table(
        "due",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("claimed_until", sa.String(length=24), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_row.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index(
        "due_armed",
        "due",
        ["at"],
        unique=False,
        sqlite_where=sa.text("status = 'armed'"),
        postgresql_where=sa.text("status = 'armed'"),
    )
    op.create_table(
        "job",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("available_at", sa.String(length=24), nullable=False),
        sa.Column("claimed_until", sa.String(length=24), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_row.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index(
        "job_waiting",
        "job",
        ["type", "available_at"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "post",
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "subscription",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation", sa.String(length=200), nullable=True),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("form", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_row.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index(
        "subscription_open",
        "subscription",
        ["name", "correlation"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "work_item",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("applicant", sa.String(length=200), nullable=False),
        sa.Column("procedure", sa.String(length=80), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.String(length=24), nullable=False),
        sa.Column("ended_at", sa.String(length=24), nullable=True),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_row.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index(
        "work_item_open",
        "work_item",
        ["unit", "role", "due_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('offered','claimed')"),
        postgresql_where=sa.text("status IN ('offered','claimed')"),
    )
    op.create_index("work_item_person", "work_item", ["person", "status"], unique=False)
    op.create_table(
        "holding",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["login"],
            ["person.login"],
        ),
        sa.ForeignKeyConstraint(
            ["post"],
            ["post.code"],
        ),
        sa.PrimaryKeyConstraint("login", "post", "valid_from"),
    )


def downgrade() -> None:
    """The record is never taken down."""
    raise NotImplementedError("Expected to go forward only: the record is append-only")
