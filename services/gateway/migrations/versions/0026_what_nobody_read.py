"""Where messages of the portal say what nobody read, by names of the contract: the net's figure (ADR 0029)."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("ALTER TABLE portal_inbound ADD COLUMN unread text[] NOT NULL DEFAULT '{}'")
    op.create_index(
        "ix_portal_inbound_unread", "portal_inbound", ["received_at"], postgresql_where="unread <> '{}'"
    )


def downgrade() -> None:
    op.drop_index("ix_portal_inbound_unread", "portal_inbound")
    op.execute("ALTER TABLE portal_inbound DROP COLUMN unread")
