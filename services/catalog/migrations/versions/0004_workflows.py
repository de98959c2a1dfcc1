"""Drafts and approvals of internal processes."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
