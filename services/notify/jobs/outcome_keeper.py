"""Commits what came of messages: whatever arrives while one commit runs goes into the next together."""

import asyncio
from collections.abc import Sequence

import structlog

from kernel.core.ending import as_told
from kernel.core.errors import Stale
from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import JobTick
from services.notify.domain.messages import Claimed
from services.notify.use_cases.send_message import Outcome, keep_outcomes

_log = structlog.get_logger()
_TRIES = 6
_MOST = 64
"""Outcomes in one commit."""
LONGEST_WORK_SECONDS = 45.0
"""A work of the lane that takes longer is given up and done anew: past every bound of a statement."""
Kept = tuple[Claimed, Outcome]
Waiting = tuple[Kept, asyncio.Future[None]]


class OutcomeKeeper:
    """Keeps the outcomes of one lane; nothing waits for more to come, so a commit is never put off."""

    def __init__(self, tick: JobTick) -> None:
        self._tick = tick
        self._waiting: list[Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def keep(self, message: Claimed, outcome: Outcome) -> None:
        """Return when the outcome is committed, or when its message belongs to another worker by now."""
        is_kept = asyncio.get_running_loop().create_future()
        self._waiting.append(((message, outcome), is_kept))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())
        await is_kept

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                await self._commit_next()
        finally:
            # Whatever ended it, the next outcome begins anew, and nobody waits for a commit that never comes:
            # a lane whose messages all wait has no room, and would stand for ever.
            self._committing = None
            left, self._waiting = self._waiting, []
            _let_go(left)

    async def _commit_next(self) -> None:
        batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            await self._commit([kept for kept, _ in batch])
        except Exception:  # The boundary of a commit.
            # A defect of ours must not end the lane; these are sent again when their leases end.
            _log.exception("outcomes_lost", messages=_ids([kept for kept, _ in batch]))
        finally:
            _let_go(batch)

    async def _commit(self, batch: Sequence[Kept]) -> None:
        """Commit patiently: what is sent and not kept is sent again when the lease ends."""
        for attempt in range(_TRIES):
            try:
                with as_told():
                    await self._commit_once(batch)
            except Stale:
                await self._commit_singly(batch)
            except BROKEN_WORLD as error:
                _log.warning("outcomes_wait", messages=len(batch), error=repr(error))
                await asyncio.sleep(0.2 * 2**attempt)
                continue
            return
        _log.error("outcomes_lost", messages=_ids(batch))

    async def _commit_once(self, batch: Sequence[Kept]) -> None:
        async with asyncio.timeout(LONGEST_WORK_SECONDS), self._tick.open_work() as work:
            keep_outcomes(batch, work=work, now=self._tick.runtime.clock.now())

    async def _commit_singly(self, batch: Sequence[Kept]) -> None:
        """One message taken over by another worker must not undo what came of the others."""
        if len(batch) == 1:
            _log.warning("message_taken_over", message_id=str(batch[0][0].id))
            return
        for kept in batch:
            await self._commit([kept])


def _let_go(waiting: Sequence[Waiting]) -> None:
    for _, is_kept in waiting:
        if not is_kept.done():
            is_kept.set_result(None)


def _ids(batch: Sequence[Kept]) -> list[str]:
    return [str(message.id) for message, _ in batch]
