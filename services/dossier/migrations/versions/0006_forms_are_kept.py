"""The electronic form in force of each procedure: what a citizen fills in is held against it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the copies; a compacted topic fills them."""
    op.execute(
        "CREATE TABLE forms (code text NOT NULL CONSTRAINT pk_forms PRIMARY KEY,"
        " sequence bigint NOT NULL, data json NOT NULL)"
    )


def downgrade() -> None:
    """Forget the copies."""
    op.execute("DROP TABLE forms")
