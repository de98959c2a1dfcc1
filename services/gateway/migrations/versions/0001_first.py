"""Sessions, staff directory, public tracking."""

from alembic import op

from kernel.postgres.ddl import kernel_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE sessions (
        id_hash bytea NOT NULL CONSTRAINT pk_sessions PRIMARY KEY,
        subject text NOT NULL,
        identity text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)",
    """
    CREATE TABLE staff (
        subject text NOT NULL CONSTRAINT pk_staff PRIMARY KEY,
        version bigint NOT NULL,
        name text NOT NULL,
        agency text NOT NULL,
        unit text NOT NULL,
        roles jsonb NOT NULL,
        valid_from date,
        valid_to date,
        delegations jsonb NOT NULL,
        leaves jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE agencies (
        code text NOT NULL CONSTRAINT pk_agencies PRIMARY KEY,
        version bigint NOT NULL,
        name text NOT NULL,
        units jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE tracking (
        dossier_id uuid NOT NULL CONSTRAINT pk_tracking PRIMARY KEY,
        version bigint NOT NULL,
        secret_hash text,
        shown jsonb NOT NULL,
        timeline jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE tracking_codes (
        code text NOT NULL CONSTRAINT pk_tracking_codes PRIMARY KEY,
        dossier_id uuid NOT NULL
    )
    """,
    "CREATE INDEX ix_tracking_codes_dossier_id ON tracking_codes (dossier_id)",
    """
    CREATE TABLE failed_attempts (
        what bytea NOT NULL CONSTRAINT pk_failed_attempts PRIMARY KEY,
        free integer NOT NULL,
        failures integer NOT NULL,
        last_at timestamptz NOT NULL,
        blocked_until timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_failed_attempts_last_at ON failed_attempts (last_at)",
)


def upgrade() -> None:
    kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)
