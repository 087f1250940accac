"""Registers that can be searched, public lists that can be withdrawn, documents that can be verified.

Run by `records.store`; a revision is never changed once it has been released, a new one follows it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXTS = (("kind", 20), ("number", 120), ("subject", 200), ("unit", 80), ("decided_on", 10))


def upgrade() -> None:
    """Marks of register rows, facts of publications, the table of issued documents."""
    op.add_column("register_row", sa.Column("seq", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "register_mark",
        sa.Column("register", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("register", "field", "value", "key"),
    )
    op.create_index("register_mark_row", "register_mark", ["register", "key"], unique=False)
    for name, length in _TEXTS:
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("publication", column)
    op.add_column("publication", sa.Column("withdrawn_at", sa.String(length=24), nullable=True))
    op.add_column("publication", sa.Column("withdrawn_reason", sa.Text(), nullable=True))
    op.create_index("publication_kind", "publication", ["kind", "published_at"], unique=False)
    op.create_table(
        "issued",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key"),
    )
    op.create_index("issued_code", "issued", ["code"], unique=True)
    op.create_index("issued_sha256", "issued", ["sha256"], unique=False)


def downgrade() -> None:
    """The record is never taken down."""
    raise NotImplementedError("Expected to go forward only: the record is append-only")
