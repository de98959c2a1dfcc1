"""A message may lapse unsent; inboxes are read in the order of events, because ids say nothing of time."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE messages DROP CONSTRAINT ck_messages_state",
    """
    ALTER TABLE messages ADD CONSTRAINT ck_messages_state CHECK
        (state IN ('PLANNED', 'SENDING', 'SENT', 'FAILED_TEMPORARY', 'FAILED_PERMANENT', 'LAPSED'))
    """,
    "DROP INDEX ix_messages_inbox",
    "CREATE INDEX ix_messages_inbox ON messages (recipient_key, event_id, id) WHERE channel = 'IN_APP'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
