"""A certified copy may be electronic: the scan it is of, its draft, and the file that was signed and sealed."""

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE copy_requests ADD COLUMN scan_id uuid",
    "ALTER TABLE certified_copies ADD COLUMN scan_id uuid",
    """
    CREATE TABLE electronic_copies (
        copy_id uuid CONSTRAINT pk_electronic_copies PRIMARY KEY, agency text NOT NULL,
        agency_name text NOT NULL, draft_id uuid NOT NULL, drafted_by text NOT NULL,
        drafted_at timestamptz NOT NULL, file_id uuid CONSTRAINT uq_electronic_copies_file_id UNIQUE,
        issued_by text, issued_by_name text, issued_at timestamptz, seals jsonb NOT NULL DEFAULT '{}',
        CONSTRAINT electronic_copies_moments_are_moments CHECK (
            drafted_at BETWEEN '0100-01-01Z' AND '9000-01-01Z'
            AND issued_at BETWEEN '0100-01-01Z' AND '9000-01-01Z')
    )
    """,
    "CREATE INDEX ix_electronic_copies_issued_at ON electronic_copies (issued_at, agency)"
    " WHERE issued_at IS NOT NULL",
    # What was issued stays: the citizen has it.
    """
    CREATE TRIGGER issued_is_kept BEFORE UPDATE OR DELETE ON electronic_copies
        FOR EACH ROW WHEN (OLD.file_id IS NOT NULL) EXECUTE FUNCTION refuse_history_change()
    """,
)


def upgrade() -> None:
    """Add them; copies of before are on paper."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE electronic_copies")
    op.execute("ALTER TABLE certified_copies DROP COLUMN scan_id")
    op.execute("ALTER TABLE copy_requests DROP COLUMN scan_id")
