"""What chooses among a procedure's versions has columns of its own; groups and points are sealed like others.

Rows of before have none of the columns: their documents are proved instead, until they are published again.
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

SEALED = ("interlinked_groups", "desk_points")


def upgrade() -> None:
    """Build; a constant default rewrites no row. Run `seal-rows` once for copies of before."""
    op.execute("ALTER TABLE procedures ADD COLUMN line text, ADD COLUMN takes_new boolean")
    for table in SEALED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN seals jsonb NOT NULL DEFAULT '{{}}'")


def downgrade() -> None:
    """Go back; seals of choices fit no more, and copies of groups and points lose theirs."""
    op.execute("ALTER TABLE procedures DROP COLUMN line, DROP COLUMN takes_new")
    for table in SEALED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN seals")
