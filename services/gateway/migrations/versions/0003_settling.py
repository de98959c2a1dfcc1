"""Corrections people make to the portal's messages, and what the portal is told of accounts and sectors."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE portal_inbound ADD COLUMN corrections jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE portal_inbound ADD COLUMN tech_id text NOT NULL DEFAULT ''",
    "ALTER TABLE portal_ledger ADD COLUMN tech_id text NOT NULL DEFAULT ''",
    """
    CREATE TABLE portal_inbound_acts (
        id uuid NOT NULL CONSTRAINT pk_portal_inbound_acts PRIMARY KEY,
        message_id uuid NOT NULL,
        at timestamptz NOT NULL,
        subject text NOT NULL,
        action text NOT NULL,
        fields jsonb NOT NULL,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX ix_portal_inbound_acts_message_id ON portal_inbound_acts (message_id)",
    """
    CREATE TABLE procedure_sectors (
        procedure_code text NOT NULL CONSTRAINT pk_procedure_sectors PRIMARY KEY,
        version bigint NOT NULL,
        sector text NOT NULL,
        sector_name text NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
