"""The documents' exchange, in turns: what came, what is to be made ready, what waits, what was said."""

from datetime import timedelta
from uuid import UUID

import structlog

from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import Job, JobTick
from services.gateway.domain.log_reason import for_the_log
from services.gateway.use_cases.documents.ports import AxisSilent

_log = structlog.get_logger()


async def exchange_documents(tick: JobTick) -> None:
    """Go once round; a way that does not work now stops only what needs it, a defect only its own step."""
    side = tick.resources.documents
    if not side.is_connected:
        return
    defects: list[Exception] = []
    for step in (
        side.take_in.take_in,
        side.deliver.take_receipts,
        side.take_in.understand_due,
        side.replies.tell_due,
        side.prepare.prepare_due,
        side.deliver.hand_over_due,
    ):
        try:
            await step()
        except AxisSilent as silence:
            _log.warning("document_axis_silent", reason=for_the_log(silence))
        except BROKEN_WORLD:
            raise
        except Exception as defect:
            defects.append(defect)
    if defects:
        # Told once everything that works has been done: the job counts as failed.
        raise ExceptionGroup("steps of the documents' exchange failed", defects)


async def forget_what_came(tick: JobTick) -> None:
    """Forget raw bytes of what was understood long ago."""
    async with tick.open_work() as work:
        work.documents.forget_done(tick.now - timedelta(days=tick.resources.documents.keep_days))


async def part_what_is_whole(tick: JobTick) -> None:
    """Put what earlier versions kept whole into parts, the longest first; one of a lost key stays."""
    past: set[UUID] = set()
    while not tick.runtime.stopping.is_set():
        async with tick.open_work() as work:
            found = await work.documents.part_longest(past)
        if found is None:
            break
        owner, is_moved = found
        if not is_moved:
            past.add(owner)
    if past:
        _log.warning("document_values_not_opened", values=len(past))


async def go_on_after_set_back(tick: JobTick) -> None:
    """Let nothing wait for the time a clock had come to before it was set back."""
    async with tick.open_work() as work:
        work.documents.after_set_back(tick.now, tick.resources.documents.office.backoff)


DOCUMENT_CLOCK = Job("document_clock", 60, go_on_after_set_back)
DOCUMENT_FORGETTING = Job("document_forgetting", 3600, forget_what_came)
DOCUMENT_PARTING = Job("document_parting", 3600, part_what_is_whole)
DOCUMENT_EXCHANGE = Job("document_exchange", 1, exchange_documents)
