"""Messages, their readings, and what people do not want."""

from alembic import op

from kernel.postgres.ddl import kernel_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE messages (
        id uuid NOT NULL CONSTRAINT pk_messages PRIMARY KEY,
        event_id uuid NOT NULL,
        recipient_key text NOT NULL,
        template text NOT NULL,
        template_version integer NOT NULL,
        channel text NOT NULL CONSTRAINT ck_messages_channel CHECK (channel IN ('EMAIL', 'SMS', 'IN_APP')),
        dossier_id uuid,
        agencies jsonb NOT NULL,
        recipient text NOT NULL,
        recipient_masked text NOT NULL,
        content text NOT NULL,
        state text NOT NULL CONSTRAINT ck_messages_state CHECK
            (state IN ('PLANNED', 'SENDING', 'SENT', 'FAILED_TEMPORARY', 'FAILED_PERMANENT')),
        reason text NOT NULL,
        skipped jsonb NOT NULL,
        attempts integer NOT NULL,
        not_before timestamptz NOT NULL,
        due_at timestamptz,
        lease uuid,
        provider_id text,
        created_at timestamptz NOT NULL,
        sent_at timestamptz,
        version bigint NOT NULL,
        CONSTRAINT uq_messages_event_id_recipient_key_template_channel
            UNIQUE (event_id, recipient_key, template, channel)
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)
    """,
    "CREATE INDEX ix_messages_dossier_id ON messages (dossier_id)",
    """
    CREATE INDEX ix_messages_due ON messages (channel, due_at)
    WHERE state IN ('PLANNED', 'SENDING', 'FAILED_TEMPORARY')
    """,
    "CREATE INDEX ix_messages_inbox ON messages (recipient_key, id) WHERE channel = 'IN_APP'",
    """
    CREATE TABLE readings (
        message_id uuid NOT NULL CONSTRAINT fk_readings_message_id_messages REFERENCES messages ON DELETE CASCADE,
        subject text NOT NULL,
        read_at timestamptz NOT NULL,
        CONSTRAINT pk_readings PRIMARY KEY (message_id, subject)
    )
    """,
    """
    CREATE TABLE opt_outs (
        subject text NOT NULL,
        category text NOT NULL,
        since timestamptz NOT NULL,
        CONSTRAINT pk_opt_outs PRIMARY KEY (subject, category)
    )
    """,
)


def upgrade() -> None:
    kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)
