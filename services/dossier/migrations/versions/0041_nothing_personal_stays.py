"""A list empties words and names beside the heart too: slips, ledgers, books, the archive's own notes."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# Columns a list may empty of rows that stand otherwise.
BY_LIST = {
    "payment_entries": ("by", "by_name", "data"),
    "archive_message_lines": ("reason",),
    "archive_messages": ("raw",),
    "payment_messages": ("data",),
}
# Whose dossier a row is of, where it does not say so itself.
OF = {
    "payment_entries": "is_to_be_destroyed(old.dossier_id)",
    "payment_messages": "EXISTS (SELECT 1 FROM payment_requests r"
    " WHERE r.reference = old.reference AND is_to_be_destroyed(r.dossier_id))",
    "archive_message_lines": "EXISTS (SELECT 1 FROM archive_packages p"
    " WHERE p.id = old.package_id AND is_to_be_destroyed(p.dossier_id))",
    "archive_messages": "EXISTS (SELECT 1 FROM archive_packages p"
    " WHERE p.batch_id = old.batch_id AND is_to_be_destroyed(p.dossier_id))",
}
STOOD = {
    "payment_entries": "payment_entries_are_kept",
    "payment_messages": "payment_messages_stay",
    "archive_message_lines": "archive_message_lines_rows_stay",
    "archive_messages": "archive_messages_rows_stay",
}
RECEIPT = "id agency serial year number dossier_id amount method cashier cashier_name issued_at day replaces"
RESULT = (
    "id dossier_id dossier_code procedure_code type number agency agency_name signed_by issued_at valid_from"
    " valid_to attachment_ids"
)
SLIP_SAME = """
    (old.id, old.dossier_id, old.version, old.kind, old.step, old.giver_agency, old.giver_unit,
     old.giver_role, old.giver_subject, old.giver_name, old.given_at, old.note)
    = (new.id, new.dossier_id, new.version, new.kind, new.step, new.giver_agency, new.giver_unit,
       new.giver_role, new.giver_subject, new.giver_name, new.given_at, new.note)
"""
SLIP_EMPTIED = "ARRAY['note', 'giver_subject', 'giver_name', 'receiver_subject', 'receiver_name']"


def upgrade() -> None:
    """Let the list, and nothing else, empty them."""
    for table, columns in BY_LIST.items():
        names = ", ".join(f"'{name}'" for name in columns)
        op.execute(
            f"""
            CREATE FUNCTION refuse_{table}_loss() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF to_jsonb(old) - ARRAY[{names}] IS DISTINCT FROM to_jsonb(new) - ARRAY[{names}]
                   OR NOT {OF[table]} THEN
                    RAISE EXCEPTION '{table} is only added to' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN new;
            END $$
            """
        )
        op.execute(f"DROP TRIGGER {STOOD[table]} ON {table}")
        op.execute(
            f"CREATE TRIGGER {STOOD[table]} BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_are_emptied_by_list BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_{table}_loss()"
        )
    op.execute(_slip_guard(f"OR (to_jsonb(old) - {SLIP_EMPTIED} = to_jsonb(new) - {SLIP_EMPTIED}"
                           " AND is_to_be_destroyed(old.dossier_id))"))
    op.execute(
        """
        CREATE FUNCTION require_list_to_empty() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT is_to_be_destroyed(old.dossier_id) THEN
                RAISE EXCEPTION '%: emptied by an approved list only', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN new;
        END $$
        """
    )
    for table, fixed, emptied in (("receipts", RECEIPT, "lines"), ("result_register", RESULT, "name")):
        op.execute(f"DROP TRIGGER {table}_say_the_same ON {table}")
        op.execute(_say_the_same(table, fixed))
        op.execute(
            f"CREATE TRIGGER {table}_{emptied}_go_by_list BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (old.{emptied}::text IS DISTINCT FROM new.{emptied}::text)"
            " EXECUTE FUNCTION require_list_to_empty()"
        )
    # What several dossiers share, an authorisation or a company's sheet, goes with the last of them.
    op.execute(
        """
        CREATE FUNCTION goes_with_last(given uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            SELECT z.id FROM dossiers d
            JOIN archive_records r ON r.dossier_id = d.id
            JOIN authorizations z ON z.id::text IN
                (d.work #>> '{brought,authorization_id}', d.work #>> '{delivery,authorization_id}')
            WHERE d.id = given AND (z.revoked_at IS NOT NULL OR z.valid_until <= r.kept_through)
              AND NOT EXISTS (SELECT 1 FROM dossiers o
                WHERE o.owner_index = z.owner_index AND o.id <> given AND o.destroyed_by IS NULL
                  AND z.id::text IN (o.work #>> '{brought,authorization_id}',
                                     o.work #>> '{delivery,authorization_id}'))
            UNION ALL
            SELECT b.id FROM visit_dossiers v JOIN intake_batches b ON b.id = v.visit_id
            WHERE v.dossier_id = given AND NOT EXISTS (
                SELECT 1 FROM visit_dossiers w JOIN dossiers o ON o.id = w.dossier_id
                WHERE w.visit_id = b.id AND o.id <> given AND o.destroyed_by IS NULL)
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION require_list_of_file() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- A paper several dossiers share is of none of them; it goes while a list is carried out.
            IF is_to_be_destroyed(old.dossier_id) OR is_submission_to_be_forgotten(old.dossier_id) OR (old.purpose = 'AUTHORIZATION'
               AND NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.id = old.dossier_id)
               AND EXISTS (SELECT 1 FROM destruction_lists l WHERE l.state = 'APPROVED')) THEN
                RETURN old;
            END IF;
            RAISE EXCEPTION 'attachments: destroyed by an approved list only'
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute("DROP TRIGGER attachments_go_by_list ON attachments")
    op.execute(
        "CREATE TRIGGER attachments_go_by_list BEFORE DELETE ON attachments FOR EACH ROW"
        " WHEN (old.dossier_id IS NOT NULL) EXECUTE FUNCTION require_list_of_file()"
    )


def downgrade() -> None:
    """Let them stand as before."""
    op.execute("DROP TRIGGER attachments_go_by_list ON attachments")
    op.execute(
        "CREATE TRIGGER attachments_go_by_list BEFORE DELETE ON attachments FOR EACH ROW"
        " WHEN (old.dossier_id IS NOT NULL) EXECUTE FUNCTION require_destruction_list()"
    )
    op.execute("DROP FUNCTION require_list_of_file(), goes_with_last(uuid)")
    for table, fixed, emptied in (("receipts", RECEIPT, "lines"), ("result_register", RESULT, "name")):
        op.execute(f"DROP TRIGGER {table}_{emptied}_go_by_list ON {table}")
        op.execute(f"DROP TRIGGER {table}_say_the_same ON {table}")
        op.execute(_say_the_same(table, f"{fixed} {emptied}"))
    op.execute("DROP FUNCTION require_list_to_empty()")
    op.execute(_slip_guard(""))
    for table in BY_LIST:
        op.execute(f"DROP TRIGGER {table}_are_emptied_by_list ON {table}")
        op.execute(f"DROP TRIGGER {STOOD[table]} ON {table}")
        op.execute(
            f"CREATE TRIGGER {STOOD[table]} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
        )
        op.execute(f"DROP FUNCTION refuse_{table}_loss()")


def _slip_guard(also: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION refuse_slip_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND ((old.received_at IS NULL AND old.taken_back_at IS NULL
               AND {SLIP_SAME}) {also}) THEN
                RETURN new;
            END IF;
            RAISE EXCEPTION 'a row of the control slip stands';
        END $$
    """


def _say_the_same(table: str, fixed: str) -> str:
    old, new = (", ".join(f"{side}.{name}::text" for name in fixed.split()) for side in ("old", "new"))
    return (
        f"CREATE TRIGGER {table}_say_the_same BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION refuse_history_change()"
    )
