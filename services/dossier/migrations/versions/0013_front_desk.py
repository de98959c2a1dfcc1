"""The front desk: points, counters, queues, and what displays show in the order it happened."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE desk_points (
        code text CONSTRAINT pk_desk_points PRIMARY KEY, sequence bigint NOT NULL, agency text NOT NULL,
        name text NOT NULL, address text NOT NULL, calendar text NOT NULL, covered text[] NOT NULL,
        valid_from date NOT NULL, valid_to date
    )
    """,
    """
    CREATE TABLE desk_groups (
        point text, code text, version bigint NOT NULL, name text NOT NULL, letter text NOT NULL,
        is_open boolean NOT NULL, most_tickets integer NOT NULL, expected_minutes integer NOT NULL,
        slot_minutes integer NOT NULL, slot_capacity integer NOT NULL, booking_days integer NOT NULL,
        CONSTRAINT pk_desk_groups PRIMARY KEY (point, code),
        CONSTRAINT uq_desk_groups_point_letter UNIQUE (point, letter)
    )
    """,
    """
    CREATE TABLE desk_counters (
        point text, code text, version bigint NOT NULL, name text NOT NULL, groups text[] NOT NULL,
        CONSTRAINT pk_desk_counters PRIMARY KEY (point, code)
    )
    """,
    """
    CREATE TABLE desk_kiosks (
        subject text CONSTRAINT pk_desk_kiosks PRIMARY KEY, point text NOT NULL, name text NOT NULL,
        is_active boolean NOT NULL
    )
    """,
    """
    CREATE TABLE desk_rosters (
        point text, day date, version bigint NOT NULL, entries json NOT NULL, kept_by text NOT NULL,
        CONSTRAINT pk_desk_rosters PRIMARY KEY (point, day)
    )
    """,
    """
    CREATE TABLE counter_sessions (
        id uuid CONSTRAINT pk_counter_sessions PRIMARY KEY, version bigint NOT NULL, point text NOT NULL,
        counter text NOT NULL, counter_name text NOT NULL, officer text NOT NULL, officer_name text NOT NULL,
        agency text NOT NULL, groups text[] NOT NULL, opened_at timestamptz NOT NULL, closed_at timestamptz,
        closed_by text NOT NULL, break_since timestamptz, breaks json NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX uq_counter_sessions_counter ON counter_sessions (point, counter)"
    " WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX uq_counter_sessions_officer ON counter_sessions (officer) WHERE closed_at IS NULL",
    # `last` is the last number given; `run` how many preferred tickets were called in a row.
    """
    CREATE TABLE queues (
        point text, group_code text, day date, last integer NOT NULL, run integer NOT NULL,
        CONSTRAINT pk_queues PRIMARY KEY (point, group_code, day)
    )
    """,
    """
    CREATE TABLE tickets (
        id uuid CONSTRAINT pk_tickets PRIMARY KEY, version bigint NOT NULL, point text NOT NULL,
        group_code text NOT NULL, issued_group text NOT NULL, label text NOT NULL, priority text NOT NULL,
        channel text NOT NULL, state text NOT NULL, counter text NOT NULL, counter_name text NOT NULL,
        taken_by text NOT NULL, day date NOT NULL, number integer NOT NULL, is_preferred boolean NOT NULL,
        taken_at timestamptz NOT NULL, due_at timestamptz NOT NULL, part_number integer NOT NULL,
        part_since timestamptz NOT NULL, session_id uuid, called_at timestamptz, last_called_at timestamptz,
        served_at timestamptz, ended_at timestamptz, calls integer NOT NULL, dossier_id uuid,
        appointment_id uuid,
        CONSTRAINT uq_tickets_point_issued_group_day_number UNIQUE (point, issued_group, day, number)
    )
    """,
    "CREATE INDEX ix_tickets_waiting ON tickets (point, day, group_code, due_at) WHERE state = 'WAITING'",
    "CREATE INDEX ix_tickets_open ON tickets (day)"
    " WHERE state IN ('WAITING', 'CALLED', 'SKIPPED', 'SERVING')",
    "CREATE UNIQUE INDEX uq_tickets_session_id ON tickets (session_id)"
    " WHERE state IN ('CALLED', 'SERVING')",
    "CREATE INDEX ix_tickets_taken_by_taken_at ON tickets (taken_by, taken_at)",
    """
    CREATE TABLE ticket_parts (
        ticket_id uuid, number integer, point text NOT NULL, group_code text NOT NULL,
        priority text NOT NULL, counter text NOT NULL, officer text NOT NULL, outcome text NOT NULL,
        day date NOT NULL, waited_seconds integer NOT NULL, served_seconds integer NOT NULL,
        ended_at timestamptz NOT NULL, CONSTRAINT pk_ticket_parts PRIMARY KEY (ticket_id, number)
    )
    """,
    "CREATE INDEX ix_ticket_parts_point_day ON ticket_parts (point, day, group_code)",
    "CREATE INDEX ix_ticket_parts_done ON ticket_parts (point, group_code, ended_at) WHERE outcome = 'DONE'",
    """
    CREATE TABLE display_heads (
        point text CONSTRAINT pk_display_heads PRIMARY KEY, last bigint NOT NULL
    )
    """,
    """
    CREATE TABLE display_events (
        point text, id bigint, what text NOT NULL, label text NOT NULL, group_code text NOT NULL,
        counter text NOT NULL, counter_name text NOT NULL, at timestamptz NOT NULL,
        CONSTRAINT pk_display_events PRIMARY KEY (point, id)
    )
    """,
    # A point's head stays locked until the commit, so ids appear in their order and a reader that asks for
    # what is later than the last id it saw never misses one. The notice leaves with the commit.
    """
    CREATE FUNCTION number_display_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO display_heads AS head (point, last) VALUES (NEW.point, 1)
        ON CONFLICT (point) DO UPDATE SET last = head.last + 1 RETURNING last INTO NEW.id;
        PERFORM pg_notify('motcua_displays', NEW.point);
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER display_event_is_numbered BEFORE INSERT ON display_events"
    " FOR EACH ROW EXECUTE FUNCTION number_display_event()",
)


def upgrade() -> None:
    """Add the front desk."""
    for statement in STATEMENTS:
        op.execute(statement)
