"""The copy of an agency keeps its first day: nothing is received for it before that."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing says when those kept so far began: they have, until the catalogue tells them again."""
    op.add_column("agencies", sa.Column("valid_from", sa.Date()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("agencies", "valid_from")
