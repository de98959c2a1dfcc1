"""Agencies end and are continued; the staff directory says who acts for whom."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    ALTER TABLE agencies ADD COLUMN valid_to date, ADD COLUMN successors text[] NOT NULL DEFAULT '{}',
        ADD COLUMN continuing text NOT NULL DEFAULT '', ADD COLUMN continuing_by json NOT NULL DEFAULT '{}',
        ADD COLUMN took_over json NOT NULL DEFAULT '[]', ADD COLUMN units text[] NOT NULL DEFAULT '{}',
        ADD COLUMN heard_at timestamptz NOT NULL DEFAULT clock_timestamp(), ADD COLUMN continued_at timestamptz
    """,
    # Which ended agencies somebody else continues this dossier for.
    "ALTER TABLE dossiers ADD COLUMN continued_from text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE staff (
        subject text CONSTRAINT pk_staff PRIMARY KEY,
        sequence bigint NOT NULL,
        data json NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Add what a merger and a delegation need; what is there goes on as it was."""
    for statement in STATEMENTS:
        op.execute(statement)
