"""The portal's catalogues beside ours, questions asked there, and the month's satisfaction."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    # What was mapped so far are procedures.
    "ALTER TABLE portal_procedures RENAME TO portal_mappings",
    "ALTER TABLE portal_mappings ADD COLUMN kind text NOT NULL DEFAULT 'PROCEDURE'",
    "ALTER TABLE portal_mappings ALTER COLUMN kind DROP DEFAULT",
    "ALTER TABLE portal_mappings DROP CONSTRAINT pk_portal_procedures",
    "ALTER TABLE portal_mappings ADD CONSTRAINT pk_portal_mappings PRIMARY KEY (kind, local_code)",
    "CREATE INDEX ix_portal_mappings_kind_portal_code ON portal_mappings (kind, portal_code)",
    """
    CREATE TABLE portal_codes (
        kind text NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        owner text NOT NULL,
        seen_at timestamptz NOT NULL,
        gone_at timestamptz,
        CONSTRAINT pk_portal_codes PRIMARY KEY (kind, code)
    )
    """,
    """
    CREATE TABLE portal_reads (
        name text NOT NULL CONSTRAINT pk_portal_reads PRIMARY KEY,
        read_at timestamptz NOT NULL,
        lines bigint NOT NULL
    )
    """,
    """
    CREATE TABLE portal_questions (
        id uuid NOT NULL CONSTRAINT pk_portal_questions PRIMARY KEY,
        origin text NOT NULL,
        number bigint NOT NULL,
        agency text NOT NULL,
        agency_name text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        asker text NOT NULL,
        kept_at timestamptz NOT NULL,
        state text NOT NULL,
        answer text NOT NULL DEFAULT '',
        answered_by text NOT NULL DEFAULT '',
        answered_position text NOT NULL DEFAULT '',
        answered_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        portal_code integer,
        portal_answer text NOT NULL DEFAULT '',
        told_at timestamptz,
        forgotten_at timestamptz,
        version bigint NOT NULL DEFAULT 1,
        CONSTRAINT uq_portal_questions_origin_number UNIQUE (origin, number)
    )
    """,
    "CREATE INDEX ix_portal_questions_agency_id ON portal_questions (agency, id)",
    "CREATE INDEX ix_portal_questions_due ON portal_questions (next_attempt_at)"
    " WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX ix_portal_questions_kept ON portal_questions (told_at) WHERE forgotten_at IS NULL",
    "CREATE SEQUENCE portal_question_numbers",
    """
    CREATE TABLE portal_question_readings (
        id uuid NOT NULL CONSTRAINT pk_portal_question_readings PRIMARY KEY,
        question_id uuid NOT NULL,
        at timestamptz NOT NULL,
        subject text NOT NULL
    )
    """,
    "CREATE INDEX ix_portal_question_readings_question_id ON portal_question_readings (question_id)",
    """
    CREATE TABLE portal_summaries (
        month date NOT NULL,
        agency text NOT NULL,
        procedure text NOT NULL,
        question text NOT NULL,
        body jsonb NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        portal_code integer,
        portal_answer text NOT NULL DEFAULT '',
        told_at timestamptz,
        CONSTRAINT pk_portal_summaries PRIMARY KEY (month, agency, procedure, question)
    )
    """,
    "CREATE INDEX ix_portal_summaries_due ON portal_summaries (next_attempt_at)"
    " WHERE next_attempt_at IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
