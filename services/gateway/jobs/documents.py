"""The documents' exchange, in turns: what came, what is to be made ready, what waits, what was said."""

from datetime import timedelta

import structlog

from kernel.service import Job, JobTick
from services.gateway.use_cases.documents.ports import AxisSilent

_log = structlog.get_logger()


async def exchange_documents(tick: JobTick) -> None:
    """Go once round; a way that does not work now stops only what needs it."""
    side = tick.resources.documents
    if not side.is_connected:
        return
    try:
        await side.take_in.take_in()
        await side.deliver.take_receipts()
    except AxisSilent as silence:
        _log.warning("document_axis_silent", reason=str(silence))
    await side.take_in.understand_due()
    await side.replies.tell_due()
    await side.prepare.prepare_due()
    await side.deliver.hand_over_due()


async def forget_what_came(tick: JobTick) -> None:
    """Forget raw bytes of what was understood long ago."""
    async with tick.open_work() as work:
        work.documents.forget_done(tick.now - timedelta(days=tick.resources.documents.keep_days))


DOCUMENT_FORGETTING = Job("document_forgetting", 3600, forget_what_came)
DOCUMENT_EXCHANGE = Job("document_exchange", 1, exchange_documents)
