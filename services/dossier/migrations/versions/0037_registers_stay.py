"""What was entered in a book of money, results or commands stays what it was: the database refuses all else."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# What a row says for good; its state, who decided and what a job notes go on.
FIXED = {
    "receipts": "id agency serial year number dossier_id amount method cashier cashier_name lines issued_at day"
    " replaces",
    "refunds": "id dossier_id agency amount method asked_by asked_at",
    "cash_closings": "id agency cashier cashier_name day expected counted reason by_method closed_at",
    "result_register": "id dossier_id dossier_code procedure_code type name number agency agency_name signed_by"
    " issued_at valid_from valid_to attachment_ids",
    "late_entries": "id agency unit entered_by entered_by_name reason body_sealed entered_at received_at",
    "due_commands": "id calendar agency reason legal_basis asked_by asked_by_name asked_at",
}
EMPTIED_BY_LIST = {"late_entries": "dossier_id"}


def upgrade() -> None:
    """Set the guards; a destruction list may still empty what names people, and take late entries along."""
    for table, names in FIXED.items():
        old, new = (", ".join(f"{side}.{name}::text" for name in names.split()) for side in ("old", "new"))
        op.execute(
            f"CREATE TRIGGER {table}_say_the_same BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION refuse_history_change()"
        )
        guard = "require_destruction_list" if table in EMPTIED_BY_LIST else "refuse_history_change"
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}()"
        )
    op.execute(
        "CREATE TRIGGER payment_messages_stay BEFORE UPDATE OR DELETE ON payment_messages"
        " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
    )
    for table in (*FIXED, "payment_messages"):
        op.execute(
            f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
        )


def downgrade() -> None:
    """Take the guards away."""
    for table in FIXED:
        op.execute(f"DROP TRIGGER {table}_say_the_same ON {table}")
    for table in (*FIXED, "payment_messages"):
        op.execute(f"DROP TRIGGER {table}_stay ON {table}")
        op.execute(f"DROP TRIGGER {table}_are_not_emptied ON {table}")
