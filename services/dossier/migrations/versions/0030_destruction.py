"""Records are destroyed by an approved list and by nothing else; what is only added to refuses all else."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE destruction_lists (
        id uuid CONSTRAINT pk_destruction_lists PRIMARY KEY, version bigint NOT NULL, agency text NOT NULL,
        agency_name text NOT NULL, number integer NOT NULL, year integer NOT NULL, state text NOT NULL,
        prepared_by text NOT NULL, prepared_by_name text NOT NULL, prepared_at timestamptz NOT NULL,
        reviewers text[] NOT NULL, approved_by text NOT NULL, approved_by_name text NOT NULL,
        approved_at timestamptz, decision_number text NOT NULL, decided_on date, council text[] NOT NULL,
        document_id uuid, reason text NOT NULL, protocol json, done_at timestamptz,
        CONSTRAINT uq_destruction_lists_agency_year_number UNIQUE (agency, year, number),
        -- Four eyes also where somebody writes rows by hand.
        CONSTRAINT ck_destruction_lists_approval CHECK (state NOT IN ('APPROVED', 'DONE') OR (
            approved_by <> '' AND approved_by <> prepared_by AND NOT approved_by = ANY (reviewers)
            AND decision_number <> '' AND document_id IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_destruction_lists_agency_id ON destruction_lists (agency, id)",
    "CREATE INDEX ix_destruction_lists_approved ON destruction_lists (id) WHERE state = 'APPROVED'",
    """
    CREATE TABLE destruction_lines (
        list_id uuid NOT NULL, dossier_id uuid NOT NULL, code text NOT NULL, procedure_code text NOT NULL,
        procedure_name text NOT NULL, ended_on date NOT NULL, retention text NOT NULL,
        kept_through date NOT NULL, verdict text NOT NULL, reviewed_by text NOT NULL,
        reviewed_by_name text NOT NULL, reviewed_at timestamptz, reason text NOT NULL, outcome text NOT NULL,
        done_at timestamptz, history_head bytea,
        CONSTRAINT pk_destruction_lines PRIMARY KEY (list_id, dossier_id)
    )
    """,
    "CREATE INDEX ix_destruction_lines_dossier_id ON destruction_lines (dossier_id)",
    """
    CREATE TABLE archive_removals (
        sha256 bytea NOT NULL, list_id uuid NOT NULL, dossier_id uuid NOT NULL,
        asked_at timestamptz NOT NULL, done_at timestamptz,
        CONSTRAINT pk_archive_removals PRIMARY KEY (sha256, list_id, dossier_id)
    )
    """,
    "CREATE INDEX ix_archive_removals_due ON archive_removals (asked_at) WHERE done_at IS NULL",
    "ALTER TABLE dossiers ADD COLUMN destroyed_by uuid",
    # The line is settled in the commit that destroys, so its outcome may be seen already.
    """
    CREATE FUNCTION is_to_be_destroyed(given uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT 1 FROM destruction_lines l JOIN destruction_lists d ON d.id = l.list_id
            WHERE l.dossier_id = given AND l.verdict = 'DESTROY' AND l.outcome IN ('', 'DESTROYED')
              AND d.state = 'APPROVED')
    $$
    """,
    """
    CREATE FUNCTION require_destruction_list() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT is_to_be_destroyed(old.dossier_id) THEN
            RAISE EXCEPTION '%: destroyed by an approved list only', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN old;
    END $$
    """,
    """
    CREATE FUNCTION refuse_dossier_end() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND old.destroyed_by IS NULL AND is_to_be_destroyed(old.id) THEN
            RETURN new;
        END IF;
        RAISE EXCEPTION 'dossiers: destroyed by an approved list only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "CREATE TRIGGER dossier_stays BEFORE DELETE ON dossiers"
    " FOR EACH ROW EXECUTE FUNCTION refuse_dossier_end()",
    # Named in the statement's own list only by the destruction: no other update asks.
    "CREATE TRIGGER dossier_is_destroyed_by_list BEFORE UPDATE OF destroyed_by ON dossiers"
    " FOR EACH ROW EXECUTE FUNCTION refuse_dossier_end()",
    "CREATE TRIGGER destroyed_dossier_stays BEFORE UPDATE ON dossiers"
    " FOR EACH ROW WHEN (old.destroyed_by IS NOT NULL) EXECUTE FUNCTION refuse_dossier_end()",
    """
    CREATE FUNCTION refuse_history_loss() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (old.dossier_id, old.version, old.event_id, old.type, old.at, old.previous_hash, old.hash,
            old.key_id) IS DISTINCT FROM (new.dossier_id, new.version, new.event_id, new.type, new.at,
            new.previous_hash, new.hash, new.key_id)
           OR old.type = 'dossier.destroyed.v1' OR NOT is_to_be_destroyed(old.dossier_id) THEN
            RAISE EXCEPTION 'history is only added to' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN new;
    END $$
    """,
    "DROP TRIGGER history_is_kept ON history",
    "CREATE TRIGGER history_is_kept BEFORE DELETE ON history"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER history_is_reduced_by_list BEFORE UPDATE ON history"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_loss()",
    "DROP TRIGGER evidence_is_kept ON evidence",
    "CREATE TRIGGER evidence_is_kept BEFORE UPDATE ON evidence"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    *(
        f"CREATE TRIGGER {table}_go_by_list BEFORE DELETE ON {table}"
        f" FOR EACH ROW {condition}EXECUTE FUNCTION require_destruction_list()"
        for table, condition in (
            ("evidence", ""),
            ("components", ""),
            ("papers", ""),
            ("attachments", "WHEN (old.dossier_id IS NOT NULL) "),
        )
    ),
    *(
        f"CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
        for table in ("access_log", "archive_messages", "archive_message_lines")
    ),
    "CREATE TRIGGER destruction_lines_stay BEFORE DELETE ON destruction_lines"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER destruction_lists_stay BEFORE DELETE ON destruction_lists"
    " FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    *(
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
        for table in (
            "dossiers",
            "evidence",
            "components",
            "papers",
            "attachments",
            "payment_entries",
            "control_slip",
            "certified_copies",
            "access_log",
            "archive_messages",
            "archive_message_lines",
            "destruction_lists",
            "destruction_lines",
        )
    ),
)


def upgrade() -> None:
    """Add lists and guards."""
    for statement in STATEMENTS:
        op.execute(statement)
