"""What runs at an agency is found in an order of its own: by `id` alone the whole table's key was walked."""

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

_RUNNING = "state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
_ONLY = {"receiving": "", "competent": "competent_agency <> receiving_agency AND "} | {
    "helping": "helping_agency <> receiving_agency AND "
}


def upgrade() -> None:
    """Three small indexes of running dossiers, one a way a dossier hangs on an agency."""
    for name, only in _ONLY.items():
        op.execute(
            f"CREATE INDEX ix_dossiers_running_{name} ON dossiers ({name}_agency, state, id)"
            f" WHERE {only}{_RUNNING}"
        )
    op.execute("DROP INDEX ix_dossiers_running_agency")


def downgrade() -> None:
    """Have the one index there was."""
    op.execute(f"CREATE INDEX ix_dossiers_running_agency ON dossiers (receiving_agency) WHERE {_RUNNING}")
    for name in _ONLY:
        op.execute(f"DROP INDEX ix_dossiers_running_{name}")
