"""A scan's batch is found by the scan: it is one, and whoever asks again gets it."""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; not unique: scans of before may have several batches."""
    op.execute("CREATE INDEX ix_scan_batches_attachment_id ON scan_batches (attachment_id)")


def downgrade() -> None:
    """Go back; a scan may be split as often as somebody asks."""
    op.execute("DROP INDEX ix_scan_batches_attachment_id")
