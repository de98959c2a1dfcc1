"""An end taken back while the archive had the record was never looked at again: every linked mirror is."""

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

LOOK_AT_THEM = "UPDATE mirrors SET follow_at = clock_timestamp() WHERE dossier_id IS NOT NULL"


def upgrade() -> None:
    """Let the job hold every dossier whose mirror is linked against what that told so far."""
    op.execute(LOOK_AT_THEM)


def downgrade() -> None:
    """Nothing: who is looked at once more stands as told."""
