"""Certified copies are paid for: a receipt or refund is of a dossier or of an asking, of exactly one."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OF_ONE = ("receipts", "refunds")
FIXED = {
    "receipts": "id agency serial year number dossier_id amount method cashier cashier_name issued_at day replaces",
    "refunds": "id dossier_id agency amount method asked_by asked_at",
}
STATEMENTS = (
    "ALTER TABLE receipts ALTER COLUMN dossier_id DROP NOT NULL, ADD COLUMN asking_id uuid",
    "ALTER TABLE refunds ALTER COLUMN dossier_id DROP NOT NULL, ADD COLUMN asking_id uuid,"
    " ADD COLUMN drawer text",
    "ALTER TABLE copy_requests ADD COLUMN asking_id uuid, ADD COLUMN exempt_reason text",
    "ALTER TABLE certified_copies ADD COLUMN signer_title text, ADD COLUMN note text",
    # Of an asking one receipt stands at a time: two who take its money at once are one.
    "CREATE UNIQUE INDEX ux_receipts_asking_id ON receipts (asking_id)"
    " WHERE asking_id IS NOT NULL AND state = 'VALID'",
    "CREATE INDEX ix_receipts_copies_day ON receipts (day) WHERE asking_id IS NOT NULL",
    "CREATE INDEX ix_refunds_asking_id ON refunds (asking_id) WHERE asking_id IS NOT NULL",
    "CREATE INDEX ix_copy_requests_asking_id ON copy_requests (asking_id) WHERE asking_id IS NOT NULL",
    "CREATE INDEX ix_copy_requests_ended ON copy_requests (asked_at)"
    " WHERE state <> 'CERTIFIED' AND requester_sealed <> ''",
)


def upgrade() -> None:
    """Let a receipt be of an asking; its lines, which name nobody, stand for good."""
    for statement in STATEMENTS:
        op.execute(statement)
    for table in OF_ONE:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_of_one"
            " CHECK ((dossier_id IS NULL) <> (asking_id IS NULL)) NOT VALID"
        )
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_of_one")
        _say_the_same(table, f"{FIXED[table]} asking_id")
    _lines_go_by_list("coalesce(is_to_be_destroyed(old.dossier_id), false)")


def downgrade() -> None:
    """Go back where no receipt is of an asking; money that was taken is not forgotten."""
    _lines_go_by_list("is_to_be_destroyed(old.dossier_id)")
    for table in OF_ONE:
        _say_the_same(table, FIXED[table])
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_of_one")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN dossier_id SET NOT NULL")
    op.execute("DROP INDEX ix_copy_requests_ended")
    op.execute("ALTER TABLE certified_copies DROP COLUMN signer_title, DROP COLUMN note")
    op.execute("ALTER TABLE copy_requests DROP COLUMN asking_id, DROP COLUMN exempt_reason")
    op.execute("ALTER TABLE refunds DROP COLUMN asking_id, DROP COLUMN drawer")
    op.execute("ALTER TABLE receipts DROP COLUMN asking_id")


def _say_the_same(table: str, fixed: str) -> None:
    old, new = (", ".join(f"{side}.{name}::text" for name in fixed.split()) for side in ("old", "new"))
    op.execute(f"DROP TRIGGER {table}_say_the_same ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_say_the_same BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION refuse_history_change()"
    )


def _lines_go_by_list(first: str) -> None:
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION require_list_of_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ({first} OR EXISTS (
                SELECT 1 FROM unnest(old.dossier_ids) AS d(id) WHERE is_to_be_destroyed(d.id))) THEN
                RAISE EXCEPTION 'receipts: emptied by an approved list only'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN new;
        END $$
        """
    )
