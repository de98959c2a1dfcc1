"""The one slip of an interlinked submission is kept under its id, and goes with its last dossier."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_REQUIRE = """
    CREATE OR REPLACE FUNCTION require_destruction_list() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT is_to_be_destroyed(old.dossier_id){more} THEN
            RAISE EXCEPTION '%: destroyed by an approved list only', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN old;
    END $$
"""


def upgrade() -> None:
    """Let the list that destroys a submission's last dossier take its slips along."""
    op.execute(_REQUIRE.format(more=" AND NOT is_submission_to_be_forgotten(old.dossier_id)"))


def downgrade() -> None:
    """A dossier's own rows only."""
    op.execute(_REQUIRE.format(more=""))
