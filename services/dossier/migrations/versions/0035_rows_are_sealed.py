"""The whole of a dossier's row is sealed, and so are its files and papers; rows of before by `seal-rows`."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = (
    ("dossiers", "given_files", "uuid[] NOT NULL DEFAULT '{}'"),
    ("dossiers", "components_hash", "bytea NOT NULL DEFAULT ''"),
    ("attachments", "seal", "text NOT NULL DEFAULT ''"),
    ("attachments", "bound_seal", "text NOT NULL DEFAULT ''"),
    ("papers", "seal", "text NOT NULL DEFAULT ''"),
    ("papers", "printed_seal", "text NOT NULL DEFAULT ''"),
)


def upgrade() -> None:
    """Add the columns; a default that is a constant rewrites no row."""
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def downgrade() -> None:
    """Take them away."""
    for table, column, _ in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
