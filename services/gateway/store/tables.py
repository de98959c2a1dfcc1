"""The gateway's tables, for `alembic check`; store/portal/tables.py adds those of the national portal."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()
_moment = DateTime(timezone=True)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("identity", Text, nullable=False),
    Column("issuer", Text, nullable=False, server_default=""),
    Column("issuer_subject", Text, nullable=False, server_default="", index=True),
    Column("issuer_session", Text, nullable=False, server_default=""),
    Column("created_at", _moment, nullable=False),
    Column("expires_at", _moment, nullable=False, index=True),
)
Index(
    "ix_sessions_issuer_session",
    sessions.c.issuer_session,
    postgresql_where=text("issuer_session <> ''"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("issuer_subject", Text, primary_key=True),
    Column("id", UUID, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("number_index", LargeBinary, index=True),
    Column("level", Integer, nullable=False),
    Column("first_at", _moment, nullable=False),
    Column("last_at", _moment, nullable=False),
)

Index("uq_accounts_id", accounts.c.id, unique=True)

account_links = Table(
    "account_links",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("issuer", Text, nullable=False),
    Column("issuer_subject", Text, nullable=False),
    Column("linked_subject", Text, nullable=False, index=True),
    Column("linked_issuer", Text, nullable=False),
    Column("linked_issuer_subject", Text, nullable=False),
    Column("number_index", LargeBinary),
    Column("how", Text, nullable=False),
    Column("linked_by", Text, nullable=False),
    Column("linked_at", _moment, nullable=False),
    Column("revoked_by", Text),
    Column("revoked_at", _moment),
)
Index(
    "uq_account_links_linked",
    account_links.c.linked_issuer,
    account_links.c.linked_issuer_subject,
    unique=True,
    postgresql_where=account_links.c.revoked_at.is_(None),
)

signed_out = Table(
    "signed_out",
    metadata,
    Column("what", Text, primary_key=True),
    Column("not_before", _moment, nullable=False, index=True),
)

staff = Table(
    "staff",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("delegations", JSONB, nullable=False),
    Column("leaves", JSONB, nullable=False),
)

agencies = Table(
    "agencies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("units", JSONB, nullable=False),
    Column("contact", JSONB),
    Column("valid_to", Date),
    Column("heirs", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)

tracking = Table(
    "tracking",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("secret_hash", Text),
    Column("shown", JSONB, nullable=False),
    Column("timeline", JSONB, nullable=False),
)

tracking_codes = Table(
    "tracking_codes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("dossier_id", UUID, nullable=False, index=True),
)

failed_attempts = Table(
    "failed_attempts",
    metadata,
    Column("what", LargeBinary, primary_key=True),
    Column("free", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_at", _moment, nullable=False, index=True),
    Column("blocked_until", _moment, nullable=False),
)
