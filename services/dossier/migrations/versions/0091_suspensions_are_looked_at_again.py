"""Suspensions for which nobody named an end are looked at too."""

from alembic import op

revision = "0091"
down_revision = "0088"
branch_labels = None
depends_on = None

LOOK_AT_THEM = "UPDATE dossiers SET watch_at = submitted_at WHERE watch_at IS NULL AND state = 'SUSPENDED'"


def upgrade() -> None:
    """Let the job look at each; nothing of the dossiers themselves changes."""
    op.execute(LOOK_AT_THEM)


def downgrade() -> None:
    """Leave what waits to be looked at: a look changes nothing."""
