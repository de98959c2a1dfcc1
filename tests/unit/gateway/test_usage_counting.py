"""Counting in memory, and what counts as what."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.errors import Unavailable
from kernel.testing.fixed_clock import FixedClock
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import ROUTES
from services.gateway.domain.usage.kinds import Cell, Kind, act_of_route, acts_of_page
from services.gateway.use_cases.usage import counting
from services.gateway.use_cases.usage.counting import Usage


class Kept:
    """Counts as the database keeps them; `breaks` says what happens to the next answers."""

    def __init__(self) -> None:
        self.counts: Counter[Cell] = Counter()
        self.numbers: dict[UUID, int] = {}
        self.breaks: list[str] = []

    async def add(self, writer: UUID, number: int, cells: Mapping[Cell, int], at: datetime) -> None:
        how = self.breaks.pop(0) if self.breaks else ""
        if how == "before":
            raise Unavailable
        if self.numbers.get(writer, 0) < number:
            self.numbers[writer] = number
            self.counts.update(cells)
        if how == "after":
            raise Unavailable


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 30, 23, 59, tzinfo=VIETNAM))


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_lost_answer_loses_no_count_and_counts_none_twice(clock: FixedClock, how: str) -> None:
    kept = Kept()
    usage = Usage(kept, clock)
    usage.count("PAGE", "WEB")
    kept.breaks = [how, how]
    for _ in range(2):
        with pytest.raises(Unavailable):
            await usage.flush()
        usage.count("PAGE", "WEB")
    for _ in range(3):
        await usage.flush()
    assert kept.counts == {Cell(date(2026, 11, 30), "PAGE", "WEB"): 3}


async def test_a_day_is_viet_nams(clock: FixedClock) -> None:
    kept = Kept()
    usage = Usage(kept, clock)
    usage.count("PAGE", "WEB")
    clock.set(datetime(2026, 12, 1, 0, 0, tzinfo=VIETNAM))
    usage.count("PAGE", "WEB")
    await usage.flush()
    assert sorted(cell.day.isoformat() for cell in kept.counts) == ["2026-11-30", "2026-12-01"]


async def test_who_asks_for_ever_other_things_fills_no_memory(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_CELLS", 3)
    kept = Kept()
    usage = Usage(kept, clock)
    for number in range(10):
        usage.count("PROCEDURE", "API", f"1.{number:06d}")
    await usage.flush()
    assert sum(kept.counts.values()) == 10
    assert len(kept.counts) == 4


@pytest.mark.parametrize(
    ("path", "query", "act"),
    [
        ("/api/v1/procedures", b"q=khai+sinh", (Kind.SEARCH, "")),
        ("/api/v1/procedures", b"limit=5&q=khai", (Kind.SEARCH, "")),
        ("/api/v1/procedures", b"limit=5", None),
        ("/api/v1/procedures/1.001193.H99", b"", (Kind.PROCEDURE, "1.001193")),
        ("/api/v1/forms/2.000635", b"", (Kind.FORM, "2.000635")),
        ("/api/v1/agencies/H99", b"", None),
        ("/api/v1/dossiers/0193a5c2-7d00-7a10-8000-0000000000aa", b"", None),
    ],
)
def test_reads_that_are_counted(path: str, query: bytes, act: tuple[Kind, str] | None) -> None:
    route = RouteTable(ROUTES).find("GET", path)
    assert route is not None
    assert act_of_route(route, path, query) == act


@pytest.mark.parametrize(
    ("path", "is_from_here", "acts"),
    [
        ("/tra-cuu", False, [(Kind.PAGE, ""), (Kind.VISIT, "")]),
        ("/tra-cuu", True, [(Kind.PAGE, "")]),
        ("/thu-tuc/2.000635.H99", True, [(Kind.PAGE, "2.000635"), (Kind.PROCEDURE, "2.000635")]),
        ("/bieu-mau/2.000635", True, [(Kind.PAGE, "2.000635"), (Kind.FORM, "2.000635")]),
        ("/bieu-mau/chi-doan-bua", True, [(Kind.PAGE, "")]),
        ("/khao-sat/a-token-of-somebody", True, [(Kind.PAGE, "")]),
        ("/oidc/authorize", False, []),
        ("/api/v1/tracking", False, []),
    ],
)
def test_pages_that_are_counted(path: str, is_from_here: bool, acts: list[tuple[Kind, str]]) -> None:
    assert acts_of_page(path, is_from_here=is_from_here) == acts
