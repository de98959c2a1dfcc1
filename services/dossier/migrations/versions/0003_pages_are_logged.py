"""A reading of a page of names belongs to no single dossier."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a logged reading name no dossier."""
    op.execute("ALTER TABLE access_log ALTER COLUMN dossier_id DROP NOT NULL")
