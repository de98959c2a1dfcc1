"""A change of agencies may be withdrawn before its day, and what it leaves open is settled by somebody."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE agency_changes
        ADD COLUMN version bigint NOT NULL DEFAULT 1,
        ADD COLUMN withdrawal jsonb,
        DROP CONSTRAINT ck_agency_changes_state,
        ADD CONSTRAINT ck_agency_changes_state CHECK (state IN ('PENDING', 'APPLIED', 'WITHDRAWN')),
        ADD CONSTRAINT ck_agency_changes_withdrawn CHECK ((state = 'WITHDRAWN') = (withdrawal IS NOT NULL))
    """,
    "ALTER TABLE agency_changes ALTER COLUMN version DROP DEFAULT",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
