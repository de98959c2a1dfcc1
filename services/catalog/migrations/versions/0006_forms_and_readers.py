"""E-forms, information pages, changes, subscriptions."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
