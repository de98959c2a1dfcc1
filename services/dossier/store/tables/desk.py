"""The front desk: points, counters, queues, what displays show."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

Table(
    "desk_points",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    *texts("agency", "name", "address", "calendar"),
    Column("covered", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    seals(),
)
Table(
    "desk_groups",
    metadata,
    Column("point", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("name", "letter"),
    Column("is_open", Boolean, nullable=False),
    *[
        Column(name, Integer, nullable=False)
        for name in ("most_tickets", "expected_minutes", "slot_minutes", "slot_capacity", "booking_days")
    ],
    UniqueConstraint("point", "letter"),
)
Table(
    "desk_counters",
    metadata,
    Column("point", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("groups", ARRAY(Text), nullable=False),
)
Table(
    "desk_kiosks",
    metadata,
    Column("subject", Text, primary_key=True),
    *texts("point", "name"),
    Column("is_active", Boolean, nullable=False),
)
Table(
    "desk_rosters",
    metadata,
    Column("point", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("entries", JSON, nullable=False),
    Column("kept_by", Text, nullable=False),
)
sessions = Table(
    "counter_sessions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("point", "counter", "counter_name", "officer", "officer_name", "agency"),
    Column("groups", ARRAY(Text), nullable=False),
    Column("opened_at", moment, nullable=False),
    Column("closed_at", moment),
    Column("closed_by", Text, nullable=False),
    Column("break_since", moment),
    Column("breaks", JSON, nullable=False),
)
Index(
    "uq_counter_sessions_counter",
    sessions.c.point,
    sessions.c.counter,
    unique=True,
    postgresql_where=text("closed_at IS NULL"),
)
Index(
    "uq_counter_sessions_officer",
    sessions.c.officer,
    unique=True,
    postgresql_where=text("closed_at IS NULL"),
)
Table(
    "queues",
    metadata,
    Column("point", Text, primary_key=True),
    Column("group_code", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("run", Integer, nullable=False),
)
tickets = Table(
    "tickets",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("point", "group_code", "issued_group", "label", "priority", "channel", "state"),
    *texts("counter", "counter_name", "taken_by"),
    Column("day", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("is_preferred", Boolean, nullable=False),
    Column("taken_at", moment, nullable=False),
    Column("due_at", moment, nullable=False),
    Column("part_number", Integer, nullable=False),
    Column("part_since", moment, nullable=False),
    Column("session_id", UUID),
    *[Column(name, moment) for name in ("called_at", "last_called_at", "served_at", "ended_at")],
    Column("calls", Integer, nullable=False),
    Column("dossier_id", UUID),
    Column("appointment_id", UUID),
    UniqueConstraint("point", "issued_group", "day", "number"),
)
Index(
    "ix_tickets_waiting",
    tickets.c.point,
    tickets.c.day,
    tickets.c.group_code,
    tickets.c.due_at,
    postgresql_where=text("state = 'WAITING'"),
)
Index(
    "ix_tickets_open",
    tickets.c.day,
    postgresql_where=text("state IN ('WAITING', 'CALLED', 'SKIPPED', 'SERVING')"),
)
Index(
    "uq_tickets_session_id",
    tickets.c.session_id,
    unique=True,
    postgresql_where=text("state IN ('CALLED', 'SERVING')"),
)
Index("ix_tickets_taken_by_taken_at", tickets.c.taken_by, tickets.c.taken_at)
parts = Table(
    "ticket_parts",
    metadata,
    Column("ticket_id", UUID, primary_key=True),
    Column("number", Integer, primary_key=True),
    *texts("point", "group_code", "priority", "counter", "officer", "outcome"),
    Column("day", Date, nullable=False),
    Column("waited_seconds", Integer, nullable=False),
    Column("served_seconds", Integer, nullable=False),
    Column("ended_at", moment, nullable=False),
)
Index("ix_ticket_parts_point_day", parts.c.point, parts.c.day, parts.c.group_code)
Index(
    "ix_ticket_parts_done",
    parts.c.point,
    parts.c.group_code,
    parts.c.ended_at,
    postgresql_where=text("outcome = 'DONE'"),
)
Table(
    "display_heads",
    metadata,
    Column("point", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
Table(
    "display_events",
    metadata,
    Column("point", Text, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    *texts("what", "label", "group_code", "counter", "counter_name"),
    Column("at", moment, nullable=False),
)
appointments = Table(
    "appointments",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("code", "point", "group_code", "state", "subject", "contact_sealed", "priority"),
    Column("slot_at", moment, nullable=False),
    Column("dossier_id", UUID),
    Column("booked_at", moment, nullable=False),
    Column("told_at", moment),
    Column("ticket_id", UUID),
    Column("ended_at", moment),
    UniqueConstraint("code"),
)
Index("ix_appointments_subject_id", appointments.c.subject, appointments.c.id)
Index("ix_appointments_point_slot_at", appointments.c.point, appointments.c.slot_at)
Index("ix_appointments_booked", appointments.c.slot_at, postgresql_where=text("state = 'BOOKED'"))
Table(
    "slot_loads",
    metadata,
    Column("point", Text, primary_key=True),
    Column("group_code", Text, primary_key=True),
    Column("slot_at", moment, primary_key=True),
    Column("taken", Integer, nullable=False),
)
post_lists = Table(
    "post_lists",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("number", "agency", "operator", "made_by", "made_by_name"),
    Column("day", Date, nullable=False),
    Column("made_at", moment, nullable=False),
    Column("signatures", JSON, nullable=False),
    Column("handed_at", moment),
    Column("withdrawn_at", moment),
    Column("withdrawn_by", Text, nullable=False, server_default=""),
    UniqueConstraint("number"),
)
Index("ix_post_lists_agency_id", post_lists.c.agency, post_lists.c.id)
post_items = Table(
    "post_items",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("list_id", UUID, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    *texts("operator", "agency", "dossier_code", "state", "tracking_number"),
    *texts("receiver_sealed", "contact_sealed"),
    Column("dossier_id", UUID, nullable=False),
    Column("owner_subject", Text),
    # An older process does not know which result it lists: 0 fits none.
    Column("result_version", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False),
    Column("last_at", moment),
    Column("ended_at", moment),
    Column("ended_reason", Text, nullable=False, server_default=""),
    Column("ended_by", Text, nullable=False, server_default=""),
)
Index(
    "uq_post_items_dossier_id",
    post_items.c.dossier_id,
    unique=True,
    postgresql_where=text("state IN ('LISTED', 'SENT', 'FAILED')"),
)
Index(
    "uq_post_items_tracking",
    post_items.c.operator,
    post_items.c.tracking_number,
    unique=True,
    postgresql_where=text("tracking_number <> ''"),
)
Table(
    "post_counters",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)
Table(
    "post_statuses",
    metadata,
    Column("operator", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("item_id", UUID, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", moment, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("received_at", moment, nullable=False),
)
