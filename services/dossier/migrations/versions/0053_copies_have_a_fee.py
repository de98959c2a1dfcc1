"""What certifying a document's copies costs, counted at asking; lines of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    for table in ("copy_requests", "certified_copies"):
        op.add_column(table, sa.Column("fee", sa.BigInteger))


def downgrade() -> None:
    """Forget it."""
    for table in ("copy_requests", "certified_copies"):
        op.drop_column(table, "fee")
