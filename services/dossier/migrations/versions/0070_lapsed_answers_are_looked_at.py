"""Dossiers whose answer lapsed while a withdrawal waited are looked at: nobody had them to decide."""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Look at each that waits for an answer and is not looked at; one that was proposed is put off again."""
    op.execute(
        "UPDATE dossiers SET watch_at = clock_timestamp() WHERE watch_at IS NULL"
        " AND state IN ('INTAKE_SUPPLEMENT', 'SUPPLEMENT_REQUESTED')"
    )


def downgrade() -> None:
    """Nothing to undo: a look changes no dossier."""
