"""Whom a citizen calls about a dossier: the one-stop unit of the agency that received it, as it says itself."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; it is told with the next change of each agency (`republish` of the catalogue tells all again)."""
    op.execute("ALTER TABLE agencies ADD COLUMN contact jsonb")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE agencies DROP COLUMN contact")
