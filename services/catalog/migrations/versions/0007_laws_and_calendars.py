"""Legal documents and what hangs on them; decisions about calendars."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
