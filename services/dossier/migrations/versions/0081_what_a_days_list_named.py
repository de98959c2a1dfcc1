"""A day's list keeps which transactions it named: what is heard after midnight is of the day that lists it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lists of before named nothing that is known now; a constant default rewrites no row."""
    op.add_column(
        "payment_reconciliations",
        sa.Column("named", JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("payment_reconciliations", "named")
