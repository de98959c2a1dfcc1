"""Everybody who goes on for an agency that ended; splits of before are filled by `catalog republish`."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build."""
    op.execute("ALTER TABLE offices ADD COLUMN heirs text[] NOT NULL DEFAULT '{}'")
    op.execute("UPDATE offices SET heirs = ARRAY[continuing] WHERE continuing <> ''")
    op.execute("DROP INDEX ix_offices_continuing")
