"""The last day a publication is shown: a decision is not held against its party for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Entries published before have no end."""
    op.add_column(
        "publication", sa.Column("shown_until", sa.String(length=10), server_default="", nullable=False)
    )


def downgrade() -> None:
    """The record is never taken down."""
    raise NotImplementedError("Expected to go forward only: the record is append-only")
