"""Documents exchanged with other agencies: what is sent, what came, who said what of it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
CREATE TABLE exchanged_documents (
    id uuid PRIMARY KEY,
    direction text NOT NULL,
    agency text NOT NULL,
    agency_name text NOT NULL,
    organ text NOT NULL,
    organ_name text NOT NULL,
    document_id text NOT NULL,
    document_key text NOT NULL,
    purpose integer NOT NULL,
    distinction text NOT NULL,
    about uuid,
    number text NOT NULL,
    promulgated_on date NOT NULL,
    type_name text NOT NULL,
    dossier_id uuid,
    dossier_code text NOT NULL,
    dossier_version bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    status text NOT NULL DEFAULT '',
    is_asked_back boolean NOT NULL DEFAULT false,
    is_revoked boolean NOT NULL DEFAULT false,
    procedure_code text NOT NULL DEFAULT '',
    words text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    failure text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
)""",
    "CREATE UNIQUE INDEX ux_exchanged_documents_once ON exchanged_documents"
    " (direction, agency, organ, document_key, purpose, distinction)",
    "CREATE INDEX ix_exchanged_documents_agency ON exchanged_documents (agency, direction, id)",
    "CREATE INDEX ix_exchanged_documents_key ON exchanged_documents (document_key)",
    "CREATE INDEX ix_exchanged_documents_dossier_id ON exchanged_documents (dossier_id)",
    "CREATE INDEX ix_exchanged_documents_planned ON exchanged_documents (created_at) WHERE state = 'PLANNED'",
    """
CREATE TABLE document_files (
    id uuid PRIMARY KEY,
    document uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL
)""",
    "CREATE INDEX ix_document_files_document ON document_files (document)",
    """
CREATE TABLE document_messages (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    document uuid NOT NULL,
    receiver text NOT NULL,
    receiver_name text NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    body bytea NOT NULL,
    sha256 bytea NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    reference text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    standing text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    handed_at timestamptz,
    settled_at timestamptz,
    CONSTRAINT uq_document_messages_document_receiver_kind_code UNIQUE (document, receiver, kind, code)
)""",
    "CREATE INDEX ix_document_messages_waiting ON document_messages (receiver, seq) WHERE state = 'WAITING'",
    "CREATE INDEX ix_document_messages_open ON document_messages (state, created_at) WHERE state <> 'TAKEN'",
    """
CREATE TABLE document_statuses (
    id uuid PRIMARY KEY,
    document uuid NOT NULL,
    receiver text NOT NULL,
    code text NOT NULL,
    at timestamptz NOT NULL,
    words text NOT NULL,
    heard_at timestamptz NOT NULL,
    CONSTRAINT uq_document_statuses_document_receiver_code_at UNIQUE (document, receiver, code, at)
)""",
    """
CREATE TABLE document_arrivals (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT uq_document_arrivals_sha256 UNIQUE,
    body bytea NOT NULL,
    size bigint NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    settled_at timestamptz
)""",
    "CREATE INDEX ix_document_arrivals_due ON document_arrivals (next_attempt_at)"
    " WHERE state IN ('RECEIVED', 'PARKED')",
    """
CREATE TABLE document_routes (
    procedure_code text PRIMARY KEY,
    receivers jsonb NOT NULL,
    version bigint NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
)""",
    """
CREATE TABLE document_acts (
    id uuid PRIMARY KEY,
    document uuid NOT NULL,
    at timestamptz NOT NULL,
    subject text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL
)""",
    "CREATE INDEX ix_document_acts_document ON document_acts (document)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
