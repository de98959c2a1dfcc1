"""A file says that the platform took it from the personal-paper store, whose consent it was and of what."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; a column without a default rewrites no row."""
    op.execute("ALTER TABLE attachments ADD COLUMN taken json")


def downgrade() -> None:
    """Go back; files taken from the store look uploaded."""
    op.execute("ALTER TABLE attachments DROP COLUMN taken")
