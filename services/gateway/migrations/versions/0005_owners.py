"""Whose status a dossier has: one that left the province's route is not looked for on the portal as ours."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build; of dossiers that left before, their next event tells."""
    op.execute(
        "CREATE TABLE portal_owners (dossier_id uuid NOT NULL CONSTRAINT pk_portal_owners PRIMARY KEY,"
        " version bigint NOT NULL, is_ours boolean NOT NULL)"
    )


def downgrade() -> None:
    """Look for all of them again."""
    op.execute("DROP TABLE portal_owners")
