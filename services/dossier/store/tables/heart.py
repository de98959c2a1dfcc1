"""Dossiers, their history, components, files and papers, and what is known of the catalogue."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("reference", "origin", "channel", "procedure_code", "procedure_name", "sector"),
    *texts("dossier_code", "portal_code", "process_code", "prior_state", nullable=True),
    Column("procedure_version", Integer, nullable=False),
    Column("process_version", Integer),
    *texts("helping_agency", "receiving_agency", "competent_agency", "state"),
    Column("agencies", JSON, nullable=False),
    *[Column(name, moment) for name in ("accepted_at", "due_at", "original_due_at", "ended_at")],
    Column("submitted_at", moment, nullable=False),
    Column("step", JSON),
    Column("owner_name", Text, nullable=False),
    *texts("owner_subject", "submitter_subject", nullable=True),
    Column("owner_index", LargeBinary),
    *texts("parties_sealed", "contact_sealed", "form_sealed"),
    Column("secret_hash", Text),
    Column("result_delivery", Text, nullable=False),
    Column("work", JSON, nullable=False),
    *texts("task_role", "task_agency", "task_unit", nullable=True),
    Column("task_due_at", moment),
    Column("task_holder", Text),
    Column("asked_desks", ARRAY(Text), nullable=False, server_default="{}"),
    Column("asked_due_at", moment),
    Column("outside_key", Text),
    Column("consulted_agencies", ARRAY(Text), nullable=False),
    Column("continued_from", ARRAY(Text), nullable=False, server_default="{}"),
    Column("history_hash", LargeBinary, nullable=False),
    Column("head_seal", Text, nullable=False, server_default=""),
    Column("watch_at", moment),
    Column("destroyed_by", UUID),
    Column("given_files", ARRAY(UUID), nullable=False, server_default="{}"),
    Column("components_hash", LargeBinary, nullable=False, server_default=""),
    UniqueConstraint("reference"),
    UniqueConstraint("dossier_code"),
    UniqueConstraint("portal_code"),
    UniqueConstraint("outside_key"),
)
# What a desk is counted by is in its index: thousands of wide rows are then not read to count them.
Index(
    "ix_dossiers_task",
    dossiers.c.task_agency,
    dossiers.c.task_role,
    dossiers.c.task_due_at,
    dossiers.c.id,
    postgresql_include=["task_unit", "task_holder", "procedure_code", "state", "due_at", "prior_state"],
    postgresql_where=text("task_role IS NOT NULL"),
)
Index(
    "ix_dossiers_running_due",
    dossiers.c.due_at,
    postgresql_where=text(
        "state IN ('ACCEPTED', 'PROCESSING')"
        " OR state = 'WITHDRAWAL_REQUESTED' AND prior_state IN ('ACCEPTED', 'PROCESSING')"
    ),
)
# What still runs at an agency, in an order no other index has (`store/continuations.py` says why).
_SETTLED = "('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
_ONLY = {"receiving": "", "competent": "competent_agency <> receiving_agency AND "} | {
    "helping": "helping_agency <> receiving_agency AND "
}
for _name, _only in _ONLY.items():
    Index(
        f"ix_dossiers_running_{_name}",
        dossiers.c[f"{_name}_agency"],
        dossiers.c.state,
        dossiers.c.id,
        postgresql_where=text(f"{_only}state NOT IN {_SETTLED}"),
    )
Index(
    "ix_dossiers_task_holder",
    dossiers.c.task_holder,
    dossiers.c.task_due_at,
    dossiers.c.id,
    postgresql_where=text("task_holder IS NOT NULL"),
)
Index(
    "ix_dossiers_asked_desks",
    dossiers.c.asked_desks,
    postgresql_using="gin",
    postgresql_where=text("asked_desks <> '{}'"),
)
REGISTER_DAY = "(accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
REGISTER_CODE = "coalesce(dossier_code, reference)"
"""The day's codes have one beginning, so that the shorter has the smaller number, past 9,999 too."""
Index(
    "ix_dossiers_register_code",
    dossiers.c.receiving_agency,
    text(f"({REGISTER_DAY})"),
    text(f"length({REGISTER_CODE})"),
    text(f"({REGISTER_CODE})"),
    postgresql_where=text("accepted_at IS NOT NULL"),
)
Index("ix_dossiers_watch_at", dossiers.c.watch_at, postgresql_where=text("watch_at IS NOT NULL"))
Index("ix_dossiers_owner_subject_id", dossiers.c.owner_subject, dossiers.c.id)
Index(
    "ix_dossiers_submitter_subject_id",
    dossiers.c.submitter_subject,
    dossiers.c.id,
    postgresql_where=text("submitter_subject IS DISTINCT FROM owner_subject"),
)
Index(
    "ix_dossiers_owner_index_id",
    dossiers.c.owner_index,
    dossiers.c.id,
    postgresql_where=text("owner_index IS NOT NULL"),
)
Index("ix_dossiers_receiving_agency_id", dossiers.c.receiving_agency, dossiers.c.id)
Index(
    "ix_dossiers_competent_agency_id",
    dossiers.c.competent_agency,
    dossiers.c.id,
    postgresql_where=text("competent_agency <> receiving_agency"),
)
Index(
    "ix_dossiers_helping_agency_id",
    dossiers.c.helping_agency,
    dossiers.c.id,
    postgresql_where=text("helping_agency <> receiving_agency"),
)
Index(
    "ix_dossiers_consulted_agencies",
    dossiers.c.consulted_agencies,
    postgresql_using="gin",
    postgresql_where=text("consulted_agencies <> '{}'"),
)
# What had ended before an agency did, until who goes on with it is named; in an order no other index has.
for _name, _only in _ONLY.items():
    Index(
        f"ix_dossiers_ended_{_name}",
        dossiers.c[f"{_name}_agency"],
        dossiers.c.submitted_at,
        dossiers.c.id,
        postgresql_where=text(
            f"{_only}state IN {_SETTLED} AND destroyed_by IS NULL"
            f" AND NOT continued_from @> ARRAY[{_name}_agency]"
        ),
    )

history = Table(
    "history",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
)
Index(
    "ix_history_to_read",
    history.c.at,
    history.c.dossier_id,
    history.c.version,
    postgresql_where=text(
        "type IN ('dossier.supplement_requested.v1', 'dossier.intake_supplement_requested.v1',"
        " 'dossier.step_completed.v1')"
    ),
)
Table(
    "components",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    *texts("component_code", "name", "form"),
    Column("attachment_ids", JSON, nullable=False),
    Column("is_digitised", Boolean, nullable=False),
    Column("reuse", SmallInteger, nullable=False),
    Column("is_from_personal_store", Boolean, nullable=False),
)
attachments = Table(
    "attachments",
    metadata,
    Column("id", UUID, primary_key=True),
    *texts("uploader", "component_code", "file_name", "media_type"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("created_at", moment, nullable=False),
    Column("dossier_id", UUID),
    Column("purpose", Text, nullable=False),
    Column("scan", Text, nullable=False, server_default="OFF"),
    Column("scanned_at", moment),
    Column("scan_next_at", moment),
    Column("scan_attempts", Integer, nullable=False, server_default="0"),
    Column("threat", Text, nullable=False, server_default=""),
    Column("signatures", JSON, nullable=False, server_default="[]"),
    Column("replaces", UUID),
    Column("replaced_by", UUID),
    Column("taken", JSON),
    Column("seal", Text, nullable=False, server_default=""),
    Column("bound_seal", Text, nullable=False, server_default=""),
    Column("scan_seal", Text, nullable=False, server_default=""),
)
Index("ix_attachments_quarantined", attachments.c.scan_next_at, postgresql_where=text("scan = 'WAITING'"))
Index("ix_attachments_replaces", attachments.c.replaces, postgresql_where=text("replaces IS NOT NULL"))
Index("ix_attachments_dossier_id", attachments.c.dossier_id, postgresql_where=text("dossier_id IS NOT NULL"))
papers = Table(
    "papers",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False, index=True),
    *texts("kind", "number", "legal_set"),
    Column("issued_at", moment, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("content_sealed", Text, nullable=False),
    Column("sha256", LargeBinary),
    Column("size", BigInteger),
    Column("printed_at", moment),
    Column("superseded_by", UUID),
    Column("superseded_at", moment),
    Column("seal", Text, nullable=False, server_default=""),
    Column("printed_seal", Text, nullable=False, server_default=""),
)
Index("ix_papers_unprinted", papers.c.id, postgresql_where=text("sha256 IS NULL"))
outside = Table(
    "outside_requests",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    *texts("step", "system", "state"),
    Column("payload", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", moment, nullable=False),
    Column("last_failure", Text, nullable=False),
    Column("outcome", Text),
    Column("evidence", JSON),
    Column("answered_at", moment),
    Column("due_at", moment),
    seals(),
)
Index(
    "ix_outside_requests_due",
    outside.c.due_at,
    postgresql_where=text("state IN ('WAITING', 'SENT')"),
)
Index("ix_outside_requests_kept", outside.c.answered_at, postgresql_where=text("state = 'KEPT'"))
Index("ix_outside_requests_waiting", outside.c.next_attempt_at, postgresql_where=text("state = 'WAITING'"))
Table(
    "code_counters",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)
access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", moment, nullable=False),
    *texts("subject", "kind", "agency", "what"),
    Column("dossier_id", UUID),
    Column("object_id", UUID),
    Column("person_index", LargeBinary),
    Column("shown", ARRAY(UUID)),
    Column("txid", BigInteger, server_default=text("pg_current_xact_id()::text::bigint")),
    CheckConstraint("txid IS NOT NULL AND txid > 0", name="txid"),
)
Index("ix_access_log_dossier_id_at", access_log.c.dossier_id, access_log.c.at)
Index("ix_access_log_txid", access_log.c.txid, access_log.c.id)
Index(
    "ix_access_log_person_index",
    access_log.c.person_index,
    access_log.c.id,
    postgresql_where=text("person_index IS NOT NULL"),
)
Index(
    "ix_access_log_shown",
    access_log.c.shown,
    postgresql_using="gin",
    postgresql_with={"gin_pending_list_limit": 256},
    postgresql_where=text("shown IS NOT NULL"),
)
Index(
    "ix_access_log_deeds",
    access_log.c.what,
    access_log.c.object_id,
    postgresql_where=text("what IN ('hold_placed', 'hold_released', 'table_marked')"),
)
Table(
    "access_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in ("first_txid", "end_txid", "first_id", "last_id")),
    Column("lines", Integer, nullable=False),
    Column("sealed_at", moment, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    *texts("key_id"),
    Column("hash", LargeBinary, nullable=False),
)

Table(
    "procedures",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("performing", ARRAY(Text), nullable=False),
    Column("process", Text),
    # Whose line of versions it is in, and whether it takes anything new: unknown of rows from before.
    Column("line", Text),
    Column("takes_new", Boolean),
    Column("data", JSON, nullable=False),
    seals(),
)
Table(
    "processes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    seals(),
)
Table(
    "agencies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    *texts("name", "kind", "level", "calendar", "one_stop_name", "address", "phone"),
    Column("place", Text, nullable=False, server_default=""),
    Column("parent", Text),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successors", ARRAY(Text), nullable=False, server_default="{}"),
    Column("continuing", Text, nullable=False, server_default=""),
    Column("continuing_by", JSON, nullable=False, server_default="{}"),
    Column("took_over", JSON, nullable=False, server_default="[]"),
    Column("units", ARRAY(Text), nullable=False, server_default="{}"),
    Column("unit_names", JSON, nullable=False, server_default="{}"),
    Column("heard_at", moment, nullable=False, server_default=func.clock_timestamp()),
    Column("continued_at", moment),
    Column("continued_by", ARRAY(Text), nullable=False, server_default="{}"),
    seals(),
)
staff = Table(
    "staff",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("agency", Text, nullable=False, server_default=""),
    Column("acts_for", ARRAY(Text), nullable=False, server_default="{}"),
    Column("away_until", Date),
    Column("data", JSON, nullable=False),
    seals(),
)
Index("ix_staff_acts_for", staff.c.acts_for, postgresql_using="gin")
Index("ix_staff_away_until", staff.c.away_until, postgresql_where=text("away_until IS NOT NULL"))
Table(
    "forms",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("data", JSON, nullable=False),
    seals(),
)
Table(
    "calendars",
    metadata,
    Column("code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    seals(),
)
# Only added to: a dossier names the version its promise was counted under (`Pins.calendar_stamp`).
Table(
    "calendar_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    # When the catalogue decided it; unknown (and so long ago) of versions from before this was kept.
    Column("decided_at", moment),
    Column("data", JSON, nullable=False),
    seals(),
)
