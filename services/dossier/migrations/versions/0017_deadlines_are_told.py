"""Outside steps have deadlines of their own; officers are told of deadlines once a threshold."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE outside_requests ADD COLUMN due_at timestamptz",
    "UPDATE outside_requests o SET due_at = (d.step ->> 'due_at')::timestamptz FROM dossiers d"
    " WHERE d.id = o.dossier_id AND o.state IN ('WAITING', 'SENT')",
    "CREATE INDEX ix_outside_requests_due ON outside_requests (due_at) WHERE state IN ('WAITING', 'SENT')",
    "CREATE INDEX ix_dossiers_running_due ON dossiers (due_at) WHERE state IN ('ACCEPTED', 'PROCESSING')",
    "CREATE TABLE deadline_warnings (dossier_id uuid NOT NULL, threshold text NOT NULL,"
    " about timestamptz NOT NULL, raised_at timestamptz NOT NULL,"
    " CONSTRAINT pk_deadline_warnings PRIMARY KEY (dossier_id, threshold, about))",
)


def upgrade() -> None:
    """Add them; requests under way are due when their step is."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE deadline_warnings")
    op.execute("DROP INDEX ix_dossiers_running_due")
    op.execute("ALTER TABLE outside_requests DROP COLUMN due_at")
