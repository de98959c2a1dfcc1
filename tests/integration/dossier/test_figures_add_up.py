"""The statements count what the numbers mean: any lives, two cuts and list, held against the domain."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService
from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.fact import Counted, Earlier, Ending, Fact, punctuality_of
from services.dossier.domain.figures.numbers import Number, belongs
from services.dossier.domain.figures.period import Period, end_of
from services.dossier.domain.figures.row import COLUMNS, columns_of
from services.dossier.store.figure_views import COLUMN, PostgresStatistics
from services.dossier.use_cases.read_dossiers import NEWEST
from tests.builders.dossier.figures import a_fact, at

BEGIN = at("2026-01-05 08:00")
NOW = datetime(2026, 4, 2, 9, tzinfo=VIETNAM)
SPANS = (("03-10", "03-10"), ("03-01", "03-31"), ("01-01", "03-31"), ("03-20", "04-30"))


def a_life(dice: Random, number: int) -> Fact:
    """Return a row as some life would leave it, its moments an hour apart so that edges are met."""
    received = BEGIN + timedelta(hours=dice.randint(0, 85 * 24))
    ended = received + timedelta(hours=dice.randint(0, 40 * 24)) if dice.random() < 0.7 else None
    due = received + timedelta(days=dice.randint(0, 20)) if dice.random() < 0.9 else None
    turns = sorted(received + timedelta(hours=dice.randint(0, 500)) for _ in range(dice.randint(0, 3)))
    asked = tuple(one for one in turns if dice.random() < 0.7)
    is_mirror = dice.random() < 0.2
    known = {
        "dossier_id": UUID(int=number),
        "competent_agency": dice.choice(["H99.1", "H99.1.1", "H99.2"]),
        "sector": dice.choice(["s1", "s2"]),
        "procedure_code": dice.choice(["p1", "p2", "p3"]),
        "channel": "" if is_mirror else dice.choice(["ONLINE", "DIRECT"]),
        "route": "MINISTRY" if is_mirror else "PROVINCE",
        "cause": dice.choice(["", "APPLICANT_PAPERS"]),
        "is_mirror": is_mirror,
        "is_follower": dice.random() < 0.2,
        "is_electronic": dice.random() < 0.5,
        "counted": dice.choice([Counted(), Counted(2, 2, 1), Counted(3, 1, 0)]),
    }
    if dice.random() < 0.1:
        ending = dice.choice([Ending.INTAKE_REFUSED, Ending.CANCELLED])
        return a_fact(**known, received_at=None, due_at=None, ended_at=received, ending=ending)
    endings = (Ending.RESULT, Ending.REFUSED, Ending.STOPPED, Ending.WITHDRAWN)
    return a_fact(
        **known,
        received_at=received,
        due_at=due,
        stopped_at=dice.choice([None, turns[-1] if turns else None]),
        ended_at=ended,
        ending=dice.choice(endings) if ended else Ending.OPEN,
        **({"punctuality": punctuality_of(due, ended)} if ended else {}),
        supplements=len(asked) + dice.randint(0, 1),
        asked_at=asked,
        earlier=tuple(Earlier(one, due, dice.choice([None, one - timedelta(hours=3)])) for one in turns),
    )


async def test_every_table_and_every_list_is_what_the_numbers_mean(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path
) -> None:
    """Two hundred lives, all pairs of cuts, four periods at once; the last goes on."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())
    dice = Random(4)
    facts = [a_life(dice, number) for number in range(1, 201)]
    rows = [columns_of(fact) for fact in facts]
    records = [tuple(row[name] for name in COLUMNS) for row in rows]
    async with dossier.runtime.pool.acquire() as connection:
        await connection.copy_records_to_table("figure_rows", records=records, columns=list(COLUMNS))
    days = [[date.fromisoformat(f"2026-{day}") for day in span] for span in SPANS]
    periods = [Period(first, last, min(NOW, end_of(last))) for first, last in days]
    async with dossier.runtime.unit_of_work() as unit:
        statistics = PostgresStatistics(unit)
        for cuts in [(), *combinations(Cut, 2)]:
            found = Counter[tuple[object, ...]]()
            for row in await statistics.table(periods, cuts, Selection(), limit=5_000):
                found.update(
                    {(row["part"], number, *(row[cut] for cut in cuts)): row[number] for number in Number}
                )
            assert +found == _meant(facts, periods, cuts), cuts
        for period in periods:
            for number in Number:
                listed = await statistics.dossiers(number, period, Selection(), before=NEWEST, limit=1_000)
                assert {UUID(int=row["dossier_id"].int) for row in listed} == {
                    one.dossier_id for one in facts if belongs(number, one, period)
                }, (number, period)


def _meant(facts: list[Fact], periods: list[Period], cuts: tuple[Cut, ...]) -> Counter[tuple[object, ...]]:
    """Return how many facts belong to each number of each part and cut."""
    return Counter(
        (part, number, *(getattr(one, COLUMN[cut]) for cut in cuts))
        for part, period in enumerate(periods, 1)
        for one in facts
        for number in Number
        if belongs(number, one, period)
    )
