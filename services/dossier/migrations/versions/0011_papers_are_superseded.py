"""A paper that was issued wrongly names the one that took its place."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add who took a paper's place, and when; papers from before stand."""
    op.execute("ALTER TABLE papers ADD COLUMN superseded_by UUID, ADD COLUMN superseded_at TIMESTAMPTZ")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE papers DROP COLUMN superseded_by, DROP COLUMN superseded_at")
