"""What the scanner said of a file is sealed with it; run `seal-rows` once for files of before."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    op.execute("ALTER TABLE attachments ADD COLUMN scan_seal text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Believe the scan's state as it is written; files of since need `seal-rows` to fit the older rule."""
    op.execute("ALTER TABLE attachments DROP COLUMN scan_seal")
