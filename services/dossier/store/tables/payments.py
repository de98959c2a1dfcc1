"""Money: the ledger of each dossier, requests through the platform, receipts, closings, reconciliation."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

entries = Table(
    "payment_entries",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("id", UUID, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", moment, nullable=False),
    Column("item", UUID),
    Column("method", Text),
    Column("source", Text, nullable=False),
    Column("receipt_id", UUID),
    *texts("by", "by_name"),
    Column("data", JSON, nullable=False),
    seals(),
)
Index(
    "ux_payment_entries_source",
    entries.c.source,
    unique=True,
    postgresql_where=text("source <> ''"),
)
Index(
    "ix_payment_entries_again",
    entries.c.at,
    postgresql_where=text("source LIKE 'platform:%:%'"),
)
requests = Table(
    "payment_requests",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("dossier_id", UUID, nullable=False, index=True),
    *texts("agency", "state", "asked_by", "bill_sealed", "pay_url", "transaction", "failure"),
    Column("amount", BigInteger, nullable=False),
    Column("item", UUID),
    Column("asked_at", moment, nullable=False),
    Column("expires_at", moment, nullable=False),
    Column("paid_amount", BigInteger, nullable=False),
    Column("paid_at", moment),
    Column("attempts", Integer, nullable=False),
    Column("look_at", moment),
    seals(),
)
Index("ix_payment_requests_look_at", requests.c.look_at, postgresql_where=text("look_at IS NOT NULL"))
Index("ix_payment_requests_paid_at", requests.c.paid_at, postgresql_where=text("state = 'PAID'"))
messages = Table(
    "payment_messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", moment, nullable=False),
    *texts("reference", "source", "outcome"),
    Column("data", JSON, nullable=False),
)
Index("ix_payment_messages_reference", messages.c.reference)
_OF_ONE = "(dossier_id IS NULL) <> (asking_id IS NULL)"
receipts = Table(
    "receipts",
    metadata,
    Column("id", UUID, primary_key=True),
    *texts("agency", "serial", "method", "cashier", "cashier_name", "payer_sealed", "state"),
    *texts("ended_reason", "electronic", "e_serial", "e_number", "failure"),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("dossier_id", UUID, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("issued_at", moment, nullable=False),
    Column("day", Date, nullable=False),
    Column("replaces", UUID),
    Column("replaced_by", UUID),
    Column("attempts", Integer, nullable=False),
    Column("look_at", moment),
    Column("version", BigInteger, nullable=False),
    Column("visit_id", UUID),
    Column("dossier_ids", ARRAY(UUID), nullable=False, server_default="{}"),
    Column("asking_id", UUID),
    CheckConstraint(_OF_ONE, name="of_one"),
    UniqueConstraint("agency", "serial", "year", "number"),
    seals(),
)
Index("ix_receipts_agency_cashier_day", receipts.c.agency, receipts.c.cashier, receipts.c.day)
Index("ix_receipts_dossier_ids", receipts.c.dossier_ids, postgresql_using="gin")
Index(
    "ux_receipts_asking_id",
    receipts.c.asking_id,
    unique=True,
    postgresql_where=text("asking_id IS NOT NULL AND state = 'VALID'"),
)
Index("ix_receipts_copies_day", receipts.c.day, postgresql_where=text("asking_id IS NOT NULL"))
Index("ix_receipts_look_at", receipts.c.look_at, postgresql_where=text("look_at IS NOT NULL"))
Table(
    "receipt_counters",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("serial", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
closings = Table(
    "cash_closings",
    metadata,
    Column("id", UUID, primary_key=True),
    *texts("agency", "cashier", "cashier_name", "reason", "state", "approved_by", "note"),
    Column("day", Date, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("by_method", JSON, nullable=False),
    Column("closed_at", moment, nullable=False),
    Column("approved_at", moment),
    Column("closed_by", Text),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("agency", "cashier", "day"),
    seals(),
)
refunds = Table(
    "refunds",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, index=True),
    Column("asking_id", UUID),
    Column("drawer", Text),
    Column("drawer_agency", Text),
    CheckConstraint(_OF_ONE, name="of_one"),
    *texts("agency", "method", "reason", "payee_sealed", "asked_by", "state", "decided_by", "note"),
    Column("amount", BigInteger, nullable=False),
    Column("asked_at", moment, nullable=False),
    Column("decided_at", moment),
    Column("version", BigInteger, nullable=False),
    seals(),
)
Index("ix_refunds_asking_id", refunds.c.asking_id, postgresql_where=text("asking_id IS NOT NULL"))
Index("ix_refunds_agency", refunds.c.agency, refunds.c.id, postgresql_where=text("state = 'ASKED'"))
Table(
    "payment_reconciliations",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", moment, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("listed_amount", BigInteger, nullable=False),
    Column("booked", Integer, nullable=False),
    Column("booked_amount", BigInteger, nullable=False),
    Column("named", JSONB, nullable=False, server_default=text("'[]'")),
)
differences = Table(
    "payment_differences",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("day", Date, nullable=False),
    *texts("kind", "reference", "transaction", "state", "note", "settled_by"),
    Column("ours", BigInteger),
    Column("theirs", BigInteger),
    Column("found_at", moment, nullable=False),
    Column("settled_at", moment),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("day", "reference", "kind"),
)
Index("ix_payment_differences_open", differences.c.id, postgresql_where=text("state = 'OPEN'"))
