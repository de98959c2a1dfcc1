"""Copies are held against what the catalogue itself says it published, by its real handlers."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.core.event import Event
from kernel.testing.running import RunningService
from services.dossier.commands.copies import verify_copies
from services.dossier.commands.sealed import broken_rows
from tests.builders.catalog import a_document, a_procedure, a_process
from tests.builders.forms import a_form
from tests.integration.catalog.publishing.desk import an_item, approved, decided, published, with_catalogue
from tests.integration.catalog.test_imports import load


async def heard(catalog: RunningService, dossier: RunningService, first: int = 0) -> int:
    """Let the dossier service hear what the catalogue published; return how much that was."""
    rows = await catalog.published()
    known = {one.event_type for one in dossier.runtime.service.handlers}
    names = ("type", "key", "sequence", "occurred_at", "data")
    events = [Event(**{name: row[name] for name in names}) for row in rows[first:] if row["type"] in known]
    await dossier.receive(*events)
    return len(rows)


async def test_copies_are_what_was_published_until_somebody_changes_one(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of versions that others followed; a row changed, taken out or put in is named."""
    catalog, dossier = await start("catalog"), await start("dossier")
    await with_catalogue(catalog)
    await load(catalog, a_document())
    await published(catalog, await decided(catalog, an_item(await approved(catalog, name="Ngày mai"))))
    so_far = await heard(catalog, dossier)
    file = tmp_path / "published.jsonl"

    async def compared() -> str:
        capsys.readouterr()
        assert await catalog.runtime.service.commands["published"](catalog.runtime, ()) == 0
        file.write_text(capsys.readouterr().out, encoding="utf-8")
        await verify_copies(dossier.runtime, [str(file)])
        return capsys.readouterr().out

    assert ", 0 differ" in await compared()
    assert not (await compared()).startswith("0 ")
    pool = dossier.runtime.pool
    forge = "UPDATE agencies SET name = 'x' WHERE code = (SELECT min(code) FROM agencies) RETURNING code"
    code = await pool.fetchval(forge)
    gone = "DELETE FROM procedures WHERE version = 2 RETURNING code || '/' || version"
    name = await pool.fetchval(gone)
    await pool.execute(
        "INSERT INTO staff (subject, sequence, data) VALUES ('ke-gian', 1, '{\"subject\": \"ke-gian\"}')"
    )
    group = "UPDATE interlinked_groups SET data = '{}', sequence = 999999 RETURNING code"
    whole = await pool.fetchval(group)
    told = await compared()
    assert f"interlinked_groups {whole}: version 1 was published, 999999 is here" in told
    assert f"agencies {code}: it says otherwise than what was published" in told
    assert f"procedures {name}: published, and not here" in told
    assert "staff ke-gian: here, and never published" in told
    assert ", 4 differ" in told
    assert await catalog.runtime.service.commands["republish"](catalog.runtime, ()) == 0
    await heard(catalog, dossier, so_far)
    healed = await compared()
    assert "staff ke-gian: here, and never published" in healed
    assert ", 1 differ" in healed


async def test_versions_others_followed_are_compared_too_and_are_had_again(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Years, processes, forms, procedures that dossiers may stand on: said again, they stand as before."""
    catalog, dossier = await start("catalog"), await start("dossier")
    pool, file = dossier.runtime.pool, tmp_path / "published.jsonl"
    for times in (1, 2):
        office_hours = f"07:{times}0-11:30;13:30-17:30"
        year = {"code": "default", "year": 2026, "office_hours": office_hours, "exceptions": []}
        form = {**a_form(title=f"Tờ khai {times}"), "code": "1.004873"}
        for name in (f"Tên {times}", f"Tên {times}, sửa trong ngày"):
            said = await load(
                catalog,
                a_document(
                    calendars=[year],
                    processes=[a_process(name=str(times))],
                    forms=[form],
                    procedures=[a_procedure("1.004873", name=name)],
                ),
            )
            assert said.status_code == 200, said.text
        catalog.clock.advance(timedelta(days=1))
    last = await heard(catalog, dossier)

    async def compared() -> str:
        capsys.readouterr()
        assert await catalog.runtime.service.commands["published"](catalog.runtime, ()) == 0
        file.write_text(capsys.readouterr().out, encoding="utf-8")
        await verify_copies(dossier.runtime, [str(file)])
        return capsys.readouterr().out

    assert ", 0 differ" in await compared()
    was = await pool.fetch("SELECT code, year, sequence, data FROM calendar_versions ORDER BY 3")
    await pool.execute(
        "DELETE FROM calendar_versions WHERE sequence = 1; DELETE FROM processes WHERE version = 1;"
        "DELETE FROM forms WHERE sequence = 1; DELETE FROM procedures WHERE version IN (2, 3);"
        "UPDATE procedures SET data = jsonb_set(data::jsonb, '{name}', '\"Khác\"') WHERE version = 1"
    )
    told = (await compared()).splitlines()
    assert told[:-1] == [
        "procedures 1.004873/1: it says otherwise than what was published",
        *(
            f"{name}: published, and not here"
            for name in (
                "procedures 1.004873/2",
                "procedures 1.004873/3",
                "processes QT-01/1",
                "forms 1.004873/1",
                "calendar_versions default/2026/1",
            )
        ),
    ]
    assert await catalog.runtime.service.commands["republish"](catalog.runtime, ()) == 0
    await heard(catalog, dossier, last)
    assert ", 0 differ" in await compared()
    assert was == await pool.fetch("SELECT code, year, sequence, data FROM calendar_versions ORDER BY 3")
    assert await broken_rows(pool, dossier.runtime.resources.history_keys) == []
    assert await pool.fetchval("SELECT sequence FROM calendars") == 2
