"""Interlinked submissions: groups, parents, children, history that is only added to."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE interlinked_groups (
        code text CONSTRAINT pk_interlinked_groups PRIMARY KEY, sequence bigint NOT NULL, data json NOT NULL
    )
    """,
    """
    CREATE TABLE interlinked_parents (
        id uuid CONSTRAINT pk_interlinked_parents PRIMARY KEY, version bigint NOT NULL,
        reference text NOT NULL, origin text NOT NULL, channel text NOT NULL, state text NOT NULL,
        outcome text NOT NULL, owner_name text NOT NULL, owner_subject text, submitter_subject text,
        owner_index bytea, parties_sealed text NOT NULL, contact_sealed text NOT NULL,
        form_sealed text NOT NULL, secret_hash text NOT NULL, lead_agency json NOT NULL,
        agencies text[] NOT NULL, group_data json NOT NULL, submitted_at timestamptz NOT NULL,
        expected_at timestamptz, due_at timestamptz, original_due_at timestamptz, ended_at timestamptz,
        look_at timestamptz, is_withdrawn boolean NOT NULL, work json NOT NULL
    )
    """,
    "CREATE INDEX ix_interlinked_parents_look_at ON interlinked_parents (look_at) WHERE look_at IS NOT NULL",
    "CREATE INDEX ix_interlinked_parents_agencies ON interlinked_parents USING gin (agencies)",
    "CREATE INDEX ix_interlinked_parents_owner_index_id ON interlinked_parents (owner_index, id)",
    "CREATE INDEX ix_interlinked_parents_owner_subject_id ON interlinked_parents (owner_subject, id)",
    "CREATE INDEX ix_interlinked_parents_submitter_subject_id ON interlinked_parents (submitter_subject, id)",
    """
    CREATE TABLE interlinked_children (
        parent_id uuid NOT NULL, procedure_code text NOT NULL, position smallint NOT NULL,
        dossier_id uuid NOT NULL, status text NOT NULL, source text NOT NULL, outside_code text NOT NULL,
        data json NOT NULL, looked bigint NOT NULL, told_version bigint NOT NULL, told json NOT NULL,
        CONSTRAINT pk_interlinked_children PRIMARY KEY (parent_id, procedure_code),
        CONSTRAINT uq_interlinked_children_dossier_id UNIQUE (dossier_id)
    )
    """,
    "CREATE INDEX ix_interlinked_children_news ON interlinked_children (parent_id)"
    " WHERE told_version > looked",
    "CREATE UNIQUE INDEX uq_interlinked_children_outside ON interlinked_children (source, outside_code)"
    " WHERE outside_code <> ''",
    """
    CREATE TABLE interlinked_history (
        parent_id uuid NOT NULL, version bigint NOT NULL, event_id uuid NOT NULL, type text NOT NULL,
        at timestamptz NOT NULL, actor text NOT NULL, data json NOT NULL,
        CONSTRAINT pk_interlinked_history PRIMARY KEY (parent_id, version)
    )
    """,
    """
    CREATE TRIGGER interlinked_history_is_kept BEFORE UPDATE OR DELETE ON interlinked_history
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change()
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
