"""Who goes on for an agency that ended; what was heard before is filled by `catalog republish`."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build."""
    op.execute("ALTER TABLE offices ADD COLUMN continuing text NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX ix_offices_continuing ON offices (continuing)")
