"""Which results stand for components of which dossiers, in the version they were taken in."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE result_uses (
        dossier_id uuid NOT NULL, component_code text NOT NULL, result_id uuid NOT NULL,
        result_version bigint NOT NULL, at timestamptz NOT NULL,
        CONSTRAINT pk_result_uses PRIMARY KEY (dossier_id, component_code)
    )
    """,
    "CREATE INDEX ix_result_uses_result_id ON result_uses (result_id)",
)


def upgrade() -> None:
    """Build it."""
    for statement in STATEMENTS:
        op.execute(statement)
