"""A question keeps the agency in the portal's own words; a notice for several dossiers names each of ours."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE portal_questions ADD COLUMN portal_agency text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE portal_inbound ADD COLUMN other_codes text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE portal_inbound DROP COLUMN other_codes")
    op.execute("ALTER TABLE portal_questions DROP COLUMN portal_agency")
