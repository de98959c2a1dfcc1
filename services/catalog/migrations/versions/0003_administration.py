"""Mergers, administrative units, one-stop points, delegations, leave."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
