"""A desk counts a withdrawal of an overdue dossier as overdue, from its index alone."""

from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

_TASK = (
    "CREATE INDEX ix_dossiers_task ON dossiers (task_agency, task_role, task_due_at, id)"
    " INCLUDE (task_unit, task_holder, procedure_code, state, due_at, {last}) WHERE task_role IS NOT NULL"
)


def _build(last: str) -> None:
    op.execute("DROP INDEX ix_dossiers_task")
    op.execute(_TASK.format(last=last))


def upgrade() -> None:
    """Keep the state a withdrawal was asked in beside the rest; nothing asks for the end."""
    _build("prior_state")


def downgrade() -> None:
    """Keep the end in its place again."""
    _build("ended_at")
