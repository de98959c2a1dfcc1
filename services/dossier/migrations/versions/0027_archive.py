"""The archive: records with their retention, holds, batches of packages, what the archive answered."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE archive_records (
        dossier_id uuid CONSTRAINT pk_archive_records PRIMARY KEY, version bigint NOT NULL, code text NOT NULL,
        procedure_code text NOT NULL, procedure_name text NOT NULL, agency text NOT NULL, ending text NOT NULL,
        ended_on date NOT NULL, retention text NOT NULL, source text NOT NULL, is_checked boolean NOT NULL,
        counted_from date NOT NULL, kept_through date, submit_by date NOT NULL, state text NOT NULL,
        archive_code text NOT NULL, destroyed_by uuid,
        CONSTRAINT ck_archive_records_state CHECK (state IN ('KEPT', 'SUBMITTED', 'ARCHIVED', 'DESTROYED'))
    )
    """,
    "CREATE INDEX ix_archive_records_agency ON archive_records (agency, state, ended_on, dossier_id)",
    "CREATE INDEX ix_archive_records_over ON archive_records (agency, kept_through, dossier_id)"
    " WHERE kept_through IS NOT NULL AND state <> 'DESTROYED'",
    """
    CREATE TABLE archive_holds (
        id uuid CONSTRAINT pk_archive_holds PRIMARY KEY, version bigint NOT NULL, dossier_id uuid NOT NULL,
        agency text NOT NULL, kind text NOT NULL, reason text NOT NULL, legal_basis text NOT NULL,
        placed_by text NOT NULL, placed_by_name text NOT NULL, placed_at timestamptz NOT NULL,
        released_by text NOT NULL, released_at timestamptz, release_reason text NOT NULL
    )
    """,
    "CREATE INDEX ix_archive_holds_dossier_id ON archive_holds (dossier_id)",
    """
    CREATE TABLE archive_batches (
        id uuid CONSTRAINT pk_archive_batches PRIMARY KEY, version bigint NOT NULL, agency text NOT NULL,
        agency_name text NOT NULL, state text NOT NULL, prepared_by text NOT NULL,
        prepared_by_name text NOT NULL, prepared_at timestamptz NOT NULL, number integer, year integer,
        handed_by text NOT NULL, handed_by_name text NOT NULL, handed_at timestamptz, protocol json,
        attempts integer NOT NULL, next_attempt_at timestamptz, last_failure text NOT NULL,
        closed_at timestamptz,
        CONSTRAINT uq_archive_batches_agency_year_number UNIQUE (agency, year, number)
    )
    """,
    "CREATE INDEX ix_archive_batches_agency_id ON archive_batches (agency, id)",
    "CREATE INDEX ix_archive_batches_building ON archive_batches (id) WHERE state = 'BUILDING'",
    "CREATE INDEX ix_archive_batches_due ON archive_batches (next_attempt_at)"
    " WHERE state IN ('HANDED', 'SENT')",
    """
    CREATE TABLE archive_packages (
        id uuid CONSTRAINT pk_archive_packages PRIMARY KEY, version bigint NOT NULL, batch_id uuid NOT NULL,
        dossier_id uuid NOT NULL, code text NOT NULL, state text NOT NULL, dossier_version bigint NOT NULL,
        sha256 bytea, size bigint, files integer, reason text NOT NULL, archive_code text NOT NULL,
        built_at timestamptz, answered_at timestamptz
    )
    """,
    "CREATE INDEX ix_archive_packages_batch_id ON archive_packages (batch_id)",
    # A dossier is in one batch at a time, and accepted once.
    "CREATE UNIQUE INDEX uq_archive_packages_live ON archive_packages (dossier_id)"
    " WHERE state NOT IN ('REFUSED', 'WITHDRAWN')",
    """
    CREATE TABLE archive_numbers (
        agency text NOT NULL, year integer NOT NULL, book text NOT NULL, last integer NOT NULL,
        CONSTRAINT pk_archive_numbers PRIMARY KEY (agency, year, book)
    )
    """,
    """
    CREATE TABLE archive_messages (
        id text CONSTRAINT pk_archive_messages PRIMARY KEY, batch_id uuid, said_at timestamptz,
        received_by text NOT NULL, received_at timestamptz NOT NULL, failure text NOT NULL, raw bytea NOT NULL
    )
    """,
    "CREATE INDEX ix_archive_messages_batch_id ON archive_messages (batch_id)",
    """
    CREATE TABLE archive_message_lines (
        message_id text NOT NULL, package_id uuid NOT NULL, judgement text NOT NULL, reason text NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT pk_archive_message_lines PRIMARY KEY (message_id, package_id)
    )
    """,
)


def upgrade() -> None:
    """Build it; `fix-retention` then gives a record to dossiers that ended before."""
    for statement in STATEMENTS:
        op.execute(statement)
