"""Her name written wherever people can write, then destroyed: no service holds it, open or sealed."""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from kernel.core.event import Event
from kernel.sealing import Sealer
from kernel.testing.running import TEST_KEY, RunningService
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.archive import DESTROY_RECORDS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.lives import MARKS, Life, cancelled, handed_over, held_and_released, refused
from tests.builders.dossier.office import CLERK, Office
from tests.builders.dossier.till import a_channel, a_fee
from tests.builders.dossier.yard import Yard

PASSING = frozenset({"idempotency_keys", "outbox", "inbox"})
"""What the kernel forgets by itself within days (`kernel/jobs.py`)."""
BY_LAW = frozenset({"access_log"})
"""Who read personal data, and what for: kept as written, by subject and purpose."""


@dataclass
class Traces:
    """Every form in which the services of this test wrote her down: plain, sealed, indexed."""

    sealed: set[str] = field(default_factory=set)

    def note(self, value: object, form: str | bytes) -> None:
        """Remember a sealed text or index of something that names her."""
        said = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
        if any(mark in said for mark in MARKS):
            self.sealed.add(form if isinstance(form, str) else form.hex())

    async def left(self, service: RunningService) -> dict[str, set[str]]:
        """Return the tables that hold her, and how."""
        pool = service.runtime.pool
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        written = {*MARKS, *(json.dumps(mark)[1:-1] for mark in MARKS)}
        forms = {*written, *(mark.encode().hex() for mark in written)}
        found: dict[str, set[str]] = {}
        for (table,) in await pool.fetch(query):
            if table in PASSING | BY_LAW:
                continue
            text = "\n".join(row[0] for row in await pool.fetch(f'SELECT t::text FROM "{table}" t'))
            plain = {form for form in forms if form in text}
            hidden = {"sealed" for form in self.sealed if form in text}
            if plain | hidden:
                found[table] = plain | hidden
        return found


@pytest.fixture(scope="module")
def traces() -> Iterator[Traces]:
    """Look over the shoulder of whatever seals or indexes something."""
    found = Traces()
    with pytest.MonkeyPatch.context() as patched:
        for name in ("seal", "seal_bytes", "blind_index"):
            patched.setattr(Sealer, name, _watched(getattr(Sealer, name), found))
        yield found


def _watched(whole: Callable[..., Any], found: Traces) -> Callable[..., Any]:
    def watched(self: Sealer, value: Any, *, purpose: str) -> Any:
        form = whole(self, value, purpose=purpose)
        found.note(value.decode(errors="replace") if isinstance(value, bytes) else value, form)
        return form

    return watched


@pytest.fixture(scope="module")
async def yard(
    start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any, traces: Traces
) -> Yard:
    folder, files = tmp_path_factory.mktemp("luu-tru"), tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    office = await Office(service).open(channels=[a_channel(a_fee())], max_supplements=1)
    return Yard(office, folder, files)


async def follow(others: list[RunningService], service: RunningService) -> None:
    """Hand on what was published since the last time, as the bus would."""
    rows = await service.published()
    await service.runtime.pool.execute("DELETE FROM outbox")
    for row in rows:
        event = Event(
            id=UUID(int=row["event_id"].int),
            type=row["type"],
            key=row["key"],
            sequence=row["sequence"],
            data=row["data"],
            occurred_at=row["occurred_at"],
        )
        for other in others:
            if event.type in {handler.event_type for handler in other.runtime.service.handlers}:
                await other.receive(event, source="dossier")


def names_her(folder: Path) -> list[Path]:
    """Return files of a store that still name her."""
    return [one for one in folder.rglob("*") if one.is_file() and MARKS[0].encode() in one.read_bytes()]


async def test_her_name_is_in_no_table_of_any_service_after_the_list(
    yard: Yard, traces: Traces, start_once: Callable[..., Awaitable[RunningService]]
) -> None:
    """Also not under a seal, as an index, or in a file; figures, books and chains stay whole."""
    others = [
        await start_once("notify"),
        await start_once("survey"),
        await start_once("gateway", internal_private_jwk=json.dumps(TEST_KEY)),
    ]
    service = yard.service
    worked = await Life(yard).led()
    await service.run_job(PRINT_PAPERS)
    await held_and_released(yard, worked)
    await handed_over(yard, worked)
    assert (await yard.office.read(worked, CLERK))["state"] == "ARCHIVED"
    for one in (cancelled, refused):
        await one(yard.office)
    await follow(others, service)
    before = set(await traces.left(service))
    assert {"dossiers", "history", "control_slip", "payment_entries", "authorizations"} <= before
    assert before >= {"archive_holds", "archive_packages", "archive_messages", "archive_message_lines"}
    assert before >= {"receipts", "refunds", "payment_requests", "payment_messages", "result_register"}
    assert [set(await traces.left(one)) for one in others] == [{"messages"}, set(), {"tracking"}]
    notify, survey, _ = others
    assert await survey.count("invitations") == 1
    assert await notify.count("messages") > 0
    with yard.years_later():
        found = await yard.destroyed()
        assert found["protocol"]["counts"] == {"DESTROYED": 4}
        service.clock.advance(timedelta(minutes=20))
        await service.run_job(DESTROY_RECORDS)
        service.clock.advance(-timedelta(minutes=20))
    await follow(others, service)
    assert await traces.left(service) == {}
    for one in others:
        assert await traces.left(one) == {}, one.runtime.service.name
    assert await survey.count("invitations") == 0
    assert names_her(yard.files) == []
    assert await verify_history(service.runtime, ()) == 0
    assert await rebuild_figures(service.runtime, ("--check",)) == 0
