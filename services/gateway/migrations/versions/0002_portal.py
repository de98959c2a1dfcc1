"""What the national portal must be told, what it sent down, and the files it may fetch."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE portal_ledger (
        dossier_id uuid NOT NULL,
        version bigint NOT NULL,
        part integer NOT NULL,
        kind text NOT NULL,
        portal_status integer NOT NULL,
        code text NOT NULL,
        procedure_code text NOT NULL,
        occurred_at timestamptz NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        is_uncertain boolean NOT NULL DEFAULT false,
        is_told boolean NOT NULL DEFAULT false,
        is_silence boolean NOT NULL DEFAULT false,
        next_attempt_at timestamptz NOT NULL,
        lease_id uuid,
        lease_until timestamptz,
        answer_code text NOT NULL DEFAULT '',
        answer text NOT NULL DEFAULT '',
        settled_at timestamptz,
        CONSTRAINT pk_portal_ledger PRIMARY KEY (dossier_id, version, part)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX ix_portal_ledger_code ON portal_ledger (code)",
    "CREATE INDEX ix_portal_ledger_open ON portal_ledger (dossier_id, version, part) WHERE state <> 'CONFIRMED'",
    "CREATE INDEX ix_portal_ledger_due ON portal_ledger (next_attempt_at) WHERE state IN ('WAITING', 'SENDING')",
    "CREATE INDEX ix_portal_ledger_settled_at ON portal_ledger (settled_at) WHERE state = 'CONFIRMED'",
    """
    CREATE TABLE portal_procedures (
        local_code text NOT NULL CONSTRAINT pk_portal_procedures PRIMARY KEY,
        portal_code text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE portal_files (
        token text NOT NULL CONSTRAINT pk_portal_files PRIMARY KEY,
        attachment_id uuid NOT NULL CONSTRAINT uq_portal_files_attachment_id UNIQUE,
        dossier_id uuid NOT NULL,
        file_name text NOT NULL,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX ix_portal_files_dossier_id ON portal_files (dossier_id)",
    """
    CREATE TABLE portal_inbound (
        id uuid NOT NULL CONSTRAINT pk_portal_inbound PRIMARY KEY,
        path text NOT NULL,
        body bytea NOT NULL,
        sha256 bytea NOT NULL,
        received_at timestamptz NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        portal_code text NOT NULL DEFAULT '',
        dossier_id text NOT NULL DEFAULT '',
        answer_code integer,
        answer text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        settled_at timestamptz
    )
    """,
    "CREATE INDEX ix_portal_inbound_portal_code ON portal_inbound (portal_code, received_at)",
    "CREATE INDEX ix_portal_inbound_due ON portal_inbound (next_attempt_at) WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX ix_portal_inbound_open ON portal_inbound (received_at) WHERE state <> 'DONE'",
    """
    CREATE TABLE portal_differences (
        dossier_id uuid NOT NULL CONSTRAINT pk_portal_differences PRIMARY KEY,
        code text NOT NULL,
        told_status integer NOT NULL,
        held_status integer NOT NULL,
        is_there boolean NOT NULL,
        found_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
