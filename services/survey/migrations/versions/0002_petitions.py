"""Petitions, what was done to them and who read them; agencies and calendars as the catalogue tells them."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE petitions (
        id uuid NOT NULL CONSTRAINT pk_petitions PRIMARY KEY,
        reference text NOT NULL CONSTRAINT uq_petitions_reference UNIQUE,
        source text NOT NULL,
        portal_id text CONSTRAINT uq_petitions_portal_id UNIQUE,
        kind text,
        stage text NOT NULL,
        agency_code text NOT NULL,
        agency_name text NOT NULL,
        been_at jsonb NOT NULL,
        subject text,
        sender bytea,
        code_hash bytea,
        dossier_code text NOT NULL,
        received_at timestamptz NOT NULL,
        arrived_at timestamptz NOT NULL,
        due_at timestamptz,
        answer_due_at timestamptz,
        stops jsonb NOT NULL,
        closed_at timestamptz,
        is_late boolean NOT NULL,
        reject_reason text,
        published_at timestamptz,
        published jsonb,
        is_satisfied boolean,
        times_again integer NOT NULL,
        version bigint NOT NULL,
        words text NOT NULL
    )
    """,
    "CREATE INDEX ix_petitions_agency_code_due_at ON petitions"
    " (agency_code, coalesce(due_at, 'infinity'::timestamptz), id)",
    "CREATE INDEX ix_petitions_subject_id ON petitions (subject, id)",
    "CREATE INDEX ix_petitions_sender_received_at ON petitions (sender, received_at)",
    "CREATE INDEX ix_petitions_published_at_id ON petitions (published_at, id)",
    "CREATE INDEX ix_petitions_closed_at ON petitions (closed_at)",
    "CREATE TABLE petition_acts (petition_id uuid NOT NULL, version bigint NOT NULL, action text NOT NULL,"
    " subject text NOT NULL, at timestamptz NOT NULL, CONSTRAINT pk_petition_acts PRIMARY KEY"
    " (petition_id, version))",
    "CREATE TABLE petition_readings (id uuid NOT NULL CONSTRAINT pk_petition_readings PRIMARY KEY,"
    " petition_id uuid NOT NULL, subject text NOT NULL, at timestamptz NOT NULL)",
    "CREATE INDEX ix_petition_readings_petition_id ON petition_readings (petition_id)",
    "CREATE TABLE offices (code text NOT NULL CONSTRAINT pk_offices PRIMARY KEY, version bigint NOT NULL,"
    " name text NOT NULL, calendar text NOT NULL, valid_from date NOT NULL, valid_to date)",
    "CREATE TABLE work_years (code text NOT NULL, year integer NOT NULL, version bigint NOT NULL,"
    " record jsonb NOT NULL, CONSTRAINT uq_work_years_code_year UNIQUE (code, year))",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
