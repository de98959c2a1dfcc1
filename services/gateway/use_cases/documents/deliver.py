"""Hands over what waits, takes the axis' receipts; killed on any line it neither loses nor repeats in effect.

A message's bytes and its id never change, and the axis' door knows a message by its id: one handed over whose
result was not kept is handed over again with no second effect.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Stale
from services.gateway.domain.documents.ledger import Message, MessageState
from services.gateway.domain.documents.replies import Why
from services.gateway.domain.file_names import printable
from services.gateway.use_cases.documents.ports import (
    AxisRefused,
    AxisSilent,
    DocumentAxis,
    Office,
    Receipt,
)

_MOST_AT_ONCE = 200
_log = structlog.get_logger()


class DeliverDocuments:
    """The way out, one message after another: of each receiver in the order they were written."""

    def __init__(
        self,
        *,
        open_work: Callable[[], AbstractAsyncContextManager[Any]],
        axis: DocumentAxis,
        clock: Clock,
        office: Office,
    ) -> None:
        self._open_work = open_work
        self._axis = axis
        self._clock = clock
        self._office = office

    async def hand_over_due(self, most: int = _MOST_AT_ONCE) -> int:
        """Hand over what is due; return how many messages were dealt with."""
        for dealt in range(most):
            async with self._open_work() as work:
                message: Message | None = await work.document_posts.next_due(self._clock.now())
            if message is None:
                return dealt
            await self._hand_over(message)
        return most

    async def take_receipts(self, most: int = _MOST_AT_ONCE) -> int:
        """Keep what the axis said, then let go of its words."""
        receipts = await self._axis.receipts(most)
        failed: list[Exception] = []
        for receipt in receipts:
            try:
                await self._take(receipt)
                await self._axis.let_go(receipt.handle)
            except AxisSilent:
                raise
            except Exception as error:
                # One word nobody thought of must not hold up the others; it is met again at the next round.
                name = type(error).__name__
                _log.warning("document_receipt_failed", message=str(receipt.message), error=name)
                failed.append(error)
        if failed:
            raise failed[0]
        return len(receipts)

    async def _take(self, receipt: Receipt) -> None:
        state = MessageState.TAKEN if receipt.is_taken else MessageState.REFUSED
        async with self._open_work() as work:
            work.document_posts.receipt(
                receipt.message,
                state=state.value,
                reference=printable(receipt.reference),
                answer=printable(receipt.reason),
                now=self._clock.now(),
            )
            if state is MessageState.REFUSED:
                work.document_replies.list_question(
                    Why.QUESTION_REFUSED, self._clock.now(), message=receipt.message
                )

    async def _hand_over(self, message: Message) -> None:
        if not message.body:
            await self._later(message, "không mở được niêm phong: thiếu khóa cũ")
            return
        try:
            handed = await self._axis.hand_over(message)
        except AxisSilent as silence:
            await self._later(message, str(silence))
            return
        except AxisRefused as refusal:
            await self._refused(message, str(refusal))
            return
        try:
            async with self._open_work() as work:
                if handed.is_taken:
                    work.document_posts.taken(message.id, handed.reference, self._clock.now())
                else:
                    work.document_posts.handed(message.id, handed.reference, self._clock.now())
        except Stale:
            # Its receipt was kept first: nothing is left to say.
            _log.info("document_settled_meanwhile", message=str(message.id))

    async def _later(self, message: Message, why: str) -> None:
        wait = self._office.backoff.wait(message.attempts + 1, 1.0)
        async with self._open_work() as work:
            work.document_posts.later(message.id, why[:500], self._clock.now() + wait)

    async def _refused(self, message: Message, why: str) -> None:
        async with self._open_work() as work:
            work.document_posts.receipt(
                message.id,
                state=MessageState.REFUSED.value,
                reference="",
                answer=why[:500],
                now=self._clock.now(),
            )
            work.document_replies.list_question(Why.QUESTION_REFUSED, self._clock.now(), message=message.id)
