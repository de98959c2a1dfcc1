"""What is only added to is not emptied either; the history of interlinked submissions with it."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Set the guard."""
    op.execute(
        "CREATE TRIGGER interlinked_history_is_not_emptied BEFORE TRUNCATE ON interlinked_history"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
    )
