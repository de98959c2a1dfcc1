"""What outside systems told is sealed: it decides how dossiers of ours ended (ADR 0031)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of before are sealed by `seal-rows`, as of every table."""
    op.add_column(
        "mirror_statuses", sa.Column("seals", JSONB(), nullable=False, server_default=sa.text("'{}'"))
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_column("mirror_statuses", "seals")
