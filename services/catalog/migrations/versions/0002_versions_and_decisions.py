"""Parts of procedures in time, drafts, publication decisions."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: tuple[str, ...] = (
    # What each side says of a procedure, and from when. Deferrable, as one statement closes and opens.
    """
    CREATE TABLE procedure_parts (
        code text NOT NULL,
        agency text NOT NULL,
        part text NOT NULL,
        number integer NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        is_superseded boolean NOT NULL DEFAULT false,
        change_kind text NOT NULL,
        is_abolished boolean NOT NULL,
        successors text[] NOT NULL,
        decision_id uuid,
        data jsonb NOT NULL,
        raw jsonb,
        digest text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_procedure_parts PRIMARY KEY (code, agency, part, number),
        CONSTRAINT ck_procedure_parts_period CHECK (valid_to >= valid_from),
        CONSTRAINT ck_procedure_parts_part CHECK (part IN ('NATIONAL', 'LOCAL')),
        CONSTRAINT ck_procedure_parts_kind CHECK (change_kind IN ('NEW', 'AMENDED', 'REPLACED', 'ABOLISHED')),
        CONSTRAINT ex_procedure_parts_one_a_day EXCLUDE USING gist
            (code WITH =, agency WITH =, part WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
            WHERE (NOT is_superseded) DEFERRABLE INITIALLY IMMEDIATE
    )
    """,
    "CREATE INDEX ix_procedure_parts_decision_id ON procedure_parts (decision_id)",
    """
    DO $$ BEGIN
        ALTER TABLE procedure_parts ALTER COLUMN data SET COMPRESSION lz4, ALTER COLUMN raw SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported THEN
        RAISE NOTICE 'this PostgreSQL has no lz4: records are packed by its default';
    END $$
    """,
    """
    INSERT INTO procedure_parts (code, agency, part, number, valid_from, change_kind, is_abolished, successors,
        data, raw, digest, created_by, created_at)
    SELECT s.code,
        CASE s.source WHEN 'NATIONAL' THEN 'QG' ELSE coalesce(s.data->>'publishing_agency', 'H00') END,
        s.source, 1, v.valid_from, coalesce(s.data->'decision'->>'change_kind', 'NEW'),
        coalesce(s.data->'decision'->>'change_kind', '') = 'ABOLISHED', '{}', s.data, s.raw, s.digest,
        'migration', s.changed_at
    FROM procedure_sources s
    JOIN procedures p ON p.code = s.code
    JOIN procedure_versions v ON v.code = p.code AND v.version = p.version
    """,
    "DROP TABLE procedure_sources",
    "DROP TRIGGER procedure_versions_stand ON procedure_versions",
    """
    ALTER TABLE procedure_versions ADD COLUMN agency text, ADD COLUMN national_number integer,
        ADD COLUMN local_number integer, ADD COLUMN digest text NOT NULL DEFAULT '',
        ADD COLUMN created_by text NOT NULL DEFAULT 'migration'
    """,
    """
    UPDATE procedure_versions v SET
        agency = coalesce((SELECT p.agency FROM procedure_parts p WHERE p.code = v.code AND p.part = 'LOCAL'), 'QG')
    """,
    """
    UPDATE procedure_versions v SET digest = h.digest,
        national_number = (SELECT 1 FROM procedure_parts p WHERE p.code = v.code AND p.part = 'NATIONAL'),
        local_number = (SELECT 1 FROM procedure_parts p WHERE p.code = v.code AND p.part = 'LOCAL')
    FROM procedures h WHERE h.code = v.code AND h.version = v.version
    """,
    """
    ALTER TABLE procedure_versions ALTER COLUMN agency SET NOT NULL, ALTER COLUMN digest DROP DEFAULT,
        ALTER COLUMN created_by DROP DEFAULT,
        DROP CONSTRAINT ex_procedure_versions_one_public,
        ADD CONSTRAINT ex_procedure_versions_one_public EXCLUDE USING gist
            (code WITH =, agency WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
            WHERE (visibility <> 'SUPERSEDED') DEFERRABLE INITIALLY IMMEDIATE
    """,
    # What is published is acted upon: it may end earlier or be superseded, never say or last otherwise.
    """
    CREATE OR REPLACE FUNCTION procedure_versions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.visibility = 'SUPERSEDED'
            OR (NEW.code, NEW.version, NEW.agency, NEW.national_number, NEW.local_number, NEW.valid_from,
                NEW.data, NEW.digest, NEW.created_by, NEW.created_at) IS DISTINCT FROM
               (OLD.code, OLD.version, OLD.agency, OLD.national_number, OLD.local_number, OLD.valid_from,
                OLD.data, OLD.digest, OLD.created_by, OLD.created_at)
            OR NEW.visibility NOT IN (OLD.visibility, 'SUPERSEDED')
            OR coalesce(NEW.valid_to, 'infinity') > coalesce(OLD.valid_to, 'infinity') THEN
            RAISE EXCEPTION 'a published procedure version never changes' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER procedure_versions_stand BEFORE UPDATE OR DELETE ON procedure_versions
    FOR EACH ROW EXECUTE FUNCTION procedure_versions_stand()
    """,
    """
    CREATE FUNCTION procedure_parts_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.is_superseded
            OR (NEW.code, NEW.agency, NEW.part, NEW.number, NEW.valid_from, NEW.change_kind, NEW.is_abolished,
                NEW.successors, NEW.decision_id, NEW.data, NEW.raw, NEW.digest, NEW.created_by, NEW.created_at)
               IS DISTINCT FROM
               (OLD.code, OLD.agency, OLD.part, OLD.number, OLD.valid_from, OLD.change_kind, OLD.is_abolished,
                OLD.successors, OLD.decision_id, OLD.data, OLD.raw, OLD.digest, OLD.created_by, OLD.created_at)
            OR coalesce(NEW.valid_to, 'infinity') > coalesce(OLD.valid_to, 'infinity') THEN
            RAISE EXCEPTION 'a version of a part never changes' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER procedure_parts_stand BEFORE UPDATE OR DELETE ON procedure_parts
    FOR EACH ROW EXECUTE FUNCTION procedure_parts_stand()
    """,
    # Four eyes stand in the database too: whoever wrote in a draft does not approve it.
    """
    CREATE TABLE procedure_drafts (
        id uuid CONSTRAINT pk_procedure_drafts PRIMARY KEY,
        code text NOT NULL,
        agency text NOT NULL,
        part text NOT NULL,
        base integer NOT NULL,
        data jsonb NOT NULL,
        state text NOT NULL,
        authors text[] NOT NULL,
        approved_by text,
        decision_id uuid,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_procedure_drafts_part CHECK (part IN ('NATIONAL', 'LOCAL')),
        CONSTRAINT ck_procedure_drafts_state
            CHECK (state IN ('DRAFT', 'IN_REVIEW', 'APPROVED', 'PUBLISHED', 'WITHDRAWN')),
        CONSTRAINT ck_procedure_drafts_four_eyes CHECK (NOT approved_by = ANY (authors)),
        CONSTRAINT ck_procedure_drafts_approved
            CHECK (state NOT IN ('APPROVED', 'PUBLISHED') OR approved_by IS NOT NULL)
    )
    """,
    """
    CREATE UNIQUE INDEX uq_procedure_drafts_open ON procedure_drafts (code, agency, part)
    WHERE state IN ('DRAFT', 'IN_REVIEW', 'APPROVED')
    """,
    "CREATE INDEX ix_procedure_drafts_decision_id ON procedure_drafts (decision_id)",
    "CREATE INDEX ix_procedure_drafts_state ON procedure_drafts (state, id)",
    """
    CREATE TABLE publication_decisions (
        id uuid CONSTRAINT pk_publication_decisions PRIMARY KEY,
        number text NOT NULL,
        agency text NOT NULL,
        signed_on date NOT NULL,
        effective_on date NOT NULL,
        level text NOT NULL,
        act jsonb,
        is_short boolean NOT NULL,
        note text,
        items jsonb NOT NULL,
        state text NOT NULL,
        deadlines jsonb NOT NULL,
        publish_by_calendar_days date,
        publish_by_working_days date,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_by text,
        published_at timestamptz,
        version bigint NOT NULL,
        CONSTRAINT ck_publication_decisions_state CHECK (state IN ('OPEN', 'PUBLISHED', 'WITHDRAWN')),
        CONSTRAINT ck_publication_decisions_level CHECK (level IN ('MINISTRY', 'PROVINCE')),
        CONSTRAINT ck_publication_decisions_days CHECK (effective_on >= signed_on),
        CONSTRAINT ck_publication_decisions_four_eyes CHECK (published_by <> made_by),
        CONSTRAINT ck_publication_decisions_published
            CHECK (state <> 'PUBLISHED' OR (published_by IS NOT NULL AND published_at IS NOT NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX uq_publication_decisions_number ON publication_decisions (agency, number)
    WHERE state <> 'WITHDRAWN'
    """,
    "CREATE INDEX ix_publication_decisions_state ON publication_decisions (state, id)",
    """
    CREATE TABLE standard_reasons (
        code text CONSTRAINT pk_standard_reasons PRIMARY KEY,
        kind text NOT NULL,
        text text NOT NULL,
        hint text,
        sectors text[] NOT NULL,
        is_active boolean NOT NULL,
        version bigint NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_standard_reasons_kind CHECK (kind IN ('SUPPLEMENT', 'REFUSAL', 'DELAY'))
    )
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
