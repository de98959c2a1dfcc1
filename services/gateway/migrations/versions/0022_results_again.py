"""An address revoked because its result was recalled can be good again; one revoked by hand cannot."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE portal_files ADD COLUMN recalled_version bigint")
    # Who revokes by hand revokes every file of a dossier: where another of its files is good, it was a recall.
    op.execute(
        "UPDATE portal_files f SET recalled_version = 0 WHERE f.is_result AND f.revoked_at IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM portal_files o WHERE o.dossier_id = f.dossier_id"
        " AND NOT o.is_result AND o.revoked_at IS NULL AND o.created_at < f.revoked_at)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE portal_files DROP COLUMN recalled_version")
