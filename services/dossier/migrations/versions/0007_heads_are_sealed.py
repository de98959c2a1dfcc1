"""A dossier's row is sealed with its history's end, and history is not emptied."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the seal and the guard; rows from before have no seal and are named by `verify-history`."""
    op.execute("ALTER TABLE dossiers ADD COLUMN head_seal TEXT NOT NULL DEFAULT ''")
    op.execute(
        "CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON history"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
    )


def downgrade() -> None:
    """Take both away."""
    op.execute("DROP TRIGGER history_is_not_emptied ON history")
    op.execute("ALTER TABLE dossiers DROP COLUMN head_seal")
