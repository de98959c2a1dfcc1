"""Rows of statistics, closed periods, exports. `rebuild-figures` fills the rows of dossiers from before."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FIGURES = """
    version BIGINT NOT NULL,
    competent_agency TEXT NOT NULL,
    receiving_agency TEXT NOT NULL,
    helping_agency TEXT NOT NULL,
    sector TEXT NOT NULL,
    procedure_code TEXT NOT NULL,
    channel TEXT NOT NULL,
    route TEXT NOT NULL,
    cause TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    stopped_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    amended_at TIMESTAMP WITH TIME ZONE,
    received_on DATE,
    ended_on DATE,
    ending TEXT NOT NULL,
    punctuality TEXT NOT NULL,
    is_electronic BOOLEAN NOT NULL,
    supplements SMALLINT NOT NULL,
    components SMALLINT NOT NULL,
    digitised SMALLINT NOT NULL,
    reused SMALLINT NOT NULL
"""
STATEMENTS = (
    f"CREATE TABLE figure_rows (dossier_id UUID NOT NULL, {_FIGURES},"
    " CONSTRAINT pk_figure_rows PRIMARY KEY (dossier_id)) WITH (fillfactor = 85)",
    "CREATE INDEX ix_figure_rows_received_on ON figure_rows (received_on)",
    "CREATE INDEX ix_figure_rows_competent_agency_received_on ON figure_rows (competent_agency, received_on)",
    "CREATE INDEX ix_figure_rows_old ON figure_rows (coalesce(ended_on, 'infinity'::date))"
    " WHERE ended_on IS NULL OR ended_on - received_on > 31",
    "CREATE INDEX ix_figure_rows_never_accepted ON figure_rows (ended_on) WHERE received_on IS NULL",
    "CREATE INDEX ix_figure_rows_amended_at ON figure_rows (amended_at) WHERE amended_at IS NOT NULL",
    """
    CREATE TABLE closed_periods (
        id UUID NOT NULL,
        first_on DATE NOT NULL,
        last_on DATE NOT NULL,
        as_of TIMESTAMP WITH TIME ZONE NOT NULL,
        closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        closed_by TEXT NOT NULL,
        closed_by_name TEXT NOT NULL,
        note TEXT NOT NULL,
        formulas TEXT NOT NULL,
        rows INTEGER NOT NULL,
        corrections JSON NOT NULL,
        CONSTRAINT pk_closed_periods PRIMARY KEY (id),
        CONSTRAINT uq_closed_periods_first_on_last_on UNIQUE (first_on, last_on)
    )
    """,
    f"CREATE TABLE closed_figure_rows (period_id UUID NOT NULL, dossier_id UUID NOT NULL, {_FIGURES},"
    " CONSTRAINT pk_closed_figure_rows PRIMARY KEY (period_id, dossier_id))",
    "CREATE FUNCTION refuse_closed_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'a closed period does not move' USING ERRCODE = 'restrict_violation'; END $$",
    *(
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_change()"
        for table in ("closed_periods", "closed_figure_rows")
    ),
    """
    CREATE TABLE exports (
        id UUID NOT NULL,
        version BIGINT NOT NULL,
        asked_by TEXT NOT NULL,
        agency TEXT NOT NULL,
        format TEXT NOT NULL,
        state TEXT NOT NULL,
        failure TEXT NOT NULL,
        asked JSON NOT NULL,
        as_of TIMESTAMP WITH TIME ZONE NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        rows_done BIGINT NOT NULL,
        rows_all BIGINT,
        finished_at TIMESTAMP WITH TIME ZONE,
        sha256 BYTEA,
        size BIGINT,
        CONSTRAINT pk_exports PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_exports_asked_by_id ON exports (asked_by, id)",
    "CREATE INDEX ix_exports_waiting ON exports (id) WHERE state IN ('WAITING', 'WRITING')",
)


def upgrade() -> None:
    """Create them."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away: figures are rebuilt from history, closed periods are lost."""
    for table in ("exports", "closed_figure_rows", "closed_periods", "figure_rows"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_closed_change()")
