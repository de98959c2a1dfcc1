"""Answers of outside systems wait for a dossier that stands; a withdrawal that waits hides no deadline."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

RUNNING = "state IN ('ACCEPTED', 'PROCESSING')"
LEAVING = "state = 'WITHDRAWAL_REQUESTED' AND prior_state IN ('ACCEPTED', 'PROCESSING')"


def upgrade() -> None:
    """Build; the index by due moment is made anew with those a withdrawal waits for."""
    op.execute("CREATE INDEX ix_outside_requests_kept ON outside_requests (answered_at) WHERE state = 'KEPT'")
    op.execute("DROP INDEX ix_dossiers_running_due")
    op.execute(f"CREATE INDEX ix_dossiers_running_due ON dossiers (due_at) WHERE {RUNNING} OR {LEAVING}")


def downgrade() -> None:
    """Go back; answers that wait are asked for again."""
    op.execute("UPDATE outside_requests SET state = 'SENT', answered_at = NULL WHERE state = 'KEPT'")
    op.execute("DROP INDEX ix_dossiers_running_due")
    op.execute(f"CREATE INDEX ix_dossiers_running_due ON dossiers (due_at) WHERE {RUNNING}")
    op.execute("DROP INDEX ix_outside_requests_kept")
