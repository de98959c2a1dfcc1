"""Replies end outside steps, documents are superseded: what came later, what waits for people."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table of replies."""
    op.execute("ALTER TABLE exchanged_documents ADD COLUMN request_id uuid, ADD COLUMN superseded_by uuid")
    op.execute("""
        CREATE TABLE document_replies (
            id uuid NOT NULL,
            document uuid NOT NULL,
            agency text NOT NULL,
            asked uuid,
            request_id uuid,
            dossier_id uuid,
            dossier_code text NOT NULL,
            state text NOT NULL,
            why text DEFAULT '' NOT NULL,
            outcome text DEFAULT '' NOT NULL,
            attempts integer DEFAULT 0 NOT NULL,
            next_attempt_at timestamptz,
            created_at timestamptz NOT NULL,
            settled_at timestamptz,
            settled_by text DEFAULT '' NOT NULL,
            words text DEFAULT '' NOT NULL,
            version bigint DEFAULT 1 NOT NULL,
            CONSTRAINT pk_document_replies PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX ix_document_replies_document ON document_replies (document)")
    op.execute(
        "CREATE UNIQUE INDEX ux_document_replies_answering ON document_replies (request_id)"
        " WHERE state IN ('WAITING', 'TOLD')"
    )
    op.execute(
        "CREATE INDEX ix_document_replies_due ON document_replies (next_attempt_at) WHERE state = 'WAITING'"
    )
    op.execute("CREATE INDEX ix_document_replies_agency ON document_replies (agency, state, id)")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE document_replies")
    op.execute("ALTER TABLE exchanged_documents DROP COLUMN request_id, DROP COLUMN superseded_by")
