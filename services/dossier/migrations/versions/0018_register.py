"""The register of an agency is read in the order of acceptance."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Build."""
    op.execute(
        "CREATE INDEX ix_dossiers_register ON dossiers (receiving_agency, accepted_at, id)"
        " WHERE accepted_at IS NOT NULL"
    )
