"""What the portal's own list holds otherwise, who compared it, and what was told again by itself."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE portal_differences ADD COLUMN source text NOT NULL DEFAULT 'LOOK_UP'",
    "ALTER TABLE portal_differences ADD COLUMN mended_at timestamptz",
    """
    CREATE TABLE portal_comparisons (
        id uuid NOT NULL CONSTRAINT pk_portal_comparisons PRIMARY KEY,
        at timestamptz NOT NULL,
        subject text NOT NULL,
        sha256 bytea NOT NULL,
        counts jsonb NOT NULL,
        unknown_codes jsonb NOT NULL,
        unread_lines jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
