"""An issuer may end a session by its name alone: found without reading everybody's."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_sessions_issuer_session ON sessions (issuer_session) WHERE issuer_session <> ''"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_sessions_issuer_session")
