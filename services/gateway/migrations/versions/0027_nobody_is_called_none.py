"""Sessions and accounts of a subject that was no text (a claim told as `null`) were several people's: they end."""

from alembic import op

revision = "0027"
down_revision = "0026"

_NOBODY = "'(None|True|False|\\{\\}|\\[\\])$'"
"""With whatever prefix an issuer's subjects have; who is called so by chance signs in once more."""


def upgrade() -> None:
    for table, column in (
        ("sessions", "subject"),
        ("account_links", "subject"),
        ("account_links", "linked_subject"),
        ("accounts", "subject"),
    ):
        op.execute(f"DELETE FROM {table} WHERE {column} ~ {_NOBODY}")  # noqa: S608 - constants.


def downgrade() -> None:
    pass
