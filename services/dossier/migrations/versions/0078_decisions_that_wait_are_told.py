"""Decisions that wait are told of once they are late: those that wait already are looked at."""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

LOOK_AT_THEM = """
    UPDATE dossiers SET watch_at = submitted_at
    WHERE task_role IS NOT NULL AND watch_at IS NULL AND state IN
        ('INTAKE_SUPPLEMENT', 'SUPPLEMENT_REQUESTED', 'WITHDRAWAL_REQUESTED', 'RETURNED', 'ARCHIVED')
"""


def upgrade() -> None:
    """Let the job look at each; nothing of the dossiers themselves changes."""
    op.execute(LOOK_AT_THEM)


def downgrade() -> None:
    """Leave what waits to be looked at: a look changes nothing."""
