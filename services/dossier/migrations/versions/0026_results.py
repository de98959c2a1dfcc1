"""The register of results: what was granted, to whom, until when."""

from alembic import op

revision = "0026"
down_revision = "0025"

STATEMENTS = (
    """
    CREATE TABLE result_register (
        id uuid CONSTRAINT pk_result_register PRIMARY KEY,
        dossier_id uuid NOT NULL,
        dossier_code text NOT NULL,
        procedure_code text NOT NULL,
        type text NOT NULL,
        name text NOT NULL,
        number text NOT NULL,
        holder_sealed text NOT NULL,
        holder_index bytea,
        holder_subject text,
        agency text NOT NULL,
        agency_name text NOT NULL,
        signed_by text NOT NULL,
        issued_at timestamptz NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        attachment_ids uuid[] NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        legal_basis text NOT NULL,
        ended_by text NOT NULL,
        ended_at timestamptz,
        version bigint NOT NULL,
        CONSTRAINT ck_result_register_state CHECK (state IN ('VALID', 'RECALLED', 'REVOKED')),
        CONSTRAINT ck_result_register_days CHECK (valid_to >= valid_from),
        CONSTRAINT ck_result_register_end CHECK ((state = 'VALID') = (ended_at IS NULL))
    )
    """,
    # One result of a dossier holds at a time; a recalled one makes room for the next.
    "CREATE UNIQUE INDEX uq_result_register_valid ON result_register (dossier_id) WHERE state = 'VALID'",
    "CREATE INDEX ix_result_register_number_id ON result_register (number, id)",
    "CREATE INDEX ix_result_register_holder_index_id ON result_register (holder_index, id)",
    "CREATE INDEX ix_result_register_holder_subject_id ON result_register (holder_subject, id)",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
