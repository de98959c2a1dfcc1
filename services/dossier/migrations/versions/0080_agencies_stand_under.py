"""The copy of an agency keeps whom it stands under: what lies below a merged agency is below its heir."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of those kept so far their codes say it, until the catalogue tells them again."""
    op.add_column("agencies", sa.Column("parent", sa.Text()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("agencies", "parent")
