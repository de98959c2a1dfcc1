"""Where another agency goes on for the one a refund was proposed at, cash leaves by a drawer of its own."""

from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Add the column; refunds of before left by their own agency's drawer."""
    op.execute("ALTER TABLE refunds ADD COLUMN drawer_agency text")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE refunds DROP COLUMN drawer_agency")
