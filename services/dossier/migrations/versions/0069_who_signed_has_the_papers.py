"""Papers lie with the agency whose people signed for them, also when its own part in them ends."""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; a column without a default rewrites no row: of lines of before, whom the list was for."""
    op.execute("ALTER TABLE handover_items ADD COLUMN received_at_agency text")


def downgrade() -> None:
    """Go back; papers lie with whoever goes on for whom the list was for."""
    op.execute("ALTER TABLE handover_items DROP COLUMN received_at_agency")
