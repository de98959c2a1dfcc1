"""Units of agencies have names: the control slip says them. Those kept before get theirs with the next change."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them, unknown so far."""
    op.add_column("agencies", sa.Column("unit_names", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("agencies", "unit_names")
