"""A result's number is found however it was written: zeros, spaces and capitals make no other number."""

from alembic import op

revision = "0063"
down_revision = "0062"

FOLDED = (
    r"translate(regexp_replace(regexp_replace(number, '[ \t\n\r\f\v\u00a0]+', '', 'g'),"
    r" '(?<![0-9])0+(?=[0-9])', '', 'g'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZĐ', 'abcdefghijklmnopqrstuvwxyzđ')"
)


def upgrade() -> None:
    """Index what an agency has given."""
    op.execute(
        f"CREATE INDEX ix_result_register_agency_folded ON result_register (agency, ({FOLDED}), id)"
    )


def downgrade() -> None:
    """Compare letter by letter again."""
    op.execute("DROP INDEX ix_result_register_agency_folded")
