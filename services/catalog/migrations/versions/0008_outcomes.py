"""Ended dossiers, and the demand the search ranks by beside the editors' own numbers."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE dossier_outcomes (
        dossier_id uuid CONSTRAINT pk_dossier_outcomes PRIMARY KEY,
        sequence bigint NOT NULL,
        procedure text NOT NULL,
        agency text NOT NULL,
        ended_on date NOT NULL,
        worked_minutes integer,
        CONSTRAINT ck_dossier_outcomes_worked_minutes CHECK (worked_minutes >= 0)
    )
    """,
    "CREATE INDEX ix_dossier_outcomes_procedure ON dossier_outcomes (procedure, ended_on)",
    "CREATE INDEX ix_dossier_outcomes_ended_on ON dossier_outcomes (ended_on)",
    "ALTER TABLE procedure_uses ADD COLUMN demand bigint NOT NULL DEFAULT 0",
    "ALTER TABLE procedure_uses ADD CONSTRAINT ck_procedure_uses_demand CHECK (demand >= 0)",
    """
    CREATE OR REPLACE FUNCTION procedure_search_uses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.uses := coalesce(
            (SELECT greatest(u.uses, u.demand) FROM procedure_uses u WHERE u.code = NEW.code), 0);
        RETURN NEW;
    END $$
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
