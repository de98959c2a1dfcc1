"""Opinions asked stand in inboxes; dossiers are found by name, number and phone."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dossiers ADD COLUMN asked_desks text[] NOT NULL DEFAULT '{}',"
    " ADD COLUMN asked_due_at timestamptz",
    "CREATE INDEX ix_dossiers_asked_desks ON dossiers USING gin (asked_desks) WHERE asked_desks <> '{}'",
    """
    UPDATE dossiers d SET (asked_desks, asked_due_at) = (
        SELECT array_agg(DISTINCT (one ->> 'agency') || '|' || (one ->> 'role') || '|' || (one ->> 'unit')),
            min((one ->> 'due_at')::timestamptz)
        FROM json_array_elements(d.work -> 'consultations') AS one WHERE one ->> 'state' = 'OPEN')
    WHERE state = 'PROCESSING' AND EXISTS (
        SELECT 1 FROM json_array_elements(d.work -> 'consultations') AS one WHERE one ->> 'state' = 'OPEN')
    """,
    "CREATE TABLE dossier_search (dossier_id uuid CONSTRAINT pk_dossier_search PRIMARY KEY,"
    " keys text[] NOT NULL)",
    "CREATE INDEX ix_dossier_search_keys ON dossier_search USING gin (keys)",
)


def upgrade() -> None:
    """Add them; dossiers from before are found once `index-search` has run (their names are sealed)."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE dossier_search")
    op.execute("ALTER TABLE dossiers DROP COLUMN asked_desks, DROP COLUMN asked_due_at")
