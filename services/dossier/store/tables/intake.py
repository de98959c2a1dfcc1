"""What the ways in keep beside a dossier: evidence, visits, drafts, authorisations, books, lists, sheets."""

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

evidence = Table(
    "evidence",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    *texts("kind", "source", "component_code", "by"),
    Column("at", moment, nullable=False),
    Column("details", JSON, nullable=False),
    seals(),
)
Index("ix_evidence_dossier_id", evidence.c.dossier_id, evidence.c.id)
Table(
    "row_heads",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    *[Column(name, BigInteger, nullable=False) for name in ("entries", "evidence", "slips", "results")],
    Column("last_slip", UUID),
    seals(),
)
Table(
    "seal_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", moment, nullable=False),
    Column("seal", Text, nullable=False),
)
Table(
    "visit_dossiers",
    metadata,
    Column("visit_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    *texts("agency", "officer"),
    Column("at", moment, nullable=False),
)

_OPEN = text("state = 'OPEN'")
drafts = Table(
    "drafts",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("subject", "procedure_code", "content_sealed", "state"),
    Column("group_code", Text, nullable=False, server_default=""),
    *[Column(name, moment, nullable=False) for name in ("created_at", "changed_at", "expires_at")],
    Column("noticed_at", moment),
    Column("dossier_id", UUID),
    seals(),
)
Index("ix_drafts_subject_changed_at", drafts.c.subject, drafts.c.changed_at, postgresql_where=_OPEN)
Index("ix_drafts_expires_at", drafts.c.expires_at, postgresql_where=_OPEN)
authorizations = Table(
    "authorizations",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("owner_index", LargeBinary, nullable=False),
    Column("representative_index", LargeBinary, nullable=False),
    *texts("parties_sealed", "recorded_by", "agency", "revoked_by", "revoke_reason"),
    Column("procedures", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("attachment_id", UUID),
    Column("recorded_at", moment, nullable=False),
    Column("revoked_at", moment),
    Column("uses", Integer, nullable=False),
    Column("last_used_at", moment),
    seals(),
)
Index("ix_authorizations_owner_index", authorizations.c.owner_index, authorizations.c.id)
Index("ix_authorizations_representative_index", authorizations.c.representative_index, authorizations.c.id)
late_entries = Table(
    "late_entries",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("agency", "unit", "entered_by", "entered_by_name", "reason", "body_sealed", "state"),
    *texts("decided_by", "note"),
    Column("entered_at", moment, nullable=False),
    Column("received_at", moment, nullable=False),
    Column("decided_at", moment),
    Column("dossier_id", UUID),
    seals(),
)
Index(
    "ix_late_entries_agency",
    late_entries.c.agency,
    late_entries.c.id,
    postgresql_where=text("state = 'WAITING'"),
)
Table(
    "book_counters",
    metadata,
    Column("book", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
Table(
    "certified_copies",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", UUID, nullable=False),
    *texts("document_name", "requester_sealed", "signed_by", "entered_by", "entered_by_name"),
    Column("pages", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("certified_at", moment, nullable=False),
    Column("requester_index", LargeBinary),
    Column("confirmed_by", Text),
    Column("fee", BigInteger),
    *texts("signer_title", "note", nullable=True),
    Column("scan_id", UUID),
    UniqueConstraint("id"),
    seals(),
)
_copies = metadata.tables["certified_copies"]
Index(
    "ix_certified_copies_requester_index",
    _copies.c.requester_index,
    postgresql_where=text("requester_index IS NOT NULL"),
)
Index("ix_certified_copies_certified_at", _copies.c.certified_at, _copies.c.agency)
_asked = Table(
    "copy_requests",
    metadata,
    Column("id", UUID, primary_key=True),
    *texts("agency", "document_name", "requester_sealed", "signer", "signer_name", "entered_by"),
    *texts("entered_by_name", "state", "decided_by", "reason"),
    Column("pages", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("requester_index", LargeBinary),
    Column("asked_at", moment, nullable=False),
    Column("decided_at", moment),
    Column("fee", BigInteger),
    Column("asking_id", UUID),
    Column("exempt_reason", Text),
    Column("scan_id", UUID),
    seals(),
)
Index("ix_copy_requests_asking_id", _asked.c.asking_id, postgresql_where=text("asking_id IS NOT NULL"))
Index(
    "ix_copy_requests_ended",
    _asked.c.asked_at,
    postgresql_where=text("state <> 'CERTIFIED' AND requester_sealed <> ''"),
)
Index("ix_copy_requests_agency", _asked.c.agency, _asked.c.id, postgresql_where=text("state = 'WAITING'"))
_electronic = Table(
    "electronic_copies",
    metadata,
    Column("copy_id", UUID, primary_key=True),
    *texts("agency", "agency_name", "drafted_by"),
    Column("draft_id", UUID, nullable=False),
    Column("drafted_at", moment, nullable=False),
    Column("file_id", UUID),
    *texts("issued_by", "issued_by_name", nullable=True),
    Column("issued_at", moment),
    UniqueConstraint("file_id"),
    seals(),
)
Index(
    "ix_electronic_copies_issued_at",
    _electronic.c.issued_at,
    _electronic.c.agency,
    postgresql_where=text("issued_at IS NOT NULL"),
)
lists = Table(
    "handover_lists",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts(
        "from_agency", "to_agency", "given_by", "given_by_name", "received_by", "received_by_name", "note"
    ),
    Column("given_at", moment, nullable=False),
    Column("received_at", moment),
)
Index("ix_handover_lists_from_agency", lists.c.from_agency, lists.c.id)
Index("ix_handover_lists_to_agency", lists.c.to_agency, lists.c.id)
items = Table(
    "handover_items",
    metadata,
    Column("list_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    Column("sheets", Integer, nullable=False),
    Column("received_sheets", Integer),
    Column("remark", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("received_by", Text),
    Column("received_by_name", Text),
    Column("received_at", moment),
    Column("received_at_agency", Text),
)
Index("uq_handover_items_open", items.c.dossier_id, unique=True, postgresql_where=text("is_open"))
Index("ix_handover_items_dossier_id", items.c.dossier_id, items.c.list_id)
Table(
    "intake_batches",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("agency", "procedure_code", "sheet_sealed", "state", "created_by"),
    Column("sha256", LargeBinary, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("created_at", moment, nullable=False),
    Column("received_at", moment),
)
