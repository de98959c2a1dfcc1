"""What is written once and read whole lies as it is: packing it took most of an import's time.

What is only kept (the parts, and what was found) stays packed; a file's content comes packed already.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE procedure_versions ALTER COLUMN data SET STORAGE EXTERNAL",
    "ALTER TABLE outbox ALTER COLUMN data SET STORAGE EXTERNAL",
    "ALTER TABLE imports ALTER COLUMN content SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
