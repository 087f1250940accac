"""The heads that moved since the seal before, beside the seal: its body holds their root alone.

Run by `records.store`; a revision is never changed once it has been released, a new one follows it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay the table of heads."""
    op.create_table(
        "seal_head",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seal", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seal"),
    )


def downgrade() -> None:
    """The record is never taken down."""
    raise NotImplementedError("Expected to go forward only: the record is append-only")
