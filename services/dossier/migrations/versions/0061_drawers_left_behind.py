"""A manager closes the day of a cashier who is not there any more, and the row says so."""

from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Add the column; days of before were closed by their cashiers."""
    op.execute("ALTER TABLE cash_closings ADD COLUMN closed_by text")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE cash_closings DROP COLUMN closed_by")
