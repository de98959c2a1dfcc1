"""Invitations, and responses that do not know their invitation."""

from alembic import op

from kernel.postgres.ddl import kernel_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE invitations (
        id uuid NOT NULL CONSTRAINT pk_invitations PRIMARY KEY,
        dossier_id uuid NOT NULL,
        person bytea NOT NULL,
        token_hash bytea NOT NULL CONSTRAINT uq_invitations_token_hash UNIQUE,
        questionnaire text NOT NULL,
        questionnaire_version integer NOT NULL,
        agency_code text NOT NULL,
        agency_name text NOT NULL,
        procedure_code text NOT NULL,
        procedure_name text NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        is_answered boolean NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT uq_invitations_dossier_id_person UNIQUE (dossier_id, person)
    )
    """,
    """
    CREATE TABLE responses (
        id uuid NOT NULL CONSTRAINT pk_responses PRIMARY KEY,
        questionnaire text NOT NULL,
        questionnaire_version integer NOT NULL,
        agency_code text NOT NULL,
        procedure_code text NOT NULL,
        received_on date NOT NULL,
        answers jsonb NOT NULL
    )
    """,
    "CREATE INDEX ix_responses_agency_code_received_on ON responses (agency_code, received_on)",
    "CREATE INDEX ix_responses_received_on ON responses (received_on)",
)


def upgrade() -> None:
    kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)
