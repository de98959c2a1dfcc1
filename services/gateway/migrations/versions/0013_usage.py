"""Counted use: sums by day and place, single acts until they are added to them, and which batches were."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE usage_counts (day date NOT NULL, kind text NOT NULL, channel text NOT NULL,"
    " procedure text NOT NULL, agency text NOT NULL, count bigint NOT NULL,"
    " CONSTRAINT pk_usage_counts PRIMARY KEY (day, kind, channel, procedure, agency))",
    "CREATE TABLE usage_notes (id uuid NOT NULL CONSTRAINT pk_usage_notes PRIMARY KEY, day date NOT NULL,"
    " kind text NOT NULL, channel text NOT NULL, procedure text NOT NULL, agency text NOT NULL)",
    "CREATE TABLE usage_writers (writer uuid NOT NULL CONSTRAINT pk_usage_writers PRIMARY KEY,"
    " number bigint NOT NULL, at timestamptz NOT NULL)",
    "CREATE INDEX ix_usage_writers_at ON usage_writers (at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
