"""Papers asked for keep their day in statistics (`rebuild-figures` fills earlier rows), calendars when decided."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLES = ("figure_rows", "closed_figure_rows")


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN asked_at timestamptz[] NOT NULL DEFAULT '{{}}'")
    op.execute("ALTER TABLE calendar_versions ADD COLUMN decided_at timestamptz")


def downgrade() -> None:
    """Count on every past day what was asked until today again; late entries by today's calendar."""
    op.execute("ALTER TABLE calendar_versions DROP COLUMN decided_at")
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN asked_at")
