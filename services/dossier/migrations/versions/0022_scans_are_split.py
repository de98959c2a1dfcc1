"""Scanned batches are measured, split and confirmed."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.execute(
        "CREATE TABLE scan_batches (id uuid NOT NULL CONSTRAINT pk_scan_batches PRIMARY KEY,"
        " version bigint NOT NULL, attachment_id uuid NOT NULL, officer text NOT NULL, agency text NOT NULL,"
        " confirmed_by text NOT NULL, pages json NOT NULL, least_dpi integer NOT NULL,"
        " created_at timestamptz NOT NULL, confirmed_at timestamptz, decision json)"
    )


def downgrade() -> None:
    """Take away."""
    op.execute("DROP TABLE scan_batches")
