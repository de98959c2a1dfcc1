"""Drafts, exports, commands, packages of the archive are sealed by group too; a head names the last slip row."""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TABLES = ("drafts", "exports", "due_commands", "due_moves", "archive_packages")


def upgrade() -> None:
    """Build; a constant default rewrites no row. Rows of before are sealed by `seal-rows`."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN seals jsonb NOT NULL DEFAULT '{{}}'")
    op.execute("ALTER TABLE row_heads ADD COLUMN last_slip uuid")
    # Few of the log's lines tell of deeds that are looked for by what they were done to.
    op.execute(
        "CREATE INDEX ix_access_log_deeds ON access_log (what, object_id)"
        " WHERE what IN ('hold_placed', 'hold_released', 'table_marked')"
    )


def downgrade() -> None:
    """Go back; what was sealed loses its seals."""
    op.execute("DROP INDEX ix_access_log_deeds")
    op.execute("ALTER TABLE row_heads DROP COLUMN last_slip")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN seals")
