"""Asks the service's own statistics for every figure and holds each against the maker's truth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from bench.seed_year.truth import CUTS, Cell, Span
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.numbers import Amount, Number
from services.dossier.domain.figures.period import Period
from services.dossier.store.figure_views import PostgresStatistics

_MOST = 100_000
_SHOWN = 20


@dataclass(slots=True)
class Verdict:
    """How many figures agree, how many do not, and the first that do not."""

    ok: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def hold(self, what: str, found: int, expected: int) -> None:
        """Count one figure."""
        if found == expected:
            self.ok += 1
            return
        self.wrong += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(f"{what}: {found}, in truth {expected}")


async def check(
    pool: asyncpg.Pool,
    spans: Sequence[Span],
    truth: Mapping[Cell, Counter[str]],
    now: datetime,
    cuts: Sequence[tuple[str, ...]] = CUTS,
) -> Verdict:
    """Compare every number of every span, cut and value, those missing on either side too."""
    verdict = Verdict()
    for cut in cuts:
        for place, span in enumerate(spans):
            rows = await _read(pool, span, cut, now)
            expected = {key[2]: counts for key, counts in truth.items() if key[:2] == (place, cut)}
            for values in sorted(rows.keys() | expected.keys()):
                told, known = rows.get(values), expected.get(values, Counter())
                for name in (*Number, *Amount):
                    found = int(told[name.value]) if told is not None else 0
                    verdict.hold(f"{span.first}..{span.last} {cut}={values} {name}", found, known[name.value])
    return verdict


async def _read(
    pool: asyncpg.Pool, span: Span, cut: tuple[str, ...], now: datetime
) -> dict[tuple[str, ...], Any]:
    cuts = tuple(Cut(name) for name in cut)
    async with UnitOfWork(pool) as unit:
        period = Period.of(span.first, span.last, now)
        rows = await PostgresStatistics(unit).table([period], cuts, Selection(), limit=_MOST)
    return {tuple(row[name] for name in cut): row for row in rows}
