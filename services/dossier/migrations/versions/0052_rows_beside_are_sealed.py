"""Rows beside a dossier are sealed by group, and counted; run `seal-rows` once for rows of before."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLES = (
    "authorizations result_register result_uses evidence payment_entries payment_requests receipts refunds"
    " cash_closings archive_records archive_holds destruction_lists destruction_lines certified_copies"
    " copy_requests control_slip late_entries"
).split()
# Rows that stand let their seals be made once, and nothing else with them.
MADE_ONCE = (
    "old.seals = '{}' AND new.seals <> '{}' AND to_jsonb(old) - 'seals' = to_jsonb(new) - 'seals'"
)
ENTRY_EMPTIED = "ARRAY['by', 'by_name', 'data'"
SLIP_EMPTIED = "ARRAY['note', 'giver_subject', 'giver_name', 'receiver_subject', 'receiver_name'"
SLIP_SAME = """
    (old.id, old.dossier_id, old.version, old.kind, old.step, old.giver_agency, old.giver_unit,
     old.giver_role, old.giver_subject, old.giver_name, old.given_at, old.note)
    = (new.id, new.dossier_id, new.version, new.kind, new.step, new.giver_agency, new.giver_unit,
       new.giver_role, new.giver_subject, new.giver_name, new.given_at, new.note)
"""
KEPT = {"evidence": "evidence_is_kept", "certified_copies": "book_is_kept"}


def upgrade() -> None:
    """Build; a constant default rewrites no row."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN seals jsonb NOT NULL DEFAULT '{{}}'")
    op.execute(
        """
        CREATE TABLE row_heads (
            dossier_id uuid CONSTRAINT pk_row_heads PRIMARY KEY, entries bigint NOT NULL,
            evidence bigint NOT NULL, slips bigint NOT NULL, results bigint NOT NULL,
            seals jsonb NOT NULL DEFAULT '{}')
        """
    )
    op.execute(
        "CREATE TABLE seal_marks (name text CONSTRAINT pk_seal_marks PRIMARY KEY,"
        " at timestamptz NOT NULL, seal text NOT NULL)"
    )
    op.execute(_entry_guard(f"{ENTRY_EMPTIED}, 'seals']", MADE_ONCE))
    op.execute(_slip_guard(f"{SLIP_EMPTIED}, 'seals']", MADE_ONCE))
    op.execute(
        f"""
        CREATE FUNCTION refuse_change_but_seals() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND {MADE_ONCE} THEN
                RETURN new;
            END IF;
            RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table, trigger in KEPT.items():
        _guard(table, trigger, "refuse_change_but_seals")


def downgrade() -> None:
    """Forget the seals."""
    for table, trigger in KEPT.items():
        _guard(table, trigger, "refuse_history_change")
    op.execute("DROP FUNCTION refuse_change_but_seals()")
    op.execute(_entry_guard(f"{ENTRY_EMPTIED}]", "false"))
    op.execute(_slip_guard(f"{SLIP_EMPTIED}]", "false"))
    op.execute("DROP TABLE row_heads, seal_marks")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN seals")


def _guard(table: str, trigger: str, function: str) -> None:
    on = "UPDATE" if table == "evidence" else "UPDATE OR DELETE"
    op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def _entry_guard(emptied: str, also: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION refuse_payment_entries_loss() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ({also}) OR (to_jsonb(old) - {emptied} = to_jsonb(new) - {emptied}
               AND is_to_be_destroyed(old.dossier_id)) THEN
                RETURN new;
            END IF;
            RAISE EXCEPTION 'payment_entries is only added to' USING ERRCODE = 'restrict_violation';
        END $$
    """


def _slip_guard(emptied: str, also: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION refuse_slip_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND ((old.received_at IS NULL AND old.taken_back_at IS NULL
               AND {SLIP_SAME}) OR ({also}) OR (to_jsonb(old) - {emptied} = to_jsonb(new) - {emptied}
               AND is_to_be_destroyed(old.dossier_id))) THEN
                RETURN new;
            END IF;
            RAISE EXCEPTION 'a row of the control slip stands';
        END $$
    """
