"""A result is found by its number however it was written: eths of old conversions and long dashes too."""

from alembic import op

revision = "0068"
down_revision = "0067"

_BEFORE = (
    r"translate(regexp_replace(regexp_replace(number, '[ \t\n\r\f\v\u00a0]+', '', 'g'),"
    r" '(?<![0-9])0+(?=[0-9])', '', 'g'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZĐ', 'abcdefghijklmnopqrstuvwxyzđ')"
)
FOLDED = (
    r"translate(regexp_replace(regexp_replace(number, '[ \t\n\r\f\v\u00a0]+', '', 'g'),"
    r" '(?<![0-9])0+(?=[0-9])', '', 'g'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"
    "\u00d0\u00f0\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    "', 'abcdefghijklmnopqrstuvwxyzđđđ-------')"
)


def upgrade() -> None:
    """Index what an agency has given, and what anybody looks for, by the same rule."""
    op.execute("DROP INDEX ix_result_register_agency_folded")
    op.execute("DROP INDEX ix_result_register_number_id")
    op.execute(
        f"CREATE INDEX ix_result_register_agency_folded ON result_register (agency, ({FOLDED}), id)"
    )
    op.execute(f"CREATE INDEX ix_result_register_folded_id ON result_register (({FOLDED}), id)")


def downgrade() -> None:
    """Know spaces, capitals and zeros only, and look for numbers letter by letter."""
    op.execute("DROP INDEX ix_result_register_folded_id")
    op.execute("DROP INDEX ix_result_register_agency_folded")
    op.execute(
        f"CREATE INDEX ix_result_register_agency_folded ON result_register (agency, ({_BEFORE}), id)"
    )
    op.execute("CREATE INDEX ix_result_register_number_id ON result_register (number, id)")
