"""Legal documents and what hangs on them; decisions about calendars."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS: tuple[str, ...] = (
    # Four eyes stand in the database too: whoever wrote any of a decision has not approved it.
    """
    CREATE TABLE calendar_decisions (
        id uuid CONSTRAINT pk_calendar_decisions PRIMARY KEY,
        kind text NOT NULL,
        codes text[] NOT NULL,
        year integer NOT NULL,
        content jsonb NOT NULL,
        reason text NOT NULL,
        past_reason text NOT NULL,
        authors text[] NOT NULL,
        state text NOT NULL,
        number text,
        signed_on date,
        signer text,
        approved_by text,
        approved_at timestamptz,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_calendar_decisions_kind CHECK (kind IN ('YEAR', 'SWAP', 'CLOSURE', 'HOURS', 'REOPENING')),
        CONSTRAINT ck_calendar_decisions_state CHECK (state IN ('DRAFT', 'APPROVED', 'DISCARDED')),
        CONSTRAINT ck_calendar_decisions_four_eyes CHECK (approved_by <> ALL (authors)),
        CONSTRAINT ck_calendar_decisions_signed CHECK (state <> 'APPROVED' OR (number IS NOT NULL
            AND signed_on IS NOT NULL AND signer IS NOT NULL AND approved_by IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_calendar_decisions_state ON calendar_decisions (state, id)",
    """
    CREATE TABLE calendar_versions (
        code text NOT NULL,
        version bigint NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_calendar_versions PRIMARY KEY (code, version)
    )
    """,
    "INSERT INTO calendar_versions (code, version, data, created_at) SELECT code, version, data, changed_at FROM calendars",
    # Whoever writes a calendar, an import or a decision, leaves a version: due moments were counted by it.
    """
    CREATE FUNCTION calendar_versions_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO calendar_versions (code, version, data) VALUES (NEW.code, NEW.version, NEW.data);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER calendar_versions_keep AFTER INSERT OR UPDATE ON calendars
    FOR EACH ROW EXECUTE FUNCTION calendar_versions_keep()
    """,
    """
    CREATE TRIGGER calendar_versions_stand BEFORE UPDATE OR DELETE ON calendar_versions
    FOR EACH ROW EXECUTE FUNCTION workflow_versions_stand()
    """,
    # What editors have been reminded of, so that nobody is told twice.
    """
    CREATE TABLE catalog_reminders (
        key text CONSTRAINT pk_catalog_reminders PRIMARY KEY,
        kind text NOT NULL,
        data jsonb NOT NULL,
        raised_at timestamptz NOT NULL
    )
    """,
    # `key` is the number in one form, whatever was written; `ended_on` is the first day it no longer applies.
    """
    CREATE TABLE legal_documents (
        key text CONSTRAINT pk_legal_documents PRIMARY KEY,
        number text NOT NULL,
        kind text NOT NULL,
        title text,
        title_folded text NOT NULL GENERATED ALWAYS AS (f_unaccent(lower(number || ' ' || coalesce(title, '')))) STORED,
        issuer text,
        issued_on date,
        effective_on date,
        expires_on date,
        ended_on date,
        ended_as text,
        source text NOT NULL,
        is_verified boolean NOT NULL,
        spellings jsonb NOT NULL,
        doubts text[] NOT NULL,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_legal_documents_days CHECK (effective_on >= issued_on AND expires_on >= effective_on),
        CONSTRAINT ck_legal_documents_source CHECK (source IN ('FILE', 'CITED', 'EDITOR')),
        CONSTRAINT ck_legal_documents_ended CHECK ((ended_on IS NULL) = (ended_as IS NULL))
    )
    """,
    "CREATE INDEX ix_legal_documents_title_folded ON legal_documents USING gin (title_folded gin_trgm_ops)",
    "CREATE INDEX ix_legal_documents_key ON legal_documents (key text_pattern_ops)",
    "CREATE INDEX ix_legal_documents_ended_on ON legal_documents (ended_on) WHERE ended_on IS NOT NULL",
    """
    CREATE TABLE legal_relations (
        actor text NOT NULL,
        kind text NOT NULL,
        target text NOT NULL,
        from_on date NOT NULL,
        provisions text NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        CONSTRAINT pk_legal_relations PRIMARY KEY (actor, kind, target),
        CONSTRAINT ck_legal_relations_kind CHECK (kind IN ('REPLACES', 'REPEALS', 'PARTLY_REPEALS', 'AMENDS')),
        CONSTRAINT ck_legal_relations_self CHECK (actor <> target)
    )
    """,
    "CREATE INDEX ix_legal_relations_target ON legal_relations (target)",
    # What procedures rest on: read of every version and every open draft once; `of` is the version or draft.
    """
    CREATE TABLE legal_citations (
        code text NOT NULL,
        agency text NOT NULL,
        of text NOT NULL,
        key text NOT NULL,
        written text NOT NULL,
        is_draft boolean NOT NULL,
        CONSTRAINT pk_legal_citations PRIMARY KEY (code, of, key)
    )
    """,
    "CREATE INDEX ix_legal_citations_key ON legal_citations (key)",
    """
    CREATE TABLE legal_readings (
        code text NOT NULL,
        of text NOT NULL,
        stamp bigint NOT NULL,
        unread jsonb NOT NULL,
        CONSTRAINT pk_legal_readings PRIMARY KEY (code, of)
    )
    """,
    """
    CREATE TABLE law_tasks (
        id uuid CONSTRAINT pk_law_tasks PRIMARY KEY,
        code text NOT NULL,
        agency text NOT NULL,
        key text NOT NULL,
        is_draft boolean NOT NULL,
        reason text NOT NULL,
        since date NOT NULL,
        state text NOT NULL,
        owner text,
        note text NOT NULL,
        closed_by text,
        closed_as text,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT ck_law_tasks_state CHECK (state IN ('OPEN', 'CLOSED')),
        CONSTRAINT ck_law_tasks_closed CHECK ((state = 'CLOSED') = (closed_as IS NOT NULL)),
        CONSTRAINT ck_law_tasks_closed_as CHECK (closed_as IN ('NEW_VERSION', 'NOTE'))
    )
    """,
    "CREATE UNIQUE INDEX uq_law_tasks_open ON law_tasks (code, agency, key, is_draft) WHERE state = 'OPEN'",
    "CREATE INDEX ix_law_tasks_state ON law_tasks (state, id)",
    """
    CREATE TABLE procedure_reviews (
        id uuid CONSTRAINT pk_procedure_reviews PRIMARY KEY,
        code text NOT NULL,
        agency text NOT NULL,
        state text NOT NULL,
        findings jsonb NOT NULL,
        cost jsonb NOT NULL,
        saved bigint NOT NULL,
        decision jsonb,
        outcome jsonb,
        authors text[] NOT NULL,
        decided_by text,
        proposed_on date NOT NULL,
        decided_on date,
        done_on date,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT ck_procedure_reviews_state CHECK (state IN ('PROPOSED', 'ACCEPTED', 'REJECTED', 'DONE')),
        CONSTRAINT ck_procedure_reviews_four_eyes CHECK (decided_by <> ALL (authors)),
        CONSTRAINT ck_procedure_reviews_decided
            CHECK (state = 'PROPOSED' OR (decision IS NOT NULL AND decided_by IS NOT NULL AND decided_on IS NOT NULL)),
        CONSTRAINT ck_procedure_reviews_done CHECK ((state = 'DONE') = (done_on IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_procedure_reviews_code ON procedure_reviews (code)",
    "CREATE INDEX ix_procedure_reviews_state ON procedure_reviews (state, id)",
    """
    CREATE TABLE national_entries (
        id uuid CONSTRAINT pk_national_entries PRIMARY KEY,
        agency text NOT NULL,
        number text NOT NULL,
        level text NOT NULL,
        is_short boolean NOT NULL,
        signed_on date NOT NULL,
        due_on date,
        procedures text[] NOT NULL,
        done_on date,
        done_by text,
        evidence text NOT NULL,
        history jsonb NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT uq_national_entries_number UNIQUE (agency, number),
        CONSTRAINT ck_national_entries_level CHECK (level IN ('MINISTRY', 'PROVINCE')),
        CONSTRAINT ck_national_entries_done CHECK ((done_on IS NULL) = (done_by IS NULL) AND done_on >= signed_on)
    )
    """,
    "CREATE INDEX ix_national_entries_due_on ON national_entries (due_on) WHERE done_on IS NULL",
    # A check of what hangs at an office says which version was found there; nothing is ever rewritten.
    """
    CREATE TABLE posting_checks (
        id uuid CONSTRAINT pk_posting_checks PRIMARY KEY,
        point text NOT NULL,
        code text NOT NULL,
        found_version bigint,
        condition text NOT NULL,
        photo text NOT NULL,
        note text NOT NULL,
        checked_by text NOT NULL,
        checked_at timestamptz NOT NULL,
        CONSTRAINT ck_posting_checks_condition CHECK (condition IN ('POSTED', 'DAMAGED', 'MISSING')),
        CONSTRAINT ck_posting_checks_found CHECK ((condition = 'MISSING') = (found_version IS NULL))
    )
    """,
    "CREATE INDEX ix_posting_checks_point ON posting_checks (point, code, checked_at)",
    """
    CREATE TRIGGER posting_checks_stand BEFORE UPDATE OR DELETE ON posting_checks
    FOR EACH ROW EXECUTE FUNCTION workflow_versions_stand()
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
