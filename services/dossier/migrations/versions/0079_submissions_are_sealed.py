"""Interlinked submissions are sealed: where a member stands decides which dossiers are opened (ADR 0025)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

TABLES = ("interlinked_parents", "interlinked_children", "interlinked_history")

# Rows that stand let their seals be made once, and nothing else with them.
_MADE_ONCE = "old.seals = '{}' AND to_jsonb(old) - 'seals' = to_jsonb(new) - 'seals'"


def _history_guard(also: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION refuse_submission_history_loss() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {also} THEN
                RETURN new;
            END IF;
            IF (old.parent_id, old.version, old.event_id, old.type, old.at)
                IS DISTINCT FROM (new.parent_id, new.version, new.event_id, new.type, new.at)
               OR old.type = 'interlinked_dossier.destroyed.v1'
               OR NOT is_submission_to_be_forgotten(old.parent_id) THEN
                RAISE EXCEPTION 'history is only added to' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN new;
        END $$
    """


def upgrade() -> None:
    """Rows of before are sealed by `seal-rows`, as of every table; a constant default rewrites no row."""
    for table in TABLES:
        op.add_column(table, sa.Column("seals", JSONB(), nullable=False, server_default=sa.text("'{}'")))
    op.execute(_history_guard(_MADE_ONCE))


def downgrade() -> None:
    """Forget them."""
    op.execute(_history_guard("false"))
    for table in TABLES:
        op.drop_column(table, "seals")
