"""The first tables."""

from alembic import op

from kernel.postgres.ddl import kernel_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE access_log (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        agency TEXT NOT NULL,
        what TEXT NOT NULL,
        dossier_id UUID NOT NULL,
        object_id UUID,
        CONSTRAINT pk_access_log PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_access_log_dossier_id_at ON access_log (dossier_id, at)
    """,
    """
    CREATE TABLE agencies (
        code TEXT NOT NULL,
        sequence BIGINT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        level TEXT NOT NULL,
        calendar TEXT NOT NULL,
        one_stop_name TEXT NOT NULL,
        address TEXT NOT NULL,
        phone TEXT NOT NULL,
        CONSTRAINT pk_agencies PRIMARY KEY (code)
    )
    """,
    """
    CREATE TABLE attachments (
        id UUID NOT NULL,
        uploader TEXT NOT NULL,
        component_code TEXT NOT NULL,
        file_name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size BIGINT NOT NULL,
        sha256 BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        dossier_id UUID,
        purpose TEXT NOT NULL,
        CONSTRAINT pk_attachments PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_attachments_dossier_id ON attachments (dossier_id) WHERE dossier_id IS NOT NULL
    """,
    """
    CREATE TABLE calendars (
        code TEXT NOT NULL,
        year INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        data JSON NOT NULL,
        CONSTRAINT pk_calendars PRIMARY KEY (code, year)
    )
    """,
    """
    CREATE TABLE code_counters (
        agency TEXT NOT NULL,
        day DATE NOT NULL,
        last INTEGER NOT NULL,
        CONSTRAINT pk_code_counters PRIMARY KEY (agency, day)
    )
    """,
    """
    CREATE TABLE components (
        dossier_id UUID NOT NULL,
        position SMALLINT NOT NULL,
        component_code TEXT NOT NULL,
        name TEXT NOT NULL,
        form TEXT NOT NULL,
        attachment_ids JSON NOT NULL,
        is_digitised BOOLEAN NOT NULL,
        reuse SMALLINT NOT NULL,
        is_from_personal_store BOOLEAN NOT NULL,
        CONSTRAINT pk_components PRIMARY KEY (dossier_id, position)
    )
    """,
    """
    CREATE TABLE dossiers (
        id UUID NOT NULL,
        version BIGINT NOT NULL,
        reference TEXT NOT NULL,
        origin TEXT NOT NULL,
        channel TEXT NOT NULL,
        procedure_code TEXT NOT NULL,
        procedure_name TEXT NOT NULL,
        sector TEXT NOT NULL,
        dossier_code TEXT,
        portal_code TEXT,
        process_code TEXT,
        prior_state TEXT,
        procedure_version INTEGER NOT NULL,
        process_version INTEGER,
        helping_agency TEXT NOT NULL,
        receiving_agency TEXT NOT NULL,
        competent_agency TEXT NOT NULL,
        state TEXT NOT NULL,
        agencies JSON NOT NULL,
        accepted_at TIMESTAMP WITH TIME ZONE,
        due_at TIMESTAMP WITH TIME ZONE,
        original_due_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        step JSON,
        owner_name TEXT NOT NULL,
        owner_subject TEXT,
        submitter_subject TEXT,
        owner_index BYTEA,
        parties_sealed TEXT NOT NULL,
        contact_sealed TEXT NOT NULL,
        form_sealed TEXT NOT NULL,
        secret_hash TEXT,
        result_delivery TEXT NOT NULL,
        work JSON NOT NULL,
        task_role TEXT,
        task_agency TEXT,
        task_unit TEXT,
        task_due_at TIMESTAMP WITH TIME ZONE,
        consulted_agencies TEXT[] NOT NULL,
        history_hash BYTEA NOT NULL,
        CONSTRAINT pk_dossiers PRIMARY KEY (id),
        CONSTRAINT uq_dossiers_reference UNIQUE (reference),
        CONSTRAINT uq_dossiers_dossier_code UNIQUE (dossier_code),
        CONSTRAINT uq_dossiers_portal_code UNIQUE (portal_code)
    )
    """,
    """
    CREATE INDEX ix_dossiers_competent_agency_id ON dossiers (competent_agency, id) WHERE competent_agency <> receiving_agency
    """,
    """
    CREATE INDEX ix_dossiers_consulted_agencies ON dossiers USING gin (consulted_agencies) WHERE consulted_agencies <> '{}'
    """,
    """
    CREATE INDEX ix_dossiers_helping_agency_id ON dossiers (helping_agency, id) WHERE helping_agency <> receiving_agency
    """,
    """
    CREATE INDEX ix_dossiers_owner_index_id ON dossiers (owner_index, id) WHERE owner_index IS NOT NULL
    """,
    """
    CREATE INDEX ix_dossiers_owner_subject_id ON dossiers (owner_subject, id)
    """,
    """
    CREATE INDEX ix_dossiers_receiving_agency_id ON dossiers (receiving_agency, id)
    """,
    """
    CREATE INDEX ix_dossiers_submitter_subject_id ON dossiers (submitter_subject, id) WHERE submitter_subject IS DISTINCT FROM owner_subject
    """,
    """
    CREATE INDEX ix_dossiers_task ON dossiers (task_agency, task_role, task_due_at, id) WHERE task_role IS NOT NULL
    """,
    """
    CREATE TABLE history (
        dossier_id UUID NOT NULL,
        version BIGINT NOT NULL,
        event_id UUID NOT NULL,
        type TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        actor TEXT NOT NULL,
        data JSON NOT NULL,
        previous_hash BYTEA NOT NULL,
        hash BYTEA NOT NULL,
        CONSTRAINT pk_history PRIMARY KEY (dossier_id, version)
    )
    """,
    """
    CREATE TABLE outside_requests (
        id UUID NOT NULL,
        dossier_id UUID NOT NULL,
        step TEXT NOT NULL,
        system TEXT NOT NULL,
        state TEXT NOT NULL,
        payload JSON NOT NULL,
        attempts INTEGER NOT NULL,
        next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
        last_failure TEXT NOT NULL,
        outcome TEXT,
        evidence JSON,
        answered_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_outside_requests PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_outside_requests_waiting ON outside_requests (next_attempt_at) WHERE state = 'WAITING'
    """,
    """
    CREATE TABLE papers (
        id UUID NOT NULL,
        dossier_id UUID NOT NULL,
        kind TEXT NOT NULL,
        number TEXT NOT NULL,
        legal_set TEXT NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
        issued_by TEXT NOT NULL,
        content_sealed TEXT NOT NULL,
        sha256 BYTEA,
        size BIGINT,
        printed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_papers PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_papers_dossier_id ON papers (dossier_id)
    """,
    """
    CREATE INDEX ix_papers_unprinted ON papers (id) WHERE sha256 IS NULL
    """,
    """
    CREATE TABLE procedures (
        code TEXT NOT NULL,
        version INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        valid_from DATE NOT NULL,
        performing TEXT[] NOT NULL,
        process TEXT,
        data JSON NOT NULL,
        CONSTRAINT pk_procedures PRIMARY KEY (code, version)
    )
    """,
    """
    CREATE TABLE processes (
        code TEXT NOT NULL,
        version INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        data JSON NOT NULL,
        CONSTRAINT pk_processes PRIMARY KEY (code, version)
    )
    """,
)


def upgrade() -> None:
    """Create everything."""
    kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)
