"""Each line of a hand-over list says who signed for it: its receiver's work may have been divided on the way."""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; columns without a default rewrite no row: lines of before stand under their list's signature."""
    op.execute(
        "ALTER TABLE handover_items ADD COLUMN received_by text, ADD COLUMN received_by_name text,"
        " ADD COLUMN received_at timestamptz"
    )


def downgrade() -> None:
    """Go back; who signed for single lines is lost."""
    op.execute(
        "ALTER TABLE handover_items DROP COLUMN received_by, DROP COLUMN received_by_name,"
        " DROP COLUMN received_at"
    )
