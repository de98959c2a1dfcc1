"""Reads the bus for a service: a message's effects and its inbox row are in one commit, or neither is."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from kernel.bus.dead_letters import SETTLE, DeadLetters, message_of
from kernel.bus.wire import BrokenMessage, to_event
from kernel.core.bus import BusUnavailable, IncomingMessage, OutgoingMessage, Subscription
from kernel.core.ending import as_told
from kernel.core.errors import Stale
from kernel.core.event import ReceivedEvent
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.unit_of_work import AlreadyDone, UnitOfWork
from kernel.runtime import Runtime
from kernel.service import Handler

POISON_LIMIT = 5
"""Failures in a row after which the defect is taken to be ours: better to stop than to empty the topic."""
_BATCH = 200
_LONGEST_WAIT = 10.0
_handled = Counter("consumer_messages_total", "Messages settled", ["service", "outcome"])
_lag = Histogram("consumer_lag_seconds", "From the event to its committed effect", ["service"])
_log = structlog.get_logger()


class PoisonLimit(Exception):  # noqa: N818 - the fact is the name.
    """Too many messages failed one after another; the consumer stops and waits for people."""


@contextmanager
def _told_of(event: ReceivedEvent) -> Iterator[None]:
    """Name the event in whatever is logged meanwhile."""
    structlog.contextvars.bind_contextvars(correlation_id=event.correlation_id, event_id=str(event.id))
    try:
        yield
    finally:
        structlog.contextvars.unbind_contextvars("correlation_id", "event_id")


class Consumer:
    """Applies events through the service's handlers, keeping the order of each key through failures."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._name = runtime.service.name
        self._handlers: dict[str, Handler] = {
            handler.event_type: handler for handler in runtime.service.handlers
        }
        self._letters = DeadLetters(runtime.pool, self._name)
        self._open_keys: set[tuple[str, str]] = set()
        self._failures_in_a_row = 0

    async def run(self) -> None:
        """Consume until the process stops; the message in hand is finished first."""
        if not self._handlers:
            return
        wait = 0.2
        while not self._runtime.stopping.is_set():
            try:
                with as_told():
                    await self._subscribe()
                wait = 0.2
            except PoisonLimit as error:
                self._runtime.sick["consume"] = str(error)
                _log.error("consumer_stopped", reason=str(error))
                await self._runtime.stopping.wait()
            except (*BROKEN_WORLD, BusUnavailable) as error:
                _log.warning("consumer_waits", error=repr(error))
                wait = await self._back_off(wait)

    async def _subscribe(self) -> None:
        subscription = await self._runtime.bus.subscribe(self._name, self._runtime.service.consumed_topics)
        try:
            await self._consume(subscription)
        finally:
            await subscription.close()

    async def _consume(self, subscription: Subscription) -> None:
        while not self._runtime.stopping.is_set():
            messages = await subscription.fetch(max_messages=_BATCH, timeout_seconds=0.5)
            self._open_keys = await self._letters.open_keys() if messages or self._open_keys else set()
            if self._open_keys:
                await self._apply_freed()
            if messages:
                await self._apply_batch(subscription, messages)

    async def _apply_batch(self, subscription: Subscription, messages: Sequence[IncomingMessage]) -> None:
        """Apply partitions side by side, each in order; commit what was settled, also when one stops."""
        lanes: dict[tuple[str, int], list[IncomingMessage]] = defaultdict(list)
        for message in messages:
            lanes[message.topic, message.partition].append(message)
        settled: list[IncomingMessage] = []
        try:
            outcomes = await asyncio.gather(
                *(self._apply_lane(lane, settled) for lane in lanes.values()), return_exceptions=True
            )
        finally:
            if settled:
                await subscription.commit(settled)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _apply_lane(self, lane: Sequence[IncomingMessage], settled: list[IncomingMessage]) -> None:
        at_once = self._runtime.service.messages_at_once
        for first in range(0, len(lane), at_once):
            row = lane[first : first + at_once]
            if len(row) > 1 and await self._are_applied_together(row):
                settled += row
                continue
            for message in row:
                if self._runtime.stopping.is_set() or self._failures_in_a_row >= POISON_LIMIT:
                    return
                await self._settle(message)
                settled.append(message)

    async def _are_applied_together(self, row: Sequence[IncomingMessage]) -> bool:
        """Apply messages one after another in one transaction; False when nothing of them was kept.

        Each sees what those before it wrote, as if each had its own commit. Whatever goes wrong undoes all:
        applied alone, each then waits, repeats or is buried as it deserves.
        """
        runtime = self._runtime
        if runtime.stopping.is_set() or any((one.topic, one.key) in self._open_keys for one in row):
            return False
        applied: list[ReceivedEvent] = []
        try:
            async with runtime.unit_of_work() as unit:
                for message in row:
                    event = to_event(message)
                    handler = self._handlers.get(event.type)
                    if handler is None:
                        continue
                    with _told_of(event):
                        unit.answers(correlation_id=event.correlation_id, causation_id=str(event.id))
                        await self._apply_in(unit, handler, event)
                        await unit.flush()
                    applied.append(event)
                await unit.commit()
        except Exception as error:  # Whatever it is, it meets the message again alone, and is told there.
            _log.info("applied_singly", messages=len(row), error=repr(error))
            return False
        self._failures_in_a_row = 0
        _handled.labels(self._name, "not_for_us").inc(len(row) - len(applied))
        self._note_applied(applied)
        return True

    async def _settle(self, message: IncomingMessage) -> None:
        """Apply a message, or keep it as a dead letter; return only when one of both is committed."""
        if (message.topic, message.key) in self._open_keys:
            await self._letters.keep(
                message, "waits behind an earlier dead letter of its key", is_behind=True
            )
            _handled.labels(self._name, "behind").inc()
            return
        reason = await self._apply_patiently(message)
        if not reason:
            self._failures_in_a_row = 0
            return
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= POISON_LIMIT:
            raise PoisonLimit(f"{POISON_LIMIT} messages failed in a row, last: {reason}")
        await self._bury(message, reason)

    async def _bury(self, message: IncomingMessage, reason: str) -> None:
        topic = f"{message.topic}.dead.{self._name}"
        headers = {**message.headers, "dead_reason": reason[:500].encode("ascii", "replace").decode()}
        await self._runtime.bus.publish([OutgoingMessage(topic, message.key, message.value, headers)])
        await self._letters.keep(message, reason)
        self._open_keys.add((message.topic, message.key))
        _handled.labels(self._name, "dead").inc()
        _log.error("dead_letter", topic=message.topic, key=message.key, offset=message.offset, reason=reason)

    async def _apply_patiently(self, message: IncomingMessage, letter_id: int | None = None) -> str:
        """Apply a message, waiting out a broken world; return an empty text, or why it cannot be applied."""
        wait, stale = 0.05, 0
        while True:
            try:
                with as_told():
                    await self._apply(message, letter_id)
            except AlreadyDone:
                _handled.labels(self._name, "duplicate").inc()
                if letter_id is not None:
                    await self._letters.settle(letter_id, "replayed")
            except Stale as error:
                stale += 1
                if stale > 10:  # noqa: PLR2004 - ten lost races in a row are a defect, not a race.
                    return repr(error)
                await asyncio.sleep(0.01 * stale)
                continue
            except BROKEN_WORLD as error:
                _log.warning("effect_waits", key=message.key, error=repr(error))
                if self._runtime.stopping.is_set():
                    raise
                wait = await self._back_off(wait)
                continue
            except (BrokenMessage, ValidationError) as error:
                return f"{type(error).__name__}: {error}"
            except Exception as error:
                _log.exception("handler_failed", topic=message.topic, key=message.key)
                return f"{type(error).__name__}: {error}"
            return ""

    async def _apply(self, message: IncomingMessage, letter_id: int | None) -> None:
        event = to_event(message)
        handler = self._handlers.get(event.type)
        if handler is None:
            if letter_id is not None:
                await self._letters.settle(letter_id, "replayed")
            _handled.labels(self._name, "not_for_us").inc()
            return
        with _told_of(event):
            async with self._runtime.unit_of_work(
                correlation_id=event.correlation_id, causation_id=str(event.id)
            ) as unit:
                await self._apply_in(unit, handler, event)
                if letter_id is not None:
                    unit.write(SETTLE, id=letter_id, state="replayed")
                await unit.commit()
        self._note_applied([event])

    async def _apply_in(self, unit: UnitOfWork, handler: Handler, event: ReceivedEvent) -> None:
        runtime = self._runtime
        data = handler.model.model_validate(event.data)
        await handler.function(data, event=event, work=runtime.open_work(unit), now=runtime.clock.now())
        unit.receive(self._name, event.id)

    def _note_applied(self, events: Sequence[ReceivedEvent]) -> None:
        now = self._runtime.clock.now()
        for event in events:
            _handled.labels(self._name, "applied").inc()
            _lag.labels(self._name).observe(max(0.0, (now - event.occurred_at).total_seconds()))

    async def _apply_freed(self) -> None:
        """Apply what waited behind letters that people have settled, one process at a time."""
        async with self._runtime.locks.hold(f"freed:{self._name}") as is_ours:
            failed: set[tuple[str, str]] = set()
            for row in await self._letters.freed() if is_ours else ():
                if (row["topic"], row["key"]) in failed:
                    continue
                reason = await self.replay(row)
                if reason:
                    failed.add((row["topic"], row["key"]))
                    await self._letters.fail_again(row["id"], reason)
        self._open_keys = await self._letters.open_keys()

    async def replay(self, row: object) -> str:
        """Apply one dead letter again; return an empty text, or why it failed again."""
        message = message_of(row)
        return await self._apply_patiently(message, letter_id=row["id"])  # type: ignore[index]  # a database row

    async def _back_off(self, wait: float) -> float:
        await wait_at_most(self._runtime.stopping, wait * random.uniform(0.7, 1.3))  # noqa: S311 - jitter
        return min(wait * 2, _LONGEST_WAIT)
