"""Files wait for signatures made elsewhere; a version knows what it replaces."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.execute(
        "CREATE TABLE signings (id uuid NOT NULL CONSTRAINT pk_signings PRIMARY KEY,"
        " attachment_id uuid NOT NULL, new_attachment_id uuid NOT NULL, subject text NOT NULL,"
        " kind text NOT NULL, chain json NOT NULL, attributes bytea NOT NULL, prepared_sha256 bytea NOT NULL,"
        " place json NOT NULL, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,"
        " is_done boolean NOT NULL DEFAULT false)"
    )
    op.execute("CREATE INDEX ix_signings_expires_at ON signings (expires_at)")


def downgrade() -> None:
    """Take away."""
    op.execute("DROP TABLE signings")
