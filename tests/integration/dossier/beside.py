"""An office whose every book beside dossiers has rows, and who writes past the guards of its tables."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.testing.running import RunningService, an_event
from services.dossier.commands.sealed import broken_now
from services.dossier.domain.history import HistoryKeys
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from services.dossier.use_cases.sealed_tables import SEALED
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.hall import a_point
from tests.builders.dossier.kin import BIRTH, a_group, kin_of
from tests.builders.dossier.lives import AGENT, Life, cancelled, handed_over, held_and_released, refused
from tests.builders.dossier.office import (
    GATEWAY,
    OUTSIDE_STEPS,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    a_procedure,
    a_process,
    an_officer,
)
from tests.builders.dossier.till import a_cashier, a_channel, a_fee, a_till
from tests.builders.dossier.yard import Yard
from tests.integration.dossier.test_books import COUNTER, LEADERS, asked_for, confirmed, copies
from tests.integration.dossier.test_drafts import begun
from tests.integration.dossier.test_exports import ASKED
from tests.integration.dossier.test_late_entries import MANAGER, THURSDAY, decided, entered
from tests.integration.dossier.test_mirrors import fed
from tests.integration.dossier.test_results import issued, own, reusing, submit
from tests.integration.dossier.test_working_time import a_changed_year

TABLES = tuple(SEALED)
RULER = an_officer("ONE_STOP_MANAGER", subject="truong-mot-cua")
CHECKS = "SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'"


async def electronically(office: Office) -> None:
    """Have a copy certified electronically, as far as its draft."""
    scan = await office.upload(COUNTER, a_pdf())
    document = {"document_name": "Học bạ", "pages": 1, "copies": 1, "scan_id": scan}
    who = {"full_name": "Nguyễn Văn An", "identity_number": a_citizen().identity_number}
    (copy,) = await asked_for(office, copies(documents=[document], requester=who))
    assert (await confirmed(office, [copy])).status_code == 201
    drafted = await office.service.post(f"/v1/certified-copies/{copy}/draft", {}, SIGNER)
    assert drafted.status_code == 201, drafted.text


class Hand:
    """Somebody who owns the tables: writes past their guards, and takes everything back afterwards."""

    def __init__(self, connection: Any, keys: HistoryKeys) -> None:
        self.connection, self.keys = connection, keys

    async def found(self) -> list[str]:
        """Return what verification finds now."""
        return await broken_now(self.connection, self.keys)

    async def unguard(self, table: str) -> None:
        """Switch a table's triggers off and drop its checks, as its owner may."""
        await self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for check in await self.connection.fetch(CHECKS, table):
            await self.connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check['name']}")

    async def does(self, *statements: str) -> list[str]:
        """Return what verification finds after these statements, which are then undone."""
        undone = self.connection.transaction()
        await undone.start()
        for statement in statements:
            await self.unguard(next(word for word in statement.split() if word in (*SEALED, "seal_marks")))
            assert not (await self.connection.execute(statement)).endswith(" 0"), statement
        try:
            return await self.found()
        finally:
            await undone.rollback()


async def a_full_yard(
    start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: pytest.TempPathFactory
) -> Yard:
    """An office in which everything was done once, one dossier destroyed since."""
    folder, files = tmp_path_factory.mktemp("luu-tru"), tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    office = await Office(service).open(channels=[a_channel(a_fee())], max_supplements=1)
    yard = Yard(office, folder, files)
    worked = await Life(yard).led()
    await service.run_job(PRINT_PAPERS)
    await held_and_released(yard, worked)
    await handed_over(yard, worked)
    for one in (cancelled, refused):
        await one(office)
    with yard.years_later():
        await yard.destroyed()
    await written_beside(office)
    return yard


async def written_beside(office: Office) -> None:
    """Fill the books no life comes by, and a life that goes on."""
    service = office.service
    await service.receive(*LEADERS)
    await confirmed(office, await asked_for(office, copies("Bằng")))
    await electronically(office)
    service.clock.set(THURSDAY)
    entry = (await entered(office)).json()
    assert (await decided(office, entry, MANAGER)).status_code == 201
    money = await a_till(office, a_cashier("ke"))
    assert (await money.take(50_000)).status_code == 201
    closing = {"day": office.service.clock.now().date().isoformat(), "counted": 50_000}
    assert (await service.post("/v1/cash-closings", closing, money.cashier)).status_code == 201
    # Handing in costs nothing from this day on.
    await service.receive(a_procedure(version=2, valid_from="2026-03-05"))
    await issued(office)
    (result, *_) = await own(office)
    assert (await submit(office, await reusing(office, result["result_id"]))).status_code == 201
    given = {
        "owner": {"full_name": "Nguyễn Văn An", "identity_number": a_citizen().identity_number},
        "representative": AGENT | {"identity_number": "099088000123"},
        "procedures": [],
        "valid_from": "2026-03-01",
        "valid_until": "2027-03-01",
    }
    for _ in range(2):
        recorded = await service.post("/v1/authorizations", given, a_citizen())
        assert recorded.status_code == 201, recorded.text
    path = f"/v1/authorizations/{recorded.json()['authorization_id']}/revocation"
    revoked = await service.post(path, {"reason": "Thôi"}, a_citizen(), version=1)
    assert revoked.status_code == 200, revoked.text
    form = {"code": "9.000001", "version": 1, "title": "Tờ khai", "schema": {}, "layout": {}}
    await service.receive(an_event("form.published.v1", form["code"], form), a_group(), a_point())
    await begun(office, {"owner": {"full_name": "Nguyễn Văn An"}})
    exported = await service.post("/v1/exports", ASKED, SIGNER)
    assert exported.status_code == 202, exported.text
    await service.run_job(WRITE_EXPORTS)
    await fed(office)
    await handed_in_together(service)
    await asked_outside(office)
    await moved_by_command(office)


async def asked_outside(office: Office) -> None:
    """Let another system answer for a step."""
    await office.service.receive(a_process(OUTSIDE_STEPS, version=2))
    await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    request = await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests")
    body = {"request_id": str(request), "outcome": "completed", "evidence": {"so": "12", "b": 1.5, "a": []}}
    answered = await office.service.post("/v1/outside-results", body, GATEWAY)
    assert answered.json() == {"outcome": "accepted"}


async def handed_in_together(service: RunningService) -> None:
    """Let a family hand in three dossiers at once, the first of them granted."""
    kin = await kin_of(service).open_kin()
    await kin.granted(await kin.handed_in(), BIRTH)
    await kin.advance()


async def moved_by_command(office: Office) -> None:
    """Let a day off decided later move what was promised."""
    service, why = office.service, {"reason": "Nghỉ do bão", "legal_basis": "Công văn 512/UBND-NC"}
    await office.accepted()
    friday = [{"day": "2026-03-06", "status": "OFF", "reason": "Bão"}]
    await service.receive(a_changed_year(2, exceptions=friday))
    asked = await service.post("/v1/due-recomputations", {"calendar": "default", **why}, RULER)
    assert asked.status_code < 300, asked.text
    await service.run_job(RECOMPUTE_DUE)
    path = f"/v1/due-recomputations/{asked.json()['command_id']}"
    seen = (await service.get(path, RULER)).json()["version"]
    approved = await service.post(f"{path}/approval", {}, SIGNER, version=seen)
    assert approved.status_code == 200, approved.text
    await service.run_job(RECOMPUTE_DUE)


@asynccontextmanager
async def a_hand(yard: Yard) -> AsyncIterator[Hand]:
    """Lend a hand; what it did is taken back afterwards."""
    runtime = yard.service.runtime
    async with runtime.unit_of_work() as unit:
        keys = runtime.open_work(unit).history_keys
    async with runtime.pool.acquire() as connection, connection.transaction():
        yield Hand(connection, keys)
