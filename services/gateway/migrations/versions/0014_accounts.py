"""Accounts people signed in with, which are one person's, and from when tokens count."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE accounts (
        issuer text NOT NULL, issuer_subject text NOT NULL, id uuid NOT NULL, subject text NOT NULL,
        kind text NOT NULL, number_index bytea, level integer NOT NULL, first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL, PRIMARY KEY (issuer, issuer_subject))""",
    "CREATE UNIQUE INDEX uq_accounts_id ON accounts (id)",
    "CREATE INDEX ix_accounts_subject ON accounts (subject)",
    "CREATE INDEX ix_accounts_number_index ON accounts (number_index)",
    """CREATE TABLE account_links (
        id uuid PRIMARY KEY, subject text NOT NULL, issuer text NOT NULL, issuer_subject text NOT NULL,
        linked_subject text NOT NULL, linked_issuer text NOT NULL, linked_issuer_subject text NOT NULL,
        number_index bytea, how text NOT NULL, linked_by text NOT NULL, linked_at timestamptz NOT NULL,
        revoked_by text, revoked_at timestamptz)""",
    "CREATE INDEX ix_account_links_subject ON account_links (subject)",
    """CREATE UNIQUE INDEX uq_account_links_linked ON account_links (linked_issuer, linked_issuer_subject)
        WHERE revoked_at IS NULL""",
    """CREATE TABLE signed_out (
        what text PRIMARY KEY, not_before timestamptz NOT NULL)""",
    "CREATE INDEX ix_signed_out_not_before ON signed_out (not_before)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
