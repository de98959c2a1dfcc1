"""Agencies that end, and who goes on for them; those of before are filled by `catalog republish`."""

from alembic import op

revision = "0034"
down_revision = "0032"


def upgrade() -> None:
    op.execute("ALTER TABLE agencies ADD COLUMN valid_to date")
    op.execute("ALTER TABLE agencies ADD COLUMN heirs text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.drop_column("agencies", "heirs")
    op.drop_column("agencies", "valid_to")
