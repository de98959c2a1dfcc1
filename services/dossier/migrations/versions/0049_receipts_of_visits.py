"""One receipt may be of several dossiers of a visit; none before was, so nothing is filled in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add whose visit it was and every dossier it has a line of; a receipt of one dossier names none here."""
    op.add_column("receipts", sa.Column("visit_id", postgresql.UUID))
    op.add_column(
        "receipts",
        sa.Column("dossier_ids", postgresql.ARRAY(postgresql.UUID), nullable=False, server_default="{}"),
    )
    op.create_index("ix_receipts_dossier_ids", "receipts", ["dossier_ids"], postgresql_using="gin")


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_receipts_dossier_ids", "receipts")
    op.drop_column("receipts", "dossier_ids")
    op.drop_column("receipts", "visit_id")
