"""Evidence is kept when it happens; dossiers of one visit are known together."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE evidence (
        id uuid CONSTRAINT pk_evidence PRIMARY KEY,
        dossier_id uuid NOT NULL,
        kind text NOT NULL,
        source text NOT NULL,
        component_code text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        details json NOT NULL
    )
    """,
    "CREATE INDEX ix_evidence_dossier_id ON evidence (dossier_id, id)",
    # What was seen stays as it was seen, like history.
    """
    CREATE TRIGGER evidence_is_kept BEFORE UPDATE OR DELETE ON evidence
        FOR EACH ROW EXECUTE FUNCTION refuse_history_change()
    """,
    """
    CREATE TABLE visit_dossiers (
        visit_id uuid NOT NULL,
        dossier_id uuid NOT NULL,
        agency text NOT NULL,
        officer text NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT pk_visit_dossiers PRIMARY KEY (visit_id, dossier_id)
    )
    """,
)


def upgrade() -> None:
    """Add both; dossiers from before keep the flags they were received with."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take both away."""
    op.execute("DROP TABLE visit_dossiers")
    op.execute("DROP TABLE evidence")
