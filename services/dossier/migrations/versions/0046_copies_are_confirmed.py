"""A copy is asked for at the counter and confirmed by its signer; only then it is a line of the book."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE copy_requests (
        id uuid CONSTRAINT pk_copy_requests PRIMARY KEY, agency text NOT NULL, document_name text NOT NULL,
        pages integer NOT NULL, copies integer NOT NULL, requester_sealed text NOT NULL,
        requester_index bytea, signer text NOT NULL, signer_name text NOT NULL, entered_by text NOT NULL,
        entered_by_name text NOT NULL, asked_at timestamptz NOT NULL, state text NOT NULL,
        decided_by text NOT NULL, decided_at timestamptz, reason text NOT NULL
    )
    """,
    "CREATE INDEX ix_copy_requests_agency ON copy_requests (agency, id) WHERE state = 'WAITING'",
    "ALTER TABLE certified_copies ADD COLUMN requester_index bytea, ADD COLUMN confirmed_by text",
    "CREATE INDEX ix_certified_copies_requester_index ON certified_copies (requester_index)"
    " WHERE requester_index IS NOT NULL",
    "CREATE INDEX ix_certified_copies_certified_at ON certified_copies (certified_at, agency)",
)


def upgrade() -> None:
    """Add requests; lines of before stand as they were entered."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE copy_requests")
    op.execute("ALTER TABLE certified_copies DROP COLUMN requester_index, DROP COLUMN confirmed_by")
