"""Who holds a step, the control slip, and what the staff directory says of absence."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dossiers ADD COLUMN task_holder text",
    "CREATE INDEX ix_dossiers_task_holder ON dossiers (task_holder, task_due_at, id)"
    " WHERE task_holder IS NOT NULL",
    """
    ALTER TABLE staff ADD COLUMN agency text NOT NULL DEFAULT '',
        ADD COLUMN acts_for text[] NOT NULL DEFAULT '{}', ADD COLUMN away_until date
    """,
    "CREATE INDEX ix_staff_acts_for ON staff USING gin (acts_for)",
    "CREATE INDEX ix_staff_away_until ON staff (away_until) WHERE away_until IS NOT NULL",
    """
    UPDATE staff SET away_until = (
        SELECT max((leave ->> 'valid_to')::date) FROM json_array_elements(data -> 'leaves') AS leave)
    """,
    """
    CREATE TABLE control_slip (
        id uuid CONSTRAINT pk_control_slip PRIMARY KEY,
        dossier_id uuid NOT NULL,
        version bigint NOT NULL,
        kind text NOT NULL,
        step text NOT NULL,
        giver_agency text NOT NULL,
        giver_unit text NOT NULL,
        giver_role text NOT NULL,
        giver_subject text NOT NULL,
        giver_name text NOT NULL,
        given_at timestamptz NOT NULL,
        receiver_agency text NOT NULL,
        receiver_unit text NOT NULL,
        receiver_role text NOT NULL,
        receiver_subject text NOT NULL,
        receiver_name text NOT NULL,
        received_at timestamptz,
        taken_back_at timestamptz,
        due_at timestamptz,
        punctuality text NOT NULL,
        note text NOT NULL
    )
    """,
    "CREATE INDEX ix_control_slip_dossier_id_version ON control_slip (dossier_id, version)",
    "CREATE INDEX ix_control_slip_waiting ON control_slip (dossier_id)"
    " WHERE received_at IS NULL AND taken_back_at IS NULL",
    # Both signatures stand for good: a row is confirmed or taken back once, and nothing else of it changes.
    """
    CREATE FUNCTION refuse_slip_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND old.received_at IS NULL AND old.taken_back_at IS NULL
           AND (old.id, old.dossier_id, old.version, old.kind, old.step, old.giver_agency, old.giver_unit,
                old.giver_role, old.giver_subject, old.giver_name, old.given_at, old.note)
             = (new.id, new.dossier_id, new.version, new.kind, new.step, new.giver_agency, new.giver_unit,
                new.giver_role, new.giver_subject, new.giver_name, new.given_at, new.note) THEN
            RETURN new;
        END IF;
        RAISE EXCEPTION 'a row of the control slip stands';
    END
    $$
    """,
    "CREATE TRIGGER slip_rows_stand BEFORE UPDATE OR DELETE ON control_slip"
    " FOR EACH ROW EXECUTE FUNCTION refuse_slip_change()",
)


def upgrade() -> None:
    """Add what sharing out work needs; steps under way are held by nobody yet."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE control_slip")
    op.execute("DROP FUNCTION refuse_slip_change()")
    op.execute("ALTER TABLE staff DROP COLUMN agency, DROP COLUMN acts_for, DROP COLUMN away_until")
    op.execute("ALTER TABLE dossiers DROP COLUMN task_holder")
