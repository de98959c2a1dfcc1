"""Moves outbox rows to the bus, in order, one relay per service."""

from collections.abc import Sequence
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from kernel.bus.partitions import check_weight
from kernel.bus.wire import to_message
from kernel.core.bus import BusUnavailable, OutgoingMessage
from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.single import alone
from kernel.runtime import Runtime

BATCH = 500
_NEXT = """
WITH marked AS (UPDATE outbox SET published_at = clock_timestamp() WHERE id = ANY($1::bigint[]))
SELECT id, event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id
FROM outbox WHERE published_at IS NULL AND id <> ALL($1::bigint[]) AND id <> ALL($3::bigint[])
ORDER BY id LIMIT $2
"""
_published = Counter("relay_published_total", "Events published", ["service"])
_failing = Gauge("relay_failing", "1 while the relay cannot work", ["service"])
_set_aside = Gauge("relay_set_aside", "Events no bus takes: they stay unpublished, others go on", ["service"])
_log = structlog.get_logger()


async def run_relay(runtime: Runtime) -> None:
    """Relay until the process stops; a broken database or bus is waited for."""
    name = runtime.service.name
    while not runtime.stopping.is_set():
        try:
            with as_told():
                await _relay_alone(runtime)
        except (*BROKEN_WORLD, BusUnavailable) as error:
            _failing.labels(name).set(1)
            _log.warning("relay_waits", error=repr(error))
        await wait_at_most(runtime.stopping, 1.0)


async def _relay_alone(runtime: Runtime) -> None:
    dsn, name = runtime.settings.database_url.get_secret_value(), f"relay:{runtime.service.name}"
    async with alone(dsn, name) as connection:
        if connection is not None:
            await _relay(runtime, connection)


async def _relay(runtime: Runtime, connection: Any) -> None:
    """Publish and mark while the lock is held.

    Rows are taken by `published_at IS NULL`, never by a last id: ids are handed out before commits, so a
    cursor would skip rows. A crash between publishing and marking publishes again: the inbox absorbs it.
    """
    name = runtime.service.name
    poll = runtime.settings.relay_poll_milliseconds / 1000
    done: list[int] = []
    aside: list[int] = []
    while True:
        runtime.relay_due.clear()
        rows = await connection.fetch(_NEXT, done, BATCH, aside)
        done = []
        _failing.labels(name).set(0)
        if rows:
            messages = _sendable([(row["id"], to_message(row, name)) for row in rows], aside)
            _set_aside.labels(name).set(len(aside))
            await runtime.bus.publish(list(messages.values()))
            _published.labels(name).inc(len(messages))
            done = list(messages)
            if len(rows) == BATCH:
                continue
        elif runtime.stopping.is_set():
            return
        # What was published is marked with the next look, which is also for what is new.
        if not runtime.stopping.is_set():
            await wait_at_most(runtime.relay_due, poll)


def _sendable(
    messages: Sequence[tuple[int, OutgoingMessage]], aside: list[int]
) -> dict[int, OutgoingMessage]:
    """Return the messages a bus takes by the ids of their rows; note the others.

    No row is written that heavy any more (`EventTooHeavy`); one from before would end the process with each
    start, and nothing of the service would ever go out again.
    """
    found = {}
    for row_id, message in messages:
        try:
            check_weight([message])
        except ValueError as error:
            aside.append(row_id)
            _log.error("event set aside", outbox_id=row_id, reason=str(error))
        else:
            found[row_id] = message
    return found
