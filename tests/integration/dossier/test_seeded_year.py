"""A made year of two thousand dossiers: every figure against the truth, history sealed, rows rebuilt."""

import asyncio
from typing import Any

import pytest

from bench.seed_year.copying import Keys
from bench.seed_year.seeding import Seeded, seed, verdict_on
from services.dossier.commands.archive import fix_retention
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import Office, a_procedure

SIZE = 2_000


def _of(code: str, value: int, unit: str, **known: Any) -> Any:
    term = {"value": value, "unit": unit}
    channels = [{"channel": way, "processing_time": term, "fees": []} for way in ("DIRECT", "ONLINE")]
    return a_procedure(code, channels=channels, **known)


@pytest.fixture
async def year(office: Office) -> Seeded:
    """A service whose tables hold a year of dossiers of four procedures at two communes."""
    await office.service.receive(
        _of("2.000815", 1, "SAME_DAY", sector="G15-CT01"),
        _of("1.001776", 10, "WORKING_DAY", sector="G18-BT01"),
        _of("1.009972", 40, "CALENDAR_DAY", sector="G17-XD01", boundary_free=False),
    )
    settings: Any = office.service.runtime.settings
    keys = Keys(pii=settings.pii_key.get_secret_value(), history=settings.history_key.get_secret_value())
    dsn = settings.database_url.get_secret_value()
    return await asyncio.to_thread(seed, dsn, keys, size=SIZE, say=print, processes=1)


async def test_every_figure_of_a_seeded_year_is_the_makers_truth(
    office: Office, year: Seeded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Months, quarters, the year, reports from day 15 to 14, a week, a day; by every cut; nothing wrong."""
    runtime = office.service.runtime
    dsn = runtime.settings.database_url.get_secret_value()
    verdict = await verdict_on(dsn, year)
    assert not verdict.wrong, "\n".join(verdict.examples)
    assert verdict.ok > 10_000
    whole = year.truth[16, (), ()]
    assert whole["received"] == SIZE
    shapes = ("carried_over", "late", "in_progress", "stopped", "withdrawn", "refused")
    assert min(whole[name] for name in shapes) > 0
    assert await fix_retention(runtime, ()) == 0
    assert await verify_history(runtime, ()) == 0
    assert f"{year.dossiers} dossiers checked, 0 broken" in capsys.readouterr().out
    assert await rebuild_figures(runtime, ("--check",)) == 0
    assert f"rows of {year.events} events" in capsys.readouterr().out
    spoilt = await runtime.pool.fetchval(
        "UPDATE figure_rows SET ended_on = ended_on + 40, punctuality = 'OVERDUE' WHERE dossier_id ="
        " (SELECT dossier_id FROM figure_rows WHERE ended_on = '2026-03-10' LIMIT 1) RETURNING dossier_id"
    )
    await runtime.pool.execute(
        "DELETE FROM figure_rows WHERE dossier_id = (SELECT min(dossier_id::text)::uuid FROM figure_rows)"
    )
    assert (await verdict_on(dsn, year, [()])).wrong > 0
    assert await rebuild_figures(runtime, ("--check",)) == 1
    said = capsys.readouterr().out
    assert f"{spoilt}: punctuality is" in said or f"{spoilt}: ended_on is" in said
    assert "2 differ" in said
    assert await rebuild_figures(runtime, ()) == 0
    assert "2 changed" in capsys.readouterr().out
    assert await rebuild_figures(runtime, ("--check",)) == 0
    assert not (await verdict_on(dsn, year, [()])).wrong
