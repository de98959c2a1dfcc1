"""History is only ever added to: the database refuses to change or delete an entry."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE FUNCTION refuse_history_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'history is only added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER history_is_kept BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change()
    """,
)


def upgrade() -> None:
    """Set the guard."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take the guard away."""
    op.execute("DROP TRIGGER history_is_kept ON history")
    op.execute("DROP FUNCTION refuse_history_change()")
