"""What is exchanged with the portal besides dossiers: catalogues, questions, a month's satisfaction."""

from collections.abc import Awaitable
from datetime import timedelta

import structlog

from kernel.core.errors import Unavailable
from kernel.service import Job, JobTick
from services.gateway.domain.log_reason import for_the_log
from services.gateway.use_cases.portal.exchange.holding import Exchange

_MINUTE = 60.0
_HOURLY = 3600.0
_log = structlog.get_logger()


async def _unless_silent(what: str, work: Awaitable[object]) -> None:
    """Do it, or say that somebody is away: it is due again next time."""
    try:
        await work
    except Unavailable as away:
        _log.warning("portal_exchange_waits", what=what, reason=for_the_log(away))


async def read_catalogues(tick: JobTick) -> None:
    """Read the portal's lists that are due."""
    exchange: Exchange = tick.resources.portal.exchange
    if tick.resources.portal.is_connected:
        await _unless_silent("catalogues", exchange.catalogues.run())


async def carry_questions(tick: JobTick) -> None:
    """Fetch what people asked, tell what was answered; one that is away does not stop the other."""
    exchange: Exchange = tick.resources.portal.exchange
    if tick.resources.portal.is_connected:
        await _unless_silent("questions", exchange.questions.run())
        await _unless_silent("answers", exchange.answers.run())


async def fetch_petitions(tick: JobTick) -> None:
    """Hand over what waits on the portal."""
    exchange: Exchange = tick.resources.portal.exchange
    if tick.resources.portal.is_connected:
        await _unless_silent("petitions", exchange.petitions.run())


async def carry_satisfaction(tick: JobTick) -> None:
    """Collect last month once, tell what is due."""
    exchange: Exchange = tick.resources.portal.exchange
    if tick.resources.portal.is_connected:
        await _unless_silent("summaries", exchange.satisfaction.collect())
        await _unless_silent("satisfaction", exchange.satisfaction.tell())


async def forget_askers(tick: JobTick) -> None:
    """Forget who asked some days after the answer was told."""
    before = tick.now - timedelta(days=tick.resources.portal.keep_days)
    async with tick.open_work() as work:
        work.portal_questions.forget(before=before, now=tick.now)


PORTAL_EXCHANGE = (
    Job("portal_catalogues", _MINUTE, read_catalogues),
    Job("portal_questions", _MINUTE, carry_questions),
    Job("portal_satisfaction", _MINUTE, carry_satisfaction),
    Job("portal_petitions", _MINUTE, fetch_petitions),
    Job("portal_askers_forgetting", _HOURLY, forget_askers),
)
