"""The tables of files the portal names by an address, in the gateway's metadata."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.gateway.store.tables import metadata

_moment = DateTime(timezone=True)

portal_links = Table(
    "portal_links",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("message_id", UUID, nullable=False),
    Column("place", Integer, nullable=False),
    Column("address_sha256", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("asked_at", _moment, nullable=False),
    Column("next_attempt_at", _moment),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("sha256", LargeBinary),
    Column("size", Integer, nullable=False, server_default=text("0")),
    Column("media_type", Text, nullable=False, server_default=text("''")),
    Column("settled_at", _moment),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    UniqueConstraint("message_id", "place", "address_sha256"),
)
Index("ix_portal_links_due", portal_links.c.next_attempt_at, postgresql_where=text("state = 'WAITING'"))
portal_link_parts = Table(
    "portal_link_parts",
    metadata,
    Column("link_id", UUID, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
