"""Dossiers that still run are found by the agency that received them, without those of all its years."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index: what an ended agency has left is asked every few seconds."""
    op.execute(
        "CREATE INDEX ix_dossiers_running_agency ON dossiers (receiving_agency) WHERE state NOT IN"
        " ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_dossiers_running_agency", "dossiers")
