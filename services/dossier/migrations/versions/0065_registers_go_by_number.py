"""The register of an agency is read by day and in the order of the day's numbers, not of the moments.

A code is taken when an acceptance is committed, its moment is when it was asked for: of two at one moment the
later number may have the earlier moment.
"""

from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    """Build; the index by moments serves nobody else."""
    op.execute(
        "CREATE INDEX ix_dossiers_register_code ON dossiers (receiving_agency,"
        " ((accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date), length(coalesce(dossier_code, reference)),"
        " (coalesce(dossier_code, reference))) WHERE accepted_at IS NOT NULL"
    )
    op.execute("DROP INDEX ix_dossiers_register")


def downgrade() -> None:
    """Go by moments again."""
    op.execute(
        "CREATE INDEX ix_dossiers_register ON dossiers (receiving_agency, accepted_at, id)"
        " WHERE accepted_at IS NOT NULL"
    )
    op.execute("DROP INDEX ix_dossiers_register_code")
