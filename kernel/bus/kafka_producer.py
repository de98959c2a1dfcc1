"""An idempotent producer that is replaced when it cannot be trusted any more.

aiokafka never lets a batch of an idempotent producer expire, and a sequence error stays with the producer
for good: both would hang or fail every later send. So a send has a limit of its own, and after any failure
the whole producer goes. What it had in hand may have arrived or not; sending the batch again repeats its
beginning at worst, and the order of a key holds.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from kernel.bus.kafka_errors import LOST
from kernel.core.bus import BusUnavailable, OutgoingMessage

_BATCH_BYTES = 512 * 1024
_REQUEST_BYTES = 1_048_576
_log = structlog.get_logger()


class BoundedProducer:
    """Sends batches within a time, through one aiokafka producer after another."""

    def __init__(self, options: Mapping[str, Any], seconds: float) -> None:
        self._options = options
        self._seconds = seconds
        self._producer: AIOKafkaProducer | None = None
        self._start_lock = asyncio.Lock()

    async def send(self, batch: Sequence[OutgoingMessage]) -> None:
        """Return once all in-sync replicas have every message; raise `BusUnavailable` otherwise."""
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._seconds):
                producer = await self._started()
                await _deliver(producer, batch)
        except LOST as error:
            if producer is not None:
                await self._replace(producer, error)
            raise BusUnavailable(repr(error)) from error
        except asyncio.CancelledError:
            # Half the batch may wait in the producer: sent later, it would come after what follows.
            if producer is not None:
                await self._replace(producer, None)
            raise

    async def close(self) -> None:
        """Disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _abandon(producer)

    async def _started(self) -> AIOKafkaProducer:
        async with self._start_lock:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._options,
                    enable_idempotence=True,
                    acks="all",
                    max_batch_size=_BATCH_BYTES,
                    max_request_size=_REQUEST_BYTES,
                    request_timeout_ms=int(self._seconds * 500),
                )
                try:
                    await producer.start()
                except BaseException:
                    await _abandon(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _replace(self, producer: AIOKafkaProducer, error: BaseException | None) -> None:
        if self._producer is producer:
            self._producer = None
            _log.warning("bus_producer_replaced", error=repr(error))
            await _abandon(producer)


async def _deliver(producer: AIOKafkaProducer, batch: Sequence[OutgoingMessage]) -> None:
    sent = []
    for message in batch:
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        future = await producer.send(message.topic, message.value, key=message.key.encode(), headers=headers)
        future.add_done_callback(_take_note)
        sent.append(future)
    await asyncio.wait(sent)
    failures = [failure for future in sent if (failure := future.exception()) is not None]
    if failures:
        raise failures[0]


def _take_note(sent: "asyncio.Future[Any]") -> None:
    """Count the outcome as seen, also when the sender has given up waiting for it."""
    if not sent.cancelled():
        sent.exception()


async def _abandon(producer: AIOKafkaProducer) -> None:
    """End a producer without its `stop`, which first waits for every batch: for ever without a broker."""
    # The flag is what `stop` sets first; without it the destructor warns of a producer never closed.
    producer._closed = True  # noqa: SLF001 - there is no public way to end a producer that cannot flush.
    for end in (producer.client.close, producer._sender.close):  # noqa: SLF001 - as above.
        try:
            async with asyncio.timeout(5):
                await end()
        except LOST as error:
            _log.info("bus_producer_left", error=repr(error))
