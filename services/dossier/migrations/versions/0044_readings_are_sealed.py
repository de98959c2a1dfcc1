"""The log of readings says about whom, and its lines are sealed in batches by their transactions."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE access_log ADD COLUMN person_index bytea, ADD COLUMN shown uuid[], ADD COLUMN txid bigint",
    # A default of its own after the column: rows of before stay without, and the table is not rewritten.
    "ALTER TABLE access_log ALTER COLUMN txid SET DEFAULT pg_current_xact_id()::text::bigint",
    # A check would have to be true of the rows of before.
    "CREATE TRIGGER access_log_rows_have_a_transaction BEFORE INSERT ON access_log FOR EACH ROW"
    " WHEN (NEW.txid IS NULL OR NEW.txid <= 0) EXECUTE FUNCTION refuse_history_change()",
    "CREATE INDEX ix_access_log_txid ON access_log (txid, id)",
    "CREATE INDEX ix_access_log_person_index ON access_log (person_index, id) WHERE person_index IS NOT NULL",
    # The list of what waits to be indexed is short, so that no single reader pays for many.
    "CREATE INDEX ix_access_log_shown ON access_log USING gin (shown) WITH (gin_pending_list_limit = 256)"
    " WHERE shown IS NOT NULL",
    """
    CREATE TABLE access_seals (
        number bigint CONSTRAINT pk_access_seals PRIMARY KEY, first_txid bigint NOT NULL,
        end_txid bigint NOT NULL, first_id bigint NOT NULL, last_id bigint NOT NULL, lines integer NOT NULL,
        sealed_at timestamptz NOT NULL, previous_hash bytea NOT NULL, key_id text NOT NULL, hash bytea NOT NULL
    )
    """,
    "CREATE TRIGGER access_seals_rows_stay BEFORE UPDATE OR DELETE ON access_seals"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER access_seals_is_not_emptied BEFORE TRUNCATE ON access_seals"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()",
)


def upgrade() -> None:
    """Add columns, indexes and the seals; what was logged before is sealed by the job, by its ids."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE access_seals")
    op.execute("DROP TRIGGER access_log_rows_have_a_transaction ON access_log")
    op.execute("ALTER TABLE access_log DROP COLUMN person_index, DROP COLUMN shown, DROP COLUMN txid")
