"""Search terms, synonyms, imports in progress."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = (
    # A short number a row, for lists of rows; what is known of who asks and how often; what a hit is worth.
    # The factor: a hit says less in a long name (16 words are usual), more where people go every day.
    """
    ALTER TABLE procedure_search
        ADD COLUMN doc integer NOT NULL GENERATED ALWAYS AS IDENTITY,
        ADD COLUMN applicants text[] NOT NULL DEFAULT '{}',
        ADD COLUMN uses bigint NOT NULL DEFAULT 0
    """,
    """
    ALTER TABLE procedure_search ADD COLUMN factor double precision NOT NULL GENERATED ALWAYS AS (
        (CASE WHEN route = 'PROVINCE' THEN 1.05 ELSE 1 END
            + CASE WHEN levels @> ARRAY['COMMUNE'] THEN 0.12 WHEN levels <@ ARRAY['MINISTRY'] THEN -0.06 ELSE 0 END
            + CASE WHEN applicants @> ARRAY['CITIZEN'] THEN 0.03 ELSE 0 END
            + least(0.25, 0.025 * ln(1 + uses::double precision)))
        / sqrt(0.4 + 0.6 * least(size, 60) / 16.0)
    ) STORED
    """,
    # What scoring needs of a row stands in the index itself.
    """
    ALTER TABLE procedure_search ADD CONSTRAINT uq_procedure_search_doc
        UNIQUE (doc) INCLUDE (factor, valid_from, valid_to)
    """,
    # Terms are read only of the few best rows: kept aside, they leave the rows narrow.
    "ALTER TABLE procedure_search ALTER COLUMN terms SET STORAGE EXTERNAL",
    "ALTER TABLE procedure_search SET (toast_tuple_target = 256)",
    "DROP INDEX ix_procedure_search_terms",
    "CREATE INDEX ix_procedure_search_valid_to ON procedure_search (valid_to) WHERE valid_to IS NOT NULL",
    # The words of the catalogue, each with the rows that say it.
    """
    ALTER TABLE search_terms
        ALTER COLUMN term TYPE text COLLATE "C",
        ADD COLUMN docs integer[] NOT NULL DEFAULT '{}',
        ADD COLUMN df integer NOT NULL DEFAULT 0
    """,
    "ALTER TABLE search_terms ALTER COLUMN docs SET STORAGE EXTERNAL",
    """
    CREATE TABLE search_state (
        one boolean NOT NULL DEFAULT true CONSTRAINT pk_search_state PRIMARY KEY,
        docs integer NOT NULL DEFAULT 0,
        phrases bigint NOT NULL DEFAULT 0,
        CONSTRAINT ck_search_state_one CHECK (one)
    )
    """,
    "INSERT INTO search_state DEFAULT VALUES",
    # How often each procedure is asked for: data of the province, carried over to every new version.
    """
    CREATE TABLE procedure_uses (
        code text NOT NULL CONSTRAINT pk_procedure_uses PRIMARY KEY,
        uses bigint NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_procedure_uses_uses CHECK (uses >= 0)
    )
    """,
    """
    CREATE FUNCTION procedure_search_uses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.uses := coalesce((SELECT u.uses FROM procedure_uses u WHERE u.code = NEW.code), 0);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER procedure_search_uses BEFORE INSERT ON procedure_search
    FOR EACH ROW EXECUTE FUNCTION procedure_search_uses()
    """,
    # The lists of rows follow the rows, whoever writes them. One writer at a time: the lock is held from the
    # end of its statement to its commit, which follows at once.
    """
    CREATE FUNCTION search_terms_gain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('search_terms'));
        INSERT INTO search_terms AS t (term, docs, df)
        SELECT a.term, array_agg(a.doc), count(*)
        FROM (SELECT DISTINCT unnest(n.terms) AS term, n.doc FROM appeared n) AS a
        WHERE a.term NOT LIKE '=%' GROUP BY a.term
        ON CONFLICT (term) DO UPDATE SET docs = t.docs || excluded.docs, df = t.df + excluded.df;
        UPDATE search_state SET docs = docs + (SELECT count(*) FROM appeared);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION search_terms_lose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('search_terms'));
        UPDATE search_terms t SET
            docs = ARRAY(SELECT d FROM unnest(t.docs) AS d WHERE d <> ALL (g.docs)), df = t.df - g.df
        FROM (
            SELECT a.term, array_agg(a.doc) AS docs, count(*) AS df
            FROM (SELECT DISTINCT unnest(o.terms) AS term, o.doc FROM gone o) AS a GROUP BY a.term
        ) AS g
        WHERE t.term = g.term;
        UPDATE search_state SET docs = docs - (SELECT count(*) FROM gone);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER search_terms_gain AFTER INSERT ON procedure_search
    REFERENCING NEW TABLE AS appeared FOR EACH STATEMENT EXECUTE FUNCTION search_terms_gain()
    """,
    """
    CREATE TRIGGER search_terms_lose AFTER DELETE ON procedure_search
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION search_terms_lose()
    """,
    """
    WITH said AS (SELECT DISTINCT unnest(terms) AS term, doc FROM procedure_search)
    INSERT INTO search_terms AS t (term, docs, df)
    SELECT term, array_agg(doc), count(*) FROM said WHERE term NOT LIKE '=%' GROUP BY term
    ON CONFLICT (term) DO UPDATE SET docs = excluded.docs, df = excluded.df
    """,
    "UPDATE search_state SET docs = (SELECT count(*) FROM procedure_search)",
    # What editors add to, or take from, the phrases that are shipped.
    """
    CREATE TABLE synonyms (
        kind text NOT NULL,
        phrase text NOT NULL,
        meaning text NOT NULL,
        is_removed boolean NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_synonyms PRIMARY KEY (kind, phrase, meaning),
        CONSTRAINT ck_synonyms_kind CHECK (kind IN ('NOISE', 'WEAK', 'SAME', 'MEANS'))
    )
    """,
    """
    CREATE FUNCTION synonyms_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE search_state SET phrases = phrases + 1;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER synonyms_changed AFTER INSERT OR UPDATE OR DELETE ON synonyms
    FOR EACH STATEMENT EXECUTE FUNCTION synonyms_changed()
    """,
    # Files on their way into the catalogue.
    """
    CREATE TABLE imports (
        id uuid NOT NULL CONSTRAINT pk_imports PRIMARY KEY,
        state text NOT NULL,
        format text NOT NULL,
        is_dry_run boolean NOT NULL,
        sets_aside boolean NOT NULL,
        asked_by jsonb NOT NULL,
        asked_at timestamptz NOT NULL,
        ended_at timestamptz,
        total integer NOT NULL DEFAULT 0,
        done integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        counts jsonb NOT NULL DEFAULT '{}',
        dirt jsonb NOT NULL DEFAULT '[]',
        report jsonb NOT NULL DEFAULT '[]',
        problem jsonb,
        content bytea,
        version bigint NOT NULL DEFAULT 1,
        CONSTRAINT ck_imports_state CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'REFUSED', 'FAILED'))
    )
    """,
    "CREATE INDEX ix_imports_state ON imports (state) WHERE state IN ('WAITING', 'RUNNING')",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
