"""The tables each service's database carries for the kernel, as they first were and as they are.

Migrations call `kernel_v1`; a later change is a new function, called by a new migration in every service.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

V1 = (
    """
    CREATE FUNCTION kernel_expect_rows(actual bigint, expected bigint) RETURNS bigint
    LANGUAGE plpgsql AS $$
    BEGIN
        IF expected IS NOT NULL AND actual <> expected THEN
            RAISE EXCEPTION 'a write touched % rows, not %', actual, expected USING ERRCODE = 'KE001';
        END IF;
        RETURN 0;
    END $$
    """,
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox PRIMARY KEY,
        event_id uuid NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        sequence bigint NOT NULL,
        occurred_at timestamptz NOT NULL,
        data json NOT NULL,
        correlation_id text NOT NULL,
        causation_id text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX ix_outbox_waiting ON outbox (id) WHERE published_at IS NULL",
    "CREATE INDEX ix_outbox_published_at ON outbox (published_at) WHERE published_at IS NOT NULL",
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_inbox PRIMARY KEY (consumer, event_id)
    )
    """,
    "CREATE INDEX ix_inbox_received_at ON inbox (received_at)",
    """
    CREATE TABLE idempotency_keys (
        principal text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        status smallint NOT NULL,
        headers json NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (principal, key)
    )
    """,
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
    """
    CREATE TABLE dead_letters (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dead_letters PRIMARY KEY,
        consumer text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        msg_offset bigint NOT NULL,
        key text NOT NULL,
        value bytea NOT NULL,
        headers json NOT NULL,
        reason text NOT NULL,
        state text NOT NULL DEFAULT 'waiting',
        died_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        settled_at timestamptz,
        CONSTRAINT uq_dead_letters_consumer_topic_partition_msg_offset
            UNIQUE (consumer, topic, partition, msg_offset)
    )
    """,
    "CREATE INDEX ix_dead_letters_open ON dead_letters (consumer, topic, key)"
    " WHERE state IN ('waiting', 'behind')",
)


def kernel_v1(op: Any) -> None:
    """Create the kernel's objects in a service's first migration."""
    for statement in V1:
        op.execute(statement)


def new_metadata() -> MetaData:
    """Return a service's metadata with the kernel's tables in it, for `alembic check` to compare."""
    metadata = MetaData(naming_convention=NAMING)
    moment = DateTime(timezone=True)
    now = func.clock_timestamp()
    outbox = Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", UUID, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("topic", "key", "type")),
        Column("sequence", BigInteger, nullable=False),
        Column("occurred_at", moment, nullable=False),
        Column("data", JSON, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("correlation_id", "causation_id")),
        Column("created_at", moment, nullable=False, server_default=now),
        Column("published_at", moment),
    )
    Index("ix_outbox_waiting", outbox.c.id, postgresql_where=text("published_at IS NULL"))
    Index("ix_outbox_published_at", outbox.c.published_at, postgresql_where=text("published_at IS NOT NULL"))
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", UUID, primary_key=True),
        Column("received_at", moment, nullable=False, server_default=now, index=True),
    )
    Table(
        "idempotency_keys",
        metadata,
        Column("principal", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", moment, nullable=False, server_default=now, index=True),
    )
    dead = Table(
        "dead_letters",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("consumer", "topic")),
        Column("partition", Integer, nullable=False),
        Column("msg_offset", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("reason", Text, nullable=False),
        Column("state", Text, nullable=False, server_default=text("'waiting'")),
        Column("died_at", moment, nullable=False, server_default=now),
        Column("settled_at", moment),
        UniqueConstraint("consumer", "topic", "partition", "msg_offset"),
    )
    Index(
        "ix_dead_letters_open",
        dead.c.consumer,
        dead.c.topic,
        dead.c.key,
        postgresql_where=text("state IN ('waiting', 'behind')"),
    )
    return metadata
