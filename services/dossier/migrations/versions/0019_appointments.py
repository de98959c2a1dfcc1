"""Appointments at one-stop points, and results on their way by post."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE appointments (
        id uuid CONSTRAINT pk_appointments PRIMARY KEY, version bigint NOT NULL,
        code text NOT NULL CONSTRAINT uq_appointments_code UNIQUE, point text NOT NULL,
        group_code text NOT NULL, state text NOT NULL, subject text NOT NULL, contact_sealed text NOT NULL,
        priority text NOT NULL, slot_at timestamptz NOT NULL, dossier_id uuid, booked_at timestamptz NOT NULL,
        told_at timestamptz, ticket_id uuid, ended_at timestamptz
    )
    """,
    "CREATE INDEX ix_appointments_subject_id ON appointments (subject, id)",
    "CREATE INDEX ix_appointments_point_slot_at ON appointments (point, slot_at)",
    "CREATE INDEX ix_appointments_booked ON appointments (slot_at) WHERE state = 'BOOKED'",
    """
    CREATE TABLE slot_loads (
        point text, group_code text, slot_at timestamptz, taken integer NOT NULL,
        CONSTRAINT pk_slot_loads PRIMARY KEY (point, group_code, slot_at)
    )
    """,
    """
    CREATE TABLE post_lists (
        id uuid CONSTRAINT pk_post_lists PRIMARY KEY, version bigint NOT NULL,
        number text NOT NULL CONSTRAINT uq_post_lists_number UNIQUE, agency text NOT NULL,
        operator text NOT NULL, made_by text NOT NULL, made_by_name text NOT NULL, day date NOT NULL,
        made_at timestamptz NOT NULL, signatures json NOT NULL, handed_at timestamptz
    )
    """,
    "CREATE INDEX ix_post_lists_agency_id ON post_lists (agency, id)",
    """
    CREATE TABLE post_items (
        id uuid CONSTRAINT pk_post_items PRIMARY KEY, version bigint NOT NULL, list_id uuid NOT NULL,
        place integer NOT NULL, operator text NOT NULL, agency text NOT NULL, dossier_code text NOT NULL,
        state text NOT NULL, tracking_number text NOT NULL, receiver_sealed text NOT NULL,
        contact_sealed text NOT NULL, dossier_id uuid NOT NULL, owner_subject text,
        attempts integer NOT NULL, last_at timestamptz, ended_at timestamptz
    )
    """,
    "CREATE INDEX ix_post_items_list_id ON post_items (list_id)",
    # A dossier's result is under way once at a time.
    "CREATE UNIQUE INDEX uq_post_items_dossier_id ON post_items (dossier_id)"
    " WHERE state IN ('LISTED', 'SENT', 'FAILED')",
    "CREATE UNIQUE INDEX uq_post_items_tracking ON post_items (operator, tracking_number)"
    " WHERE tracking_number <> ''",
    """
    CREATE TABLE post_counters (
        agency text, day date, last integer NOT NULL, CONSTRAINT pk_post_counters PRIMARY KEY (agency, day)
    )
    """,
    """
    CREATE TABLE post_statuses (
        operator text, event_id text, item_id uuid NOT NULL, status text NOT NULL, at timestamptz NOT NULL,
        digest bytea NOT NULL, received_at timestamptz NOT NULL,
        CONSTRAINT pk_post_statuses PRIMARY KEY (operator, event_id)
    )
    """,
)


def upgrade() -> None:
    """Add both."""
    for statement in STATEMENTS:
        op.execute(statement)
