"""Turns to call the portal are handed out to all processes together."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE portal_turns"
        " (queue boolean PRIMARY KEY, free_at timestamp with time zone NOT NULL)"
    )


def downgrade() -> None:
    op.execute("DROP TABLE portal_turns")
