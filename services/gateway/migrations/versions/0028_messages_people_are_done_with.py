"""Messages of the portal people are done with are forgotten in their time, as those that are done."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    _kept("state IN ('DONE', 'REFUSED', 'SETTLED') AND forgotten_at IS NULL")


def downgrade() -> None:
    op.execute("UPDATE portal_inbound SET state = 'REFUSED' WHERE state = 'SETTLED'")
    _kept("state IN ('DONE', 'REFUSED') AND forgotten_at IS NULL")


def _kept(which: str) -> None:
    op.drop_index("ix_portal_inbound_kept", "portal_inbound")
    op.create_index("ix_portal_inbound_kept", "portal_inbound", ["settled_at"], postgresql_where=which)
