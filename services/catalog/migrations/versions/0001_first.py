"""The catalogue's first schema."""

from alembic import op

from kernel.postgres.ddl import kernel_v1

revision = "0001"
down_revision = None

EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist")

STATEMENTS = (
    # unaccent() is only STABLE, for its dictionary could change; ours is fixed, so indexes may stand on it.
    """
    CREATE FUNCTION f_unaccent(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
    $$ SELECT public.unaccent('public.unaccent'::regdictionary, value) $$
    """,
    """
    CREATE TABLE sectors (
        code text CONSTRAINT pk_sectors PRIMARY KEY,
        name text NOT NULL,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE agencies (
        code text CONSTRAINT pk_agencies PRIMARY KEY,
        legacy_code text,
        level text NOT NULL,
        parent text,
        valid_from date NOT NULL,
        valid_to date,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT uq_agencies_legacy_code UNIQUE (legacy_code),
        CONSTRAINT ck_agencies_period CHECK (valid_to >= valid_from)
    )
    """,
    """
    CREATE TABLE staff (
        code text CONSTRAINT pk_staff PRIMARY KEY,
        agency text NOT NULL,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX ix_staff_agency ON staff (agency)",
    """
    CREATE TABLE calendars (
        code text CONSTRAINT pk_calendars PRIMARY KEY,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE processes (
        code text CONSTRAINT pk_processes PRIMARY KEY,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE process_versions (
        code text NOT NULL,
        version bigint NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_process_versions PRIMARY KEY (code, version)
    )
    """,
    """
    CREATE TABLE interlinked_groups (
        code text CONSTRAINT pk_interlinked_groups PRIMARY KEY,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE procedures (
        code text CONSTRAINT pk_procedures PRIMARY KEY,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE procedure_sources (
        code text NOT NULL,
        source text NOT NULL,
        data jsonb NOT NULL,
        raw jsonb,
        digest text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_procedure_sources PRIMARY KEY (code, source),
        CONSTRAINT ck_procedure_sources_source CHECK (source IN ('NATIONAL', 'LOCAL'))
    )
    """,
    # One PUBLIC version a code and day. Deferrable, so that one statement may close the old and open the new.
    """
    CREATE TABLE procedure_versions (
        code text NOT NULL,
        version bigint NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        visibility text NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_procedure_versions PRIMARY KEY (code, version),
        CONSTRAINT ck_procedure_versions_period CHECK (valid_to >= valid_from),
        CONSTRAINT ck_procedure_versions_visibility CHECK (visibility IN ('PUBLIC', 'ABOLISHED', 'SUPERSEDED')),
        CONSTRAINT ex_procedure_versions_one_public EXCLUDE USING gist
            (code WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (visibility = 'PUBLIC')
            DEFERRABLE INITIALLY IMMEDIATE
    )
    """,
    # A published version is acted upon: it may end or be superseded, but never say something else.
    """
    CREATE FUNCTION procedure_versions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR (NEW.code, NEW.version, NEW.valid_from, NEW.data, NEW.created_at)
            IS DISTINCT FROM (OLD.code, OLD.version, OLD.valid_from, OLD.data, OLD.created_at) THEN
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
    CREATE TABLE procedure_search (
        code text NOT NULL,
        version bigint NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        sector text NOT NULL,
        sector_name text NOT NULL,
        levels text[] NOT NULL,
        agencies text[] NOT NULL,
        online_level text NOT NULL,
        route text NOT NULL,
        submit_here boolean NOT NULL,
        name text NOT NULL,
        name_folded text NOT NULL GENERATED ALWAYS AS (f_unaccent(lower(name))) STORED,
        terms text[] NOT NULL,
        size integer NOT NULL,
        CONSTRAINT pk_procedure_search PRIMARY KEY (code, version)
    )
    """,
    # No pending lists where every search looks: an import is rare, and a search should not read through one.
    "CREATE INDEX ix_procedure_search_terms ON procedure_search USING gin (terms) WITH (fastupdate = off)",
    "CREATE INDEX ix_procedure_search_name_folded ON procedure_search USING gin (name_folded gin_trgm_ops)",
    # Whole catalogues come at once: lz4 packs the records several times faster than the default, where built in.
    """
    DO $$ BEGIN
        ALTER TABLE procedure_sources ALTER COLUMN data SET COMPRESSION lz4, ALTER COLUMN raw SET COMPRESSION lz4;
        ALTER TABLE procedure_versions ALTER COLUMN data SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported THEN
        RAISE NOTICE 'this PostgreSQL has no lz4: records are packed by its default';
    END $$
    """,
    "CREATE TABLE search_terms (term text CONSTRAINT pk_search_terms PRIMARY KEY)",
    "CREATE INDEX ix_search_terms_likeness ON search_terms USING gin (term gin_trgm_ops) WITH (fastupdate = off)",
)


def upgrade() -> None:
    """Create everything; the extensions are trusted, so the database's owner may create them."""
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    kernel_v1(op)
    for statement in STATEMENTS:
        op.execute(statement)
