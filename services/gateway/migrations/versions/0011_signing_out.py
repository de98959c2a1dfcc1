"""Where a session began, so that it can be ended from there, and all of a subject's found."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE sessions ADD COLUMN issuer text NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN issuer_subject text NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN issuer_session text NOT NULL DEFAULT ''",
    "CREATE INDEX ix_sessions_subject ON sessions (subject)",
    "CREATE INDEX ix_sessions_issuer_subject ON sessions (issuer_subject)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
