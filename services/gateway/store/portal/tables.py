"""The tables of the national portal's side, in the gateway's metadata."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.gateway.store.portal import exchange_tables as portal_exchange_tables
from services.gateway.store.portal import link_tables as portal_link_tables
from services.gateway.store.tables import metadata

__all__ = ["metadata", "portal_exchange_tables", "portal_link_tables"]

_moment = DateTime(timezone=True)


def _is_sealed() -> Column[bool]:
    """Return the mark of rows that hold no plain personal data."""
    return Column("is_sealed", Boolean, nullable=False, server_default=text("false"))


def _plain(table: Table) -> None:
    """Let plain rows be found at once."""
    Index(f"ix_{table.name}_plain", table.c.is_sealed, postgresql_where=text("NOT is_sealed"))


portal_ledger = Table(
    "portal_ledger",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("portal_status", Integer, nullable=False),
    Column("code", Text, nullable=False, index=True),
    Column("procedure_code", Text, nullable=False),
    Column("occurred_at", _moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("is_uncertain", Boolean, nullable=False, server_default=text("false")),
    Column("is_told", Boolean, nullable=False, server_default=text("false")),
    Column("is_silence", Boolean, nullable=False, server_default=text("false")),
    Column("is_own", Boolean, nullable=False, server_default=text("false")),
    Column("own_silences", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment, nullable=False),
    Column("lease_id", UUID),
    Column("lease_until", _moment),
    Column("answer_code", Text, nullable=False, server_default=text("''")),
    Column("answer", Text, nullable=False, server_default=text("''")),
    Column("settled_at", _moment),
    Column("tech_id", Text, nullable=False, server_default=text("''")),
)
Index(
    "ix_portal_ledger_open",
    portal_ledger.c.dossier_id,
    portal_ledger.c.version,
    portal_ledger.c.part,
    postgresql_where=text("state <> 'CONFIRMED'"),
)
Index(
    "ix_portal_ledger_due",
    portal_ledger.c.next_attempt_at,
    postgresql_where=text("state IN ('WAITING', 'SENDING')"),
)
Index(
    "ix_portal_ledger_settled_at",
    portal_ledger.c.settled_at,
    postgresql_where=text("state = 'CONFIRMED'"),
)

portal_files = Table(
    "portal_files",
    metadata,
    Column("token", Text, primary_key=True),
    Column("attachment_id", UUID, nullable=False, unique=True),
    Column("dossier_id", UUID, nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("revoked_at", _moment),
    _is_sealed(),
    Column("is_result", Boolean, nullable=False, server_default=text("false")),
    Column("recalled_version", BigInteger),
)
_plain(portal_files)

portal_inbound = Table(
    "portal_inbound",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("path", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("received_at", _moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    Column("portal_code", Text, nullable=False, server_default=text("''")),
    Column("dossier_id", Text, nullable=False, server_default=text("''")),
    Column("answer_code", Integer),
    Column("answer", Text, nullable=False, server_default=text("''")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("settled_at", _moment),
    Column("corrections", JSONB, nullable=False, server_default=text("'{}'")),
    Column("tech_id", Text, nullable=False, server_default=text("''")),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("forgotten_at", _moment),
    _is_sealed(),
    Column("parts", Integer, nullable=False, server_default=text("0")),
    Column("outline", LargeBinary),
    Column("is_supplement", Boolean, nullable=False, server_default=text("false")),
    Column("other_codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("unread", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)
_plain(portal_inbound)
Index(
    "ix_portal_inbound_unread",
    portal_inbound.c.received_at,
    postgresql_where=text("unread <> '{}'"),
)
Index("ix_portal_inbound_portal_code", portal_inbound.c.portal_code, portal_inbound.c.received_at)
Index(
    "ix_portal_inbound_due",
    portal_inbound.c.next_attempt_at,
    postgresql_where=text("next_attempt_at IS NOT NULL"),
)
Index(
    "ix_portal_inbound_open",
    portal_inbound.c.received_at,
    postgresql_where=text("state <> 'DONE'"),
)
Index(
    "ix_portal_inbound_kept",
    portal_inbound.c.settled_at,
    postgresql_where=text("state IN ('DONE', 'REFUSED', 'SETTLED') AND forgotten_at IS NULL"),
)

portal_inbound_parts = Table(
    "portal_inbound_parts",
    metadata,
    Column("message_id", UUID, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("kept_at", _moment, nullable=False, index=True),
)

portal_inbound_acts = Table(
    "portal_inbound_acts",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("message_id", UUID, nullable=False, index=True),
    Column("at", _moment, nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    _is_sealed(),
)
_plain(portal_inbound_acts)

procedure_sectors = Table(
    "procedure_sectors",
    metadata,
    Column("procedure_code", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("sector", Text, nullable=False),
    Column("sector_name", Text, nullable=False),
)

# Dossiers another system owns the status of: what the portal holds of them is that system's telling.
portal_owners = Table(
    "portal_owners",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("is_ours", Boolean, nullable=False),
    Column("has_ended", Boolean, nullable=False, server_default=text("false")),
)
portal_differences = Table(
    "portal_differences",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("code", Text, nullable=False),
    Column("told_status", Integer, nullable=False),
    Column("held_status", Integer, nullable=False),
    Column("is_there", Boolean, nullable=False),
    Column("found_at", _moment, nullable=False),
    Column("source", Text, nullable=False, server_default=text("'LOOK_UP'")),
    Column("mended_at", _moment),
)

portal_comparisons = Table(
    "portal_comparisons",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("at", _moment, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("unknown_codes", JSONB, nullable=False),
    Column("unread_lines", JSONB, nullable=False),
)
