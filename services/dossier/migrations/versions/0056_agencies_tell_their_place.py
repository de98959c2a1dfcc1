"""The place name an agency dates its papers at, as the catalogue tells it; empty until it is told again."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; papers of agencies not told of since name what the address tells."""
    op.execute("ALTER TABLE agencies ADD COLUMN place text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Go back: the place is told by the address alone."""
    op.execute("ALTER TABLE agencies DROP COLUMN place")
