"""A draft may be of a whole interlinked group."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name the group; empty for one procedure's own."""
    op.execute("ALTER TABLE drafts ADD COLUMN group_code text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Forget of which group; such drafts end as they were begun, by their lead procedure."""
    op.execute("ALTER TABLE drafts DROP COLUMN group_code")
