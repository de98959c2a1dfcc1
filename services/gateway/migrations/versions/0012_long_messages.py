"""Long messages of the portal are kept in parts as they come, each sealed; their outline beside them."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE portal_inbound_parts (
        message_id uuid NOT NULL,
        place integer NOT NULL,
        size integer NOT NULL,
        body bytea NOT NULL,
        kept_at timestamptz NOT NULL,
        CONSTRAINT pk_portal_inbound_parts PRIMARY KEY (message_id, place)
    )
    """,
    # Sealed bytes do not shrink: trying would cost time for nothing.
    "ALTER TABLE portal_inbound_parts ALTER COLUMN body SET STORAGE EXTERNAL",
    "CREATE INDEX ix_portal_inbound_parts_kept_at ON portal_inbound_parts (kept_at)",
    "ALTER TABLE portal_inbound ADD COLUMN parts integer NOT NULL DEFAULT 0",
    "ALTER TABLE portal_inbound ADD COLUMN outline bytea",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
