"""E-forms, information pages, changes, subscriptions."""

from alembic import op

revision = "0006"
down_revision = "0005"


def _kept_in_versions(heads: str, versions: str) -> tuple[str, ...]:
    return (
        f"""
        CREATE TABLE {heads} (
            code text CONSTRAINT pk_{heads} PRIMARY KEY,
            data jsonb NOT NULL,
            digest text NOT NULL,
            version bigint NOT NULL,
            changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """,
        f"""
        CREATE TABLE {versions} (
            code text NOT NULL,
            version bigint NOT NULL,
            data jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            valid_from date NOT NULL,
            CONSTRAINT pk_{versions} PRIMARY KEY (code, version)
        )
        """,
        f"""
        CREATE TRIGGER {versions}_stand BEFORE UPDATE OR DELETE ON {versions}
        FOR EACH ROW EXECUTE FUNCTION workflow_versions_stand()
        """,
    )


STATEMENTS: tuple[str, ...] = (
    *_kept_in_versions("forms", "form_versions"),
    *_kept_in_versions("pages", "page_versions"),
    # Forms and pages are drafted and approved like processes: the same rows, the same four eyes.
    """
    ALTER TABLE workflow_drafts DROP CONSTRAINT ck_workflow_drafts_kind,
        ADD CONSTRAINT ck_workflow_drafts_kind CHECK (kind IN ('process', 'interlinked_group', 'form', 'page'))
    """,
    """
    CREATE TABLE feed_entries (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_feed_entries PRIMARY KEY,
        procedure text NOT NULL,
        version bigint NOT NULL,
        name text NOT NULL,
        sector text NOT NULL,
        agencies text[] NOT NULL,
        change_kind text NOT NULL,
        decision text NOT NULL,
        valid_from date NOT NULL,
        published_at timestamptz NOT NULL
    )
    """,
    # One publication is one change, however many versions it lays out in time.
    "CREATE UNIQUE INDEX uq_feed_entries_procedure ON feed_entries (procedure, published_at)",
    "CREATE INDEX ix_feed_entries_sector ON feed_entries (sector, id)",
    "CREATE INDEX ix_feed_entries_agencies ON feed_entries USING gin (agencies)",
    # An address is a blind index and a sealed text; who has left is forgotten with both.
    """
    CREATE TABLE subscriptions (
        id uuid CONSTRAINT pk_subscriptions PRIMARY KEY,
        procedure text NOT NULL,
        address bytea NOT NULL,
        contact text NOT NULL,
        state text NOT NULL,
        asked_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        told_until bigint NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT ck_subscriptions_state CHECK (state IN ('ASKED', 'FOLLOWING'))
    )
    """,
    "CREATE UNIQUE INDEX uq_subscriptions_address ON subscriptions (address, procedure)",
    "CREATE INDEX ix_subscriptions_following ON subscriptions (procedure, id) WHERE state = 'FOLLOWING'",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
