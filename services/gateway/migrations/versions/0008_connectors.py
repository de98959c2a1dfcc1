"""What ministries' and sector systems tell: deliveries raw, their rows, mappings people make, cursors."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE connector_sources (
        name text NOT NULL CONSTRAINT pk_connector_sources PRIMARY KEY,
        cursor text NOT NULL DEFAULT '',
        failure text NOT NULL DEFAULT '',
        last_page bytea,
        pulled_at timestamptz,
        next_pull_at timestamptz,
        failures integer NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE connector_deliveries (
        id uuid NOT NULL CONSTRAINT pk_connector_deliveries PRIMARY KEY,
        source text NOT NULL,
        way text NOT NULL,
        position text NOT NULL,
        name text NOT NULL,
        body bytea NOT NULL,
        fingerprint bytea NOT NULL,
        bytes integer NOT NULL,
        received_at timestamptz NOT NULL,
        state text NOT NULL,
        form text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        rows integer NOT NULL DEFAULT 0,
        new_rows integer NOT NULL DEFAULT 0,
        changed_rows integer NOT NULL DEFAULT 0,
        unchanged_rows integer NOT NULL DEFAULT 0,
        refused_rows integer NOT NULL DEFAULT 0,
        read_at timestamptz,
        forgotten_at timestamptz
    )
    """,
    "CREATE INDEX ix_connector_deliveries_source ON connector_deliveries (source, id)",
    "CREATE UNIQUE INDEX uq_connector_deliveries_file ON connector_deliveries (source, position) WHERE way = 'FILE'",
    "CREATE INDEX ix_connector_deliveries_unread ON connector_deliveries (id) WHERE state = 'RECEIVED'",
    "CREATE INDEX ix_connector_deliveries_kept ON connector_deliveries (received_at) WHERE forgotten_at IS NULL",
    """
    CREATE TABLE connector_records (
        id uuid NOT NULL CONSTRAINT pk_connector_records PRIMARY KEY,
        delivery_id uuid NOT NULL,
        line integer NOT NULL,
        source text NOT NULL,
        outside_code text NOT NULL,
        told_at timestamptz,
        fingerprint bytea NOT NULL,
        standing text NOT NULL,
        state text NOT NULL,
        content text NOT NULL,
        outcome text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        mirror_id text NOT NULL DEFAULT '',
        needs jsonb NOT NULL DEFAULT '[]',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        settled_at timestamptz
    )
    """,
    "CREATE INDEX ix_connector_records_delivery ON connector_records (delivery_id, line)",
    "CREATE UNIQUE INDEX uq_connector_records_fingerprint ON connector_records (source, fingerprint)"
    " WHERE standing IN ('NEW', 'CHANGED')",
    "CREATE INDEX ix_connector_records_code ON connector_records (source, outside_code, told_at)"
    " WHERE standing IN ('NEW', 'CHANGED')",
    "CREATE INDEX ix_connector_records_due ON connector_records (next_attempt_at, id) WHERE state = 'WAITING'",
    "CREATE INDEX ix_connector_records_open ON connector_records (source, id)"
    " WHERE state IN ('UNMAPPED', 'REFUSED')",
    "CREATE INDEX ix_connector_records_kept ON connector_records (settled_at)"
    " WHERE state = 'DONE' AND content <> ''",
    """
    CREATE TABLE connector_mappings (
        source text NOT NULL,
        kind text NOT NULL,
        outside text NOT NULL,
        ours text NOT NULL,
        version bigint NOT NULL DEFAULT 1,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT pk_connector_mappings PRIMARY KEY (source, kind, outside)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
