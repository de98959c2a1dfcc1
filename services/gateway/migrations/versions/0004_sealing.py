"""What the portal sent is sealed at rest, forgotten in time, and changed by who saw its version."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQL has no key: what is there already is marked as plain, and the job `portal_sealing` seals it.
_SEALED = ("portal_inbound", "portal_inbound_acts", "portal_files")
STATEMENTS = (
    *(f"ALTER TABLE {table} ADD COLUMN is_sealed boolean NOT NULL DEFAULT false" for table in _SEALED),
    *(f"CREATE INDEX ix_{table}_plain ON {table} (is_sealed) WHERE NOT is_sealed" for table in _SEALED),
    "ALTER TABLE portal_inbound ADD COLUMN version bigint NOT NULL DEFAULT 1",
    "ALTER TABLE portal_inbound ADD COLUMN forgotten_at timestamptz",
    "CREATE INDEX ix_portal_inbound_kept ON portal_inbound (settled_at)"
    " WHERE state = 'DONE' AND forgotten_at IS NULL",
    "ALTER TABLE portal_procedures ADD COLUMN version bigint NOT NULL DEFAULT 1",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
