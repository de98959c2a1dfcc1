"""What waits for the portal of a dossier another system ended is told no more."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep beside who owns a dossier's status whether that one ended it."""
    op.add_column(
        "portal_owners", sa.Column("has_ended", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("portal_owners", "has_ended")
