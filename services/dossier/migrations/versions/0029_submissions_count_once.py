"""Statistics know which dossiers are no submission of their own: they followed another of their group."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TABLES = ("figure_rows", "closed_figure_rows")


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN is_follower boolean NOT NULL DEFAULT false")
