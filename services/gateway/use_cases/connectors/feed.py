"""Tells the dossier service what rows say; what nobody mapped waits for people, what it refuses is theirs."""

import asyncio
from collections.abc import Mapping
from typing import Any

from kernel.core.clock import Clock
from kernel.core.errors import Unavailable
from services.gateway.domain.connectors.meaning import Mapped, NotMeant, Unmapped, command_of
from services.gateway.domain.connectors.records import Record, RecordState, Settled
from services.gateway.domain.connectors.source import MappingKind, Source
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.use_cases.connectors.ports import Answered, Dossiers
from services.gateway.use_cases.portal.ports import OpenWork

_TOLD_AT_ONCE = 8
_PROBLEMS_FROM = 400
_INVALID = 422
_MOVED = 412
"""Somebody changed the dossier at that moment: nothing was kept, and it is told again."""
_OF_MAPPING = {"procedure_code": MappingKind.PROCEDURE, "agency": MappingKind.AGENCY}
HISTORY = "history"
"""A status older than what was told before: kept among the mirror's statuses, not its present one."""


class FeedDossiers:
    """Rows of one dossier go one after another, those of different dossiers side by side."""

    def __init__(
        self, *, open_work: OpenWork, sources: Mapping[str, Source], dossiers: Dossiers, clock: Clock
    ) -> None:
        self._open_work = open_work
        self._sources = sources
        self._dossiers = dossiers
        self._clock = clock
        self._backoff = Backoff(first_seconds=1, longest_seconds=300)

    async def turn(self, limit: int) -> int:
        """Tell some rows that are due; return how many were looked at."""
        now = self._clock.now()
        async with self._open_work() as work:
            due: list[Record] = await work.connectors.due(limit, now)
            mapped = {
                name: await work.connectors.mapped(name) for name in sorted({one.source for one in due})
            }
        by_dossier: dict[tuple[str, str], list[Record]] = {}
        for one in due:
            by_dossier.setdefault((one.source, one.outside_code), []).append(one)
        room = asyncio.Semaphore(_TOLD_AT_ONCE)

        async def tell(records: list[Record]) -> None:
            async with room:
                for record in records:
                    await self._keep(await self._told(record, mapped[record.source]))

        await asyncio.gather(*(tell(records) for records in by_dossier.values()))
        return len(due)

    async def _keep(self, settled: Settled) -> None:
        async with self._open_work() as work:
            work.connectors.settle(settled, self._clock.now())

    async def _told(self, record: Record, mapped: Mapped) -> Settled:
        source = self._sources.get(record.source)
        if source is None:
            return _refused(record, "nguồn không còn được cấu hình")
        if not record.values:
            return _refused(record, "không mở được niêm phong: thiếu khóa cũ")
        try:
            command = command_of(record.values, source, mapped)
        except Unmapped as unmapped:
            needs = [need.as_dict for need in unmapped.needs]
            return Settled(record=record, state=RecordState.UNMAPPED, reason="chưa ánh xạ", needs=needs)
        except NotMeant as fault:
            return _refused(record, str(fault))
        try:
            answer = await self._dossiers.tell(command.path, command.body, scope=command.scope)
        except Unavailable as silence:
            wait = self._backoff.wait(record.attempts + 1, 1.0)
            reason = silence.detail or silence.title
            retry_at = self._clock.now() + wait
            return Settled(record=record, state=RecordState.WAITING, reason=reason, retry_at=retry_at)
        return await self._ruling(record, source, answer)

    async def _ruling(self, record: Record, source: Source, answer: Answered) -> Settled:
        if answer.status < _PROBLEMS_FROM:
            outcome = str(answer.body.get("outcome") or "")
            async with self._open_work() as work:
                is_late = outcome == "added" and await work.connectors.has_later(record)
            return Settled(
                record=record,
                state=RecordState.DONE,
                outcome=HISTORY if is_late else outcome,
                mirror_id=str(answer.body.get("mirror_id") or ""),
            )
        needs = _unknown_here(record, source, answer) if answer.status == _INVALID else []
        reason = _reason(answer.body)
        if answer.status == _MOVED:
            retry_at = self._clock.now() + self._backoff.wait(record.attempts + 1, 1.0)
            return Settled(record=record, state=RecordState.WAITING, reason=reason, retry_at=retry_at)
        if needs:
            return Settled(record=record, state=RecordState.UNMAPPED, reason=reason, needs=needs)
        return _refused(record, reason)


def _unknown_here(record: Record, source: Source, answer: Answered) -> list[dict[str, str]]:
    """Return which mapped codes the dossier service does not know: they are for people to map anew."""
    needs = []
    for error in answer.body.get("errors") or ():
        kind = _OF_MAPPING.get(str(error.get("path") or ""))
        if kind is not None:
            outside = record.values.get(source.name_of(kind.value), "")
            needs.append({"kind": kind.value, "code": outside})
    return [need for need in needs if need["code"]]


def _reason(problem: Mapping[str, Any]) -> str:
    """Return what the refusal says; a problem never repeats what was sent."""
    fields = "; ".join(f"{error.get('path')}: {error.get('reason')}" for error in problem.get("errors") or ())
    title = str(problem.get("detail") or problem.get("title") or "bị từ chối")
    return f"{problem.get('code') or 'refused'}: {title}{f' ({fields})' if fields else ''}"[:500]


def _refused(record: Record, reason: str) -> Settled:
    return Settled(record=record, state=RecordState.REFUSED, reason=reason)
