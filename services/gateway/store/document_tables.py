"""The tables of the documents' exchange, in the gateway's metadata."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.gateway.store.portal.tables import metadata

__all__ = ["metadata"]

_moment = DateTime(timezone=True)
_nothing = text("''")


def _text(name: str, *, is_empty: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=_nothing if is_empty else None)


exchanged_documents = Table(
    "exchanged_documents",
    metadata,
    Column("id", UUID, primary_key=True),
    _text("direction"),
    _text("agency"),
    _text("agency_name"),
    _text("organ"),
    _text("organ_name"),
    _text("document_id"),
    Column("document_key", Text, nullable=False, index=False),
    Column("purpose", Integer, nullable=False),
    _text("distinction"),
    Column("about", UUID),
    _text("number"),
    Column("promulgated_on", Date, nullable=False),
    _text("type_name"),
    Column("dossier_id", UUID, index=True),
    _text("dossier_code"),
    Column("dossier_version", BigInteger, nullable=False, server_default=text("0")),
    _text("state"),
    _text("status", is_empty=True),
    Column("is_asked_back", Boolean, nullable=False, server_default=text("false")),
    Column("is_revoked", Boolean, nullable=False, server_default=text("false")),
    _text("procedure_code", is_empty=True),
    _text("words"),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    _text("failure", is_empty=True),
    _text("created_by"),
    Column("created_at", _moment, nullable=False),
    Column("changed_at", _moment, nullable=False),
    Column("arrival", UUID),
    Column("request_id", UUID),
    Column("superseded_by", UUID),
)
Index(
    "ux_exchanged_documents_once",
    *(
        exchanged_documents.c[name]
        for name in ("direction", "agency", "organ", "document_key", "purpose", "distinction")
    ),
    unique=True,
)
Index(
    "ix_exchanged_documents_agency",
    exchanged_documents.c.agency,
    exchanged_documents.c.direction,
    exchanged_documents.c.id,
)
Index("ix_exchanged_documents_key", exchanged_documents.c.document_key)
Index(
    "ix_exchanged_documents_planned",
    exchanged_documents.c.created_at,
    postgresql_where=text("state = 'PLANNED'"),
)

document_files = Table(
    "document_files",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("document", UUID, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    _text("name"),
    _text("media_type"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    # Null: in parts. Only what an earlier version kept stands here.
    Column("content", LargeBinary),
)
Index("ix_document_files_whole", document_files.c.size, postgresql_where=text("content <> ''"))

document_parts = Table(
    "document_parts",
    metadata,
    # Of a file, a message or an arrival.
    Column("owner", UUID, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("is_last", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

document_messages = Table(
    "document_messages",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("document", UUID, nullable=False),
    _text("receiver"),
    _text("receiver_name"),
    _text("kind"),
    _text("code"),
    # Null: in parts. Empty: forgotten.
    Column("body", LargeBinary),
    Column("sha256", LargeBinary, nullable=False),
    _text("state"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment, nullable=False),
    _text("reference", is_empty=True),
    _text("answer", is_empty=True),
    _text("standing", is_empty=True),
    Column("created_at", _moment, nullable=False),
    Column("handed_at", _moment),
    Column("settled_at", _moment),
    UniqueConstraint("document", "receiver", "kind", "code"),
)
Index(
    "ix_document_messages_waiting",
    document_messages.c.receiver,
    document_messages.c.seq,
    postgresql_where=text("state = 'WAITING'"),
)
Index(
    "ix_document_messages_open",
    document_messages.c.state,
    document_messages.c.created_at,
    postgresql_where=text("state <> 'TAKEN'"),
)

document_statuses = Table(
    "document_statuses",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("document", UUID, nullable=False),
    _text("receiver"),
    _text("code"),
    Column("at", _moment, nullable=False),
    _text("words"),
    Column("heard_at", _moment, nullable=False),
    UniqueConstraint("document", "receiver", "code", "at"),
)

document_arrivals = Table(
    "document_arrivals",
    metadata,
    Column("id", UUID, primary_key=True),
    _text("name"),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    # Null: in parts. Empty: forgotten.
    Column("body", LargeBinary),
    Column("size", BigInteger, nullable=False),
    Column("received_at", _moment, nullable=False),
    _text("state"),
    _text("reason", is_empty=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    Column("settled_at", _moment),
)
Index(
    "ix_document_arrivals_due",
    document_arrivals.c.next_attempt_at,
    postgresql_where=text("state IN ('RECEIVED', 'PARKED')"),
)

Index(
    "ix_document_arrivals_kept",
    document_arrivals.c.settled_at,
    postgresql_where=text("state IN ('DONE', 'SETTLED') AND body IS DISTINCT FROM ''"),
)
Index("ix_document_arrivals_whole", document_arrivals.c.size, postgresql_where=text("body <> ''"))

document_routes = Table(
    "document_routes",
    metadata,
    Column("procedure_code", Text, primary_key=True),
    Column("receivers", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    _text("changed_by"),
    Column("changed_at", _moment, nullable=False),
)

document_replies = Table(
    "document_replies",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("document", UUID, nullable=False, index=True),
    _text("agency"),
    Column("asked", UUID),
    Column("request_id", UUID),
    Column("dossier_id", UUID),
    _text("dossier_code"),
    _text("state"),
    _text("why", is_empty=True),
    _text("outcome", is_empty=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    Column("created_at", _moment, nullable=False),
    Column("settled_at", _moment),
    _text("settled_by", is_empty=True),
    _text("words", is_empty=True),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
)
Index(
    "ux_document_replies_answering",
    document_replies.c.request_id,
    unique=True,
    postgresql_where=text("state IN ('WAITING', 'TOLD')"),
)
Index(
    "ix_document_replies_due",
    document_replies.c.next_attempt_at,
    postgresql_where=text("state = 'WAITING'"),
)
Index(
    "ix_document_replies_agency",
    document_replies.c.agency,
    document_replies.c.state,
    document_replies.c.id,
)

document_acts = Table(
    "document_acts",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("document", UUID, nullable=False, index=True),
    Column("at", _moment, nullable=False),
    _text("subject"),
    _text("action"),
    _text("reason"),
)
