"""Drafts and approvals of internal processes and interlinked groups."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TODAY = "(clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

STATEMENTS: tuple[str, ...] = (
    # Four eyes stand in the database too: whoever wrote any of it has not approved it.
    """
    CREATE TABLE workflow_drafts (
        id uuid CONSTRAINT pk_workflow_drafts PRIMARY KEY,
        kind text NOT NULL,
        code text NOT NULL,
        base_version bigint NOT NULL,
        state text NOT NULL,
        data jsonb NOT NULL,
        authors text[] NOT NULL,
        note text NOT NULL,
        approval jsonb,
        effective_on date,
        approved_by text,
        approved_at timestamptz,
        published_version bigint,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_workflow_drafts_kind CHECK (kind IN ('process', 'interlinked_group')),
        CONSTRAINT ck_workflow_drafts_state
            CHECK (state IN ('DRAFT', 'IN_REVIEW', 'APPROVED', 'PUBLISHED', 'DISCARDED')),
        CONSTRAINT ck_workflow_drafts_approval CHECK (state NOT IN ('APPROVED', 'PUBLISHED')
            OR (approval IS NOT NULL AND effective_on IS NOT NULL AND approved_by IS NOT NULL
                AND approved_by <> ALL (authors)))
    )
    """,
    """
    CREATE UNIQUE INDEX uq_workflow_drafts_open ON workflow_drafts (kind, code)
    WHERE state IN ('DRAFT', 'IN_REVIEW')
    """,
    "CREATE INDEX ix_workflow_drafts_due ON workflow_drafts (effective_on) WHERE state = 'APPROVED'",
    f"ALTER TABLE process_versions ADD COLUMN valid_from date NOT NULL DEFAULT {_TODAY}",
    "UPDATE process_versions SET valid_from = (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    f"""
    CREATE TABLE interlinked_group_versions (
        code text NOT NULL,
        version bigint NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        valid_from date NOT NULL DEFAULT {_TODAY},
        CONSTRAINT pk_interlinked_group_versions PRIMARY KEY (code, version)
    )
    """,
    """
    INSERT INTO interlinked_group_versions (code, version, data, created_at, valid_from)
    SELECT code, version, data, changed_at, (changed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    FROM interlinked_groups
    """,
    # Running dossiers are worked by the version they were handed over under: it never says something else.
    """
    CREATE FUNCTION workflow_versions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'an approved version never changes' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER process_versions_stand BEFORE UPDATE OR DELETE ON process_versions
    FOR EACH ROW EXECUTE FUNCTION workflow_versions_stand()
    """,
    """
    CREATE TRIGGER interlinked_group_versions_stand BEFORE UPDATE OR DELETE ON interlinked_group_versions
    FOR EACH ROW EXECUTE FUNCTION workflow_versions_stand()
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
