"""What came over the document axis and people are done with is forgotten in its time, as what was understood."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    _kept("state IN ('DONE', 'SETTLED') AND body <> ''")


def downgrade() -> None:
    op.execute("UPDATE document_arrivals SET state = 'PARKED' WHERE state = 'SETTLED'")
    _kept("state = 'DONE' AND body <> ''")


def _kept(which: str) -> None:
    op.drop_index("ix_document_arrivals_kept", "document_arrivals")
    op.create_index("ix_document_arrivals_kept", "document_arrivals", ["settled_at"], postgresql_where=which)
