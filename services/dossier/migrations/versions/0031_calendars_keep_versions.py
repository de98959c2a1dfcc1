"""Every version of a calendar's year is kept: what was promised under one is counted under it for good."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE calendar_versions (
        code TEXT NOT NULL,
        year INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        data JSON NOT NULL,
        CONSTRAINT pk_calendar_versions PRIMARY KEY (code, year, sequence)
    )
    """,
    "INSERT INTO calendar_versions (code, year, sequence, data) SELECT code, year, sequence, data FROM calendars",
)


def upgrade() -> None:
    """Keep versions from here on; of those before, the one in force now is known."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Keep only what is in force."""
    op.execute("DROP TABLE calendar_versions")
