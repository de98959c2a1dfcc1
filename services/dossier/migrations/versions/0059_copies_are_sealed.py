"""What the catalogue published is sealed when it is kept; run `seal-rows` once for copies of before."""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

TABLES = ("procedures", "processes", "agencies", "staff", "forms", "calendars", "calendar_versions")


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN seals jsonb NOT NULL DEFAULT '{{}}'")


def downgrade() -> None:
    """Go back; copies lose their seals."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN seals")
