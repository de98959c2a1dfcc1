"""A wrong result that was handed out is corrected by a linked dossier: counted as one, its result supersedes."""

from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def _allow(states: str) -> None:
    """Let a result be in these states only; rows there are looked at without holding up who writes."""
    op.execute(
        "ALTER TABLE result_register DROP CONSTRAINT ck_result_register_state,"
        f" ADD CONSTRAINT ck_result_register_state CHECK (state IN ({states})) NOT VALID"
    )
    op.execute("ALTER TABLE result_register VALIDATE CONSTRAINT ck_result_register_state")


def upgrade() -> None:
    """Build; nothing of before is a correction."""
    for table in ("figure_rows", "closed_figure_rows"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN is_correction boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE result_register ADD COLUMN replaced_by uuid")
    _allow("'VALID', 'RECALLED', 'REVOKED', 'SUPERSEDED'")
    op.execute(
        "CREATE INDEX ix_result_register_superseded ON result_register (dossier_id)"
        " WHERE state = 'SUPERSEDED'"
    )


def downgrade() -> None:
    """Go back; a result that was superseded counts as revoked."""
    op.execute("UPDATE result_register SET state = 'REVOKED' WHERE state = 'SUPERSEDED'")
    _allow("'VALID', 'RECALLED', 'REVOKED'")
    op.execute("DROP INDEX ix_result_register_superseded")
    op.execute("ALTER TABLE result_register DROP COLUMN replaced_by")
    for table in ("closed_figure_rows", "figure_rows"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN is_correction")
