"""Money paid a second time through the platform is found by when it was booked, for the day's list."""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the few lines that are such money; there are none yet."""
    op.execute(
        "CREATE INDEX ix_payment_entries_again ON payment_entries (at) WHERE source LIKE 'platform:%:%'"
    )


def downgrade() -> None:
    """Read all lines for it."""
    op.execute("DROP INDEX ix_payment_entries_again")
