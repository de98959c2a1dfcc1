"""Holds the portal's own list against the ledger; what differs is listed, and told again once."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.core.ids import new_id
from services.gateway.domain.portal.answers.comparison import LastWord, Listed, Sheet, Verdict, verdict
from services.gateway.domain.portal.answers.held import HeldByPortal

_PORTION = 5_000
_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of holding a list against the ledger; long lists of codes and lines are cut."""

    id: UUID
    at: datetime
    subject: str
    sha256: bytes
    counts: Mapping[str, int]
    unknown_codes: Sequence[str]
    unread_lines: Sequence[int]


class Comparing(Protocol):
    """The ledger as a list is held against it."""

    async def last_words(self, codes: Sequence[str]) -> Mapping[str, LastWord]:
        """Return the last status of these dossiers by code."""

    def note_differences(
        self, found: Sequence[tuple[LastWord, HeldByPortal]], now: datetime, *, mends: bool
    ) -> None:
        """List what differs; with `mends`, tell again what was not told again before."""

    def clear_differences(self, dossier_ids: Sequence[UUID]) -> None:
        """Take what is the same off the list."""

    def keep_comparison(self, comparison: Comparison) -> None:
        """Keep who compared what."""


async def compare_sheet(
    sheet: Sheet,
    content: bytes,
    *,
    subject: str,
    ledger: Comparing,
    refusal_status: int,
    mends: bool,
    now: datetime,
) -> Comparison:
    """Compare portion by portion; everything is kept in the caller's one commit."""
    counts: Counter[Verdict] = Counter()
    unknown: list[str] = []
    for portion in _portions(sheet.listed):
        words = await ledger.last_words([one.code for one in portion])
        judged = [(one, words.get(one.code)) for one in portion]
        verdicts = [verdict(one, last, refusal_status=refusal_status) for one, last in judged]
        counts.update(verdicts)
        found, same = [], []
        for (one, last), said in zip(judged, verdicts, strict=True):
            if last is None:
                unknown.append(one.code)
            elif said is Verdict.DIFFERENT:
                found.append((last, HeldByPortal(is_there=True, status=one.status)))
            elif said is Verdict.SAME:
                same.append(last.dossier_id)
        if found:
            ledger.note_differences(found, now, mends=mends)
        if same:
            ledger.clear_differences(same)
    comparison = Comparison(
        id=new_id(),
        at=now,
        subject=subject,
        sha256=hashlib.sha256(content).digest(),
        counts={
            "lines": len(sheet.listed) + len(sheet.unread),
            "unread": len(sheet.unread),
            **{one.value.lower(): counts[one] for one in Verdict},
        },
        unknown_codes=unknown[:_SHOWN],
        unread_lines=sheet.unread[:_SHOWN],
    )
    ledger.keep_comparison(comparison)
    return comparison


def _portions(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    for start in range(0, len(listed), _PORTION):
        yield listed[start : start + _PORTION]
