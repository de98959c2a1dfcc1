"""Suspensions past their day, results nobody fetched and replies not counted yet are looked at."""

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

# A result that has waited for long is left as it is: all of them at once would be a flood, and many were
# handed out without anybody writing it down.
LOOK_AT_THEM = """
    UPDATE dossiers SET watch_at = submitted_at
    WHERE watch_at IS NULL AND (state = 'SUSPENDED'
        OR state = 'SUBMITTED' AND work ->> 'reply_due_at' IS NULL
        OR state = 'RESULT_READY' AND ended_at > now() - interval '30 days')
"""


def upgrade() -> None:
    """Let the job look at each; nothing of the dossiers themselves changes."""
    op.execute(LOOK_AT_THEM)


def downgrade() -> None:
    """Leave what waits to be looked at: a look changes nothing."""
