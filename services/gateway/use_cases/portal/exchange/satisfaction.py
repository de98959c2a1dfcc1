"""Tells the portal each month how satisfied people were, once the month is over (section 15)."""

import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from kernel.core.clock import VIETNAM, Clock
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalSilent
from services.gateway.domain.portal.exchange.satisfaction import (
    SERVICE,
    Json,
    MonthOfAnswers,
    large_enough,
    month_before,
    summary_message,
)
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.use_cases.portal.ports import (
    KeptSummary,
    National,
    OpenWork,
    Outcome,
)

_BATCH = 50
_TOLD, _WAITING, _REFUSED = "TOLD", "WAITING", "REFUSED"


class SurveyService(Protocol):
    """The survey service as the portal's side calls it; `Unavailable` when it does not answer."""

    def month(self, first: date) -> AsyncIterator[MonthOfAnswers]:
        """Give how every question was answered that month, agency by agency; agencies have no name yet."""


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """From which day a month is told, how few answers stay here, and what asks about the online service."""

    first_day: int = 2
    smallest: int = 5
    service_questions: Collection[str] = ("ONLINE_QUALITY",)
    backoff: Backoff = field(default_factory=Backoff)


class TellSatisfaction:
    """Collected once after the month's end, then told in portions; each line waits and is declined alone."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        national: National,
        surveys: SurveyService,
        clock: Clock,
        options: SummaryOptions,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._open_work = open_work
        self._national = national
        self._surveys = surveys
        self._clock = clock
        self._options = options
        self._spread = spread

    async def collect(self) -> int:
        """Keep last month's lines when nobody did yet; return how many. `Unavailable` ends the run."""
        today = self._clock.now().astimezone(VIETNAM).date()
        month = month_before(today)
        name = f"satisfaction:{month:%Y-%m}"
        async with self._open_work() as work:
            is_kept = await work.portal_codes.read_at(name) is not None
            names = {} if is_kept else await work.portal_summaries.agency_names()
        if is_kept or today.day < self._options.first_day:
            return 0
        rows = [self._placed(row, names) async for row in self._surveys.month(month)]
        lines = [(row, summary_message(row)) for row in large_enough(rows, self._options.smallest)]
        async with self._open_work() as work:
            work.portal_summaries.put(lines, self._clock.now())
            work.portal_codes.note_read(name, len(lines), self._clock.now())
        return len(lines)

    def _placed(self, row: MonthOfAnswers, names: dict[str, str]) -> MonthOfAnswers:
        is_service = row.question.partition("@")[0] in self._options.service_questions
        return row.of(names.get(row.agency, row.agency), is_about_the_service=is_service)

    async def tell(self) -> int:
        """Tell what is due; return how many lines the portal took. The first silence ends the run."""
        told = 0
        while due := await self._due():
            try:
                told += await self._tell(due)
            except PortalSilent as silence:
                # The same line again takes its own place there: nothing needs to be asked after (7.5).
                await self._settle(due, self._later(due[0].attempts, silence))
                return told
        return told

    async def _due(self) -> list[KeptSummary]:
        async with self._open_work() as work:
            found: list[KeptSummary] = await work.portal_summaries.due(limit=_BATCH, now=self._clock.now())
        return found

    async def _tell(self, lines: Sequence[KeptSummary]) -> int:
        """Tell lines together; what is declined together is told one by one, to find which line it is."""
        async with self._open_work() as work:
            bodies = await _in_portal_codes([line.body for line in lines], work)
        answer = await self._national.write(SERVICE, bodies)
        if answer.is_done_there or len(lines) == 1:
            await self._settle(lines, _outcome_of(answer))
            return len(lines) if answer.is_done_there else 0
        return sum([await self._tell([line]) for line in lines])

    def _later(self, attempts: int, silence: PortalSilent) -> Outcome:
        wait: timedelta = self._options.backoff.wait(attempts + 1, self._spread())
        return Outcome(_WAITING, None, silence.detail or silence.title, self._clock.now() + wait)

    async def _settle(self, lines: Sequence[KeptSummary], outcome: Outcome) -> None:
        async with self._open_work() as work:
            work.portal_summaries.settle(lines, outcome, self._clock.now())


async def _in_portal_codes(bodies: Sequence[Json], work: Any) -> list[Json]:
    """Return lines as the portal knows their agencies and procedures, as people mapped them by now (11.5)."""
    told = list(bodies)
    for name, kind in (("Madonvi", CodeKind.AGENCY), ("MaThuTuc", CodeKind.PROCEDURE)):
        mapped = await work.portal_codes.portal_of(kind, [body[name] for body in told])
        told = [{**body, name: mapped.get(body[name], body[name])} for body in told]
    return told


def _outcome_of(answer: PortalAnswer) -> Outcome:
    # Nobody can be asked after a sum: words of success beside no fault's code count.
    return Outcome(_TOLD if answer.is_done_there else _REFUSED, answer.code, answer.message)
