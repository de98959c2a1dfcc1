"""A list the portal gave that could not be read is told beside those that were."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE portal_reads ALTER COLUMN read_at DROP NOT NULL,"
        " ADD COLUMN unread integer NOT NULL DEFAULT 0,"
        " ADD COLUMN fault text NOT NULL DEFAULT '', ADD COLUMN fault_at timestamptz"
    )


def downgrade() -> None:
    op.execute("DELETE FROM portal_reads WHERE read_at IS NULL")
    op.execute(
        "ALTER TABLE portal_reads ALTER COLUMN read_at SET NOT NULL,"
        " DROP COLUMN unread, DROP COLUMN fault, DROP COLUMN fault_at"
    )
