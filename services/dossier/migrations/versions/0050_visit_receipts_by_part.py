"""A visit's receipt is shortened, then emptied, by the list of any dossier it is of."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ask for the list of whichever of its dossiers is destroyed, not of the first only."""
    op.execute(
        """
        CREATE FUNCTION require_list_of_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT (is_to_be_destroyed(old.dossier_id) OR EXISTS (
                SELECT 1 FROM unnest(old.dossier_ids) AS d(id) WHERE is_to_be_destroyed(d.id))) THEN
                RAISE EXCEPTION 'receipts: emptied by an approved list only'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN new;
        END $$
        """
    )
    _guarded_by("require_list_of_receipt")


def downgrade() -> None:
    """Ask for the first one's list again."""
    _guarded_by("require_list_to_empty")
    op.execute("DROP FUNCTION require_list_of_receipt()")


def _guarded_by(function: str) -> None:
    op.execute("DROP TRIGGER receipts_lines_go_by_list ON receipts")
    op.execute(
        "CREATE TRIGGER receipts_lines_go_by_list BEFORE UPDATE ON receipts FOR EACH ROW"
        f" WHEN (old.lines::text IS DISTINCT FROM new.lines::text) EXECUTE FUNCTION {function}()"
    )
