"""The history of an interlinked submission is reduced with its last dossier, by an approved list only."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Of the list that is being carried out at least one, and of the others none that is kept.
    """
    CREATE FUNCTION is_submission_to_be_forgotten(given uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT coalesce(bool_or(is_to_be_destroyed(d.id))
            AND bool_and(d.destroyed_by IS NOT NULL OR is_to_be_destroyed(d.id)), false)
        FROM interlinked_children c JOIN dossiers d ON d.id = c.dossier_id WHERE c.parent_id = given
    $$
    """,
    """
    CREATE FUNCTION refuse_submission_history_loss() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (old.parent_id, old.version, old.event_id, old.type, old.at)
            IS DISTINCT FROM (new.parent_id, new.version, new.event_id, new.type, new.at)
           OR old.type = 'interlinked_dossier.destroyed.v1'
           OR NOT is_submission_to_be_forgotten(old.parent_id) THEN
            RAISE EXCEPTION 'history is only added to' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN new;
    END $$
    """,
    "DROP TRIGGER interlinked_history_is_kept ON interlinked_history",
    "CREATE TRIGGER interlinked_history_is_kept BEFORE DELETE ON interlinked_history"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER interlinked_history_is_reduced_by_list BEFORE UPDATE ON interlinked_history"
    " FOR EACH ROW EXECUTE FUNCTION refuse_submission_history_loss()",
)


def upgrade() -> None:
    """Let the list, and nothing else, reduce it."""
    for statement in STATEMENTS:
        op.execute(statement)
