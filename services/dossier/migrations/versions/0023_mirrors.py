"""Dossiers worked elsewhere are mirrored; a running one may change its route."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dossiers ADD COLUMN outside_key text CONSTRAINT uq_dossiers_outside_key UNIQUE",
    """
    CREATE TABLE mirrors (
        id uuid CONSTRAINT pk_mirrors PRIMARY KEY,
        version bigint NOT NULL,
        source text NOT NULL,
        outside_code text NOT NULL,
        route text NOT NULL,
        procedure_code text NOT NULL,
        procedure_name text NOT NULL,
        sector text NOT NULL,
        agency text NOT NULL,
        agency_name text NOT NULL,
        owner_sealed text NOT NULL,
        submitted_at timestamptz NOT NULL,
        accepted_at timestamptz,
        due_at timestamptz,
        secret_hash text,
        dossier_id uuid,
        CONSTRAINT uq_mirrors_source_outside_code UNIQUE (source, outside_code)
    )
    """,
    "CREATE INDEX ix_mirrors_agency_id ON mirrors (agency, id)",
    """
    CREATE TABLE mirror_statuses (
        mirror_id uuid NOT NULL,
        at timestamptz NOT NULL,
        status smallint NOT NULL,
        text text NOT NULL,
        received_at timestamptz NOT NULL,
        CONSTRAINT pk_mirror_statuses PRIMARY KEY (mirror_id, at, status)
    )
    """,
)


def upgrade() -> None:
    """Add them."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE mirror_statuses")
    op.execute("DROP TABLE mirrors")
    op.execute("ALTER TABLE dossiers DROP COLUMN outside_key")
