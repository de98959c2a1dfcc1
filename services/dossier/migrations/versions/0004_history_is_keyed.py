"""Each entry of history names the key its hash was made with."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key's id; entries from before have none and are told apart by `verify-history`."""
    op.execute("ALTER TABLE history ADD COLUMN key_id TEXT NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE history ALTER COLUMN key_id DROP DEFAULT")
