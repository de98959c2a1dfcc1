"""Silences a row meets while the portal takes others: counted, and waited out by the row's own wait alone."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("ALTER TABLE portal_ledger ADD COLUMN is_own boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE portal_ledger ADD COLUMN own_silences integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE portal_ledger DROP COLUMN own_silences")
    op.execute("ALTER TABLE portal_ledger DROP COLUMN is_own")
