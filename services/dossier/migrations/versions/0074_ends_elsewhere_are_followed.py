"""Dossiers end as the systems their route was changed to say; those that ended before are looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

LOOK_AT_THEM = "UPDATE mirrors SET follow_at = clock_timestamp() WHERE dossier_id IS NOT NULL"


def upgrade() -> None:
    """Let the job hold every dossier whose mirror is linked against what that told so far."""
    op.add_column("mirrors", sa.Column("follow_at", sa.DateTime(timezone=True)))
    op.execute(LOOK_AT_THEM)
    op.create_index(
        "ix_mirrors_to_follow", "mirrors", ["id"], postgresql_where=sa.text("follow_at IS NOT NULL")
    )


def downgrade() -> None:
    """Forget what waits to be looked at."""
    op.drop_index("ix_mirrors_to_follow", "mirrors")
    op.drop_column("mirrors", "follow_at")
