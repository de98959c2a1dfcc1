"""A dossier says when it is looked at next; commands that count due moments again are kept."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the scheduler's column and tables; open dossiers are looked at soon and find their own pace."""
    op.execute("ALTER TABLE dossiers ADD COLUMN watch_at TIMESTAMPTZ")
    op.execute(
        "UPDATE dossiers SET watch_at = clock_timestamp() WHERE state IN"
        " ('SUBMITTED', 'INTAKE_SUPPLEMENT', 'ACCEPTED', 'PROCESSING', 'SUPPLEMENT_REQUESTED')"
    )
    op.execute("CREATE INDEX ix_dossiers_watch_at ON dossiers (watch_at) WHERE watch_at IS NOT NULL")
    op.execute(
        """
        CREATE TABLE due_commands (
            id UUID NOT NULL CONSTRAINT pk_due_commands PRIMARY KEY,
            version BIGINT NOT NULL,
            calendar TEXT NOT NULL,
            agency TEXT NOT NULL,
            reason TEXT NOT NULL,
            legal_basis TEXT NOT NULL,
            state TEXT NOT NULL,
            asked_by TEXT NOT NULL,
            asked_by_name TEXT NOT NULL,
            approved_by TEXT NOT NULL,
            approved_by_name TEXT NOT NULL,
            asked_at TIMESTAMPTZ NOT NULL,
            approved_at TIMESTAMPTZ,
            done_at TIMESTAMPTZ,
            reached UUID NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_due_commands_open ON due_commands (id) WHERE state IN ('ASKED', 'APPROVED')")
    op.execute(
        """
        CREATE TABLE due_moves (
            command_id UUID NOT NULL,
            dossier_id UUID NOT NULL,
            dossier_code TEXT NOT NULL,
            previous_due_at TIMESTAMPTZ NOT NULL,
            due_at TIMESTAMPTZ NOT NULL,
            outcome TEXT NOT NULL,
            applied_at TIMESTAMPTZ,
            CONSTRAINT pk_due_moves PRIMARY KEY (command_id, dossier_id)
        )
        """
    )


def downgrade() -> None:
    """Forget all of it."""
    op.execute("DROP TABLE due_moves, due_commands")
    op.execute("ALTER TABLE dossiers DROP COLUMN watch_at")
