"""An agency whose end is told otherwise than before says who went on for it, until nothing does any more."""

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    op.execute("ALTER TABLE agencies ADD COLUMN continued_by text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """Go back; what goes on as was told before stays there."""
    op.execute("ALTER TABLE agencies DROP COLUMN continued_by")
