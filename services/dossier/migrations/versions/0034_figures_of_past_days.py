"""Statistics keep what due moments and clocks were before they changed; `rebuild-figures` fills earlier rows."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TABLES = ("figure_rows", "closed_figure_rows")
_COLUMNS = ("was_until", "was_due", "was_stopped")


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    for table in _TABLES:
        for column in _COLUMNS:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} timestamptz[] NOT NULL DEFAULT '{{}}'")


def downgrade() -> None:
    """Judge past days by what holds today again."""
    for table in _TABLES:
        for column in _COLUMNS:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
