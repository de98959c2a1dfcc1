"""Search terms, synonyms, imports in progress."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
