"""Dossiers that stand for money asked for in writing are looked at: nobody was told that its day had passed."""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Look at each that waits for money and is not looked at; one not late is put off again."""
    op.execute(
        "UPDATE dossiers SET watch_at = clock_timestamp() WHERE watch_at IS NULL"
        " AND state = 'AWAITING_FINANCIAL'"
    )


def downgrade() -> None:
    """Nothing to undo: a look changes no dossier."""
