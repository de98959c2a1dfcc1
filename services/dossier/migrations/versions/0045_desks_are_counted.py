"""A desk is counted from its index, which is kept fit for that."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TASK = (
    "CREATE INDEX ix_dossiers_task ON dossiers (task_agency, task_role, task_due_at, id)"
    "{include} WHERE task_role IS NOT NULL"
)
# An index answers alone only for pages vacuum has been over: a fiftieth of the table is as far as it may lag.
_SETTINGS = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


def upgrade() -> None:
    """Build the index anew, with what desks are counted by."""
    op.execute("DROP INDEX ix_dossiers_task")
    op.execute(_TASK.format(include=" INCLUDE (task_unit, task_holder, procedure_code, state, due_at, ended_at)"))
    op.execute(f"ALTER TABLE dossiers SET ({', '.join(f'{name} = 0.02' for name in _SETTINGS)})")


def downgrade() -> None:
    """Leave the order only."""
    op.execute(f"ALTER TABLE dossiers RESET ({', '.join(_SETTINGS)})")
    op.execute("DROP INDEX ix_dossiers_task")
    op.execute(_TASK.format(include=""))
