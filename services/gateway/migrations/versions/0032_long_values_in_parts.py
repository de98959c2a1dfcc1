"""Long values of the documents' exchange stand in sealed parts; a job moves those that stand whole (ADR 0039)."""

from alembic import op

revision = "0032"
down_revision = "0029"

STATEMENTS = (
    """
    CREATE TABLE document_parts (
        owner uuid NOT NULL,
        place integer NOT NULL,
        is_last boolean NOT NULL,
        body bytea NOT NULL,
        CONSTRAINT pk_document_parts PRIMARY KEY (owner, place)
    )
    """,
    # Sealed bytes do not shrink: trying would cost time for nothing.
    "ALTER TABLE document_parts ALTER COLUMN body SET STORAGE EXTERNAL",
    "ALTER TABLE document_files ALTER COLUMN content DROP NOT NULL",
    "ALTER TABLE document_messages ALTER COLUMN body DROP NOT NULL",
    "ALTER TABLE document_arrivals ALTER COLUMN body DROP NOT NULL",
    # None of these reads a long value: a comparison with nothing looks at its length only.
    "CREATE INDEX ix_document_files_whole ON document_files (size) WHERE content <> ''",
    "CREATE INDEX ix_document_arrivals_whole ON document_arrivals (size) WHERE body <> ''",
    "DROP INDEX ix_document_arrivals_kept",
    "CREATE INDEX ix_document_arrivals_kept ON document_arrivals (settled_at)"
    " WHERE state IN ('DONE', 'SETTLED') AND body IS DISTINCT FROM ''",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
