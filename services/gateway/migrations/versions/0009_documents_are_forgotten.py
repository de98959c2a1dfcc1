"""Which arrival a document came with: what a list destroyed, and what is long done, is forgotten there too."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE exchanged_documents ADD COLUMN arrival uuid")
    op.execute(
        "CREATE INDEX ix_document_arrivals_kept ON document_arrivals (settled_at)"
        " WHERE state = 'DONE' AND body <> ''"
    )
