"""Requests to outside systems with their answers, and mirrors, are sealed (ADR 0025)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

TABLES = ("outside_requests", "mirrors")


def upgrade() -> None:
    """Rows of before are sealed by `seal-rows`, as of every table; a constant default rewrites no row."""
    for table in TABLES:
        op.add_column(table, sa.Column("seals", JSONB(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    """Forget them."""
    for table in TABLES:
        op.drop_column(table, "seals")
