"""An address says whether a result is behind it, a message whether it changes a dossier that is there."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("ALTER TABLE portal_files ADD COLUMN is_result boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE portal_inbound ADD COLUMN is_supplement boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE portal_inbound DROP COLUMN is_supplement")
    op.execute("ALTER TABLE portal_files DROP COLUMN is_result")
