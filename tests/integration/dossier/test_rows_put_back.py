"""An older state set back with the seals it had is told by another book; who comes at once loses no seal."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.core.errors import Stale
from kernel.testing.running import RunningService
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.store.payments import PostgresPayments
from services.dossier.store.row_heads import RowHeads
from services.dossier.use_cases.row_names import object_of
from services.dossier.use_cases.sealed_rows import is_group_sound
from tests.builders.dossier.lives import SAID
from tests.builders.dossier.office import SIGNER, Office, a_citizen
from tests.builders.dossier.resealed import as_of_before
from tests.builders.dossier.till import BOTH, MANAGER, a_cashier, a_channel, a_fee, a_till
from tests.builders.dossier.yard import Yard
from tests.integration.dossier.test_history_is_clean import verified
from tests.integration.dossier.test_late_entries import MANAGER as HEAD
from tests.integration.dossier.test_late_entries import THURSDAY, decided, entered
from tests.integration.dossier.test_results import issued, own, reusing, submit
from tests.integration.dossier.test_whole_rows import by_hand

COURSE = ("state", "version", "ended_at", "ended_by", "reason", "legal_basis", "seals")


async def put_back(office: Office, row: Any, into: Any = None) -> None:
    """Set a result's course to what it was in a row somebody kept, seals and all; or another's."""
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(COURSE, 2))
    values = dict(row)
    if into is not None:
        values["seals"] = {**into["seals"], "course": row["seals"]["course"], "why": row["seals"]["why"]}
    statement = f"UPDATE result_register SET {names} WHERE id = $1"
    await by_hand(office, statement, (into or row)["id"], *(values[name] for name in COURSE))


async def test_a_recalled_result_does_not_change_places_with_the_right_one(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """The course of one fits on no other row; the recalled one in force again is told by history."""
    pool = office.service.runtime.pool
    seen = await issued(office)
    kept = await pool.fetchrow("SELECT * FROM result_register")
    seen = await office.act(seen, "result-recall", SIGNER, reason="Sai tên")
    seen = await office.act(seen, "step-completion", SIGNER, step="ky")
    await office.issued(seen, number="13/XN")
    assert "0 broken" in await verified(office, capsys)
    recalled, right = await pool.fetch("SELECT * FROM result_register ORDER BY id")
    await put_back(office, recalled, right)
    told = await verified(office, capsys)
    assert f"result_register {right['id']}: course, why changed by hand" in told
    assert f"result {right['id']}: it was recalled, or was not, against history" in told
    await put_back(office, kept)
    told = await verified(office, capsys)
    assert f"result {kept['id']}: it was recalled, or was not, against history" in told


async def test_a_revoked_result_put_back_is_named(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Its seals of before fit, and it is good for a component again; the log of readings says otherwise."""
    await issued(office)
    kept = await office.service.runtime.pool.fetchrow("SELECT * FROM result_register")
    (entry,) = await own(office)
    why = {"reason": "Cấp sai", "legal_basis": "Luật"}
    path = f"/v1/results/{entry['result_id']}/revocation"
    assert (await office.service.post(path, why, SIGNER, version=1)).status_code == 204
    assert (await submit(office, await reusing(office, entry["result_id"]))).status_code == 422
    assert "0 broken" in await verified(office, capsys)
    await put_back(office, kept)
    assert f"result {kept['id']}: it was revoked, it counts" in await verified(office, capsys)


async def test_a_late_entry_put_back_and_approved_again_stays_named(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second approval makes the row fit again; the log of readings has two decisions."""
    office.service.clock.set(THURSDAY)
    entry = (await entered(office)).json()
    kept = await office.service.runtime.pool.fetchrow("SELECT * FROM late_entries")
    assert (await decided(office, entry, HEAD)).status_code == 201
    assert "0 broken" in await verified(office, capsys)
    names = ("state", "version", "decided_by", "decided_at", "note", "dossier_id", "seals")
    course = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, 2))
    values = [kept[name] for name in names]
    await by_hand(office, f"UPDATE late_entries SET {course} WHERE id = $1", kept["id"], *values)
    assert f"late entry {kept['id']}: it was decided, it waits" in await verified(office, capsys)
    assert (await decided(office, entry, HEAD)).status_code == 201
    assert f"late entry {kept['id']}: decided more than once" in await verified(office, capsys)


async def test_a_standing_hold_taken_out_is_missed(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What held the record from destruction is named by the log of readings."""
    folder, files = tmp_path / "archive", tmp_path / "files"
    folder.mkdir()
    files.mkdir()
    service = await start("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    office = await Office(service).open()
    yard = Yard(office, folder, files)
    seen = await yard.cancelled()
    held = await yard.ask(f"records/{seen['dossier_id']}/holds", kind="COMPLAINT", **SAID)
    assert held.status_code == 201, held.text
    assert "0 broken" in await verified(office, capsys)
    await by_hand(office, "DELETE FROM archive_holds")
    assert f"hold {held.json()['hold_id']}: it was placed, it is missing" in await verified(office, capsys)


async def test_what_an_older_process_wrote_is_vouched_for_by_name(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows without any seal of the time that is named, told to the log; what does not fit never."""
    await office.issued()
    pool = office.service.runtime.pool
    await by_hand(office, "UPDATE result_register SET seals = '{}'")
    await by_hand(office, "UPDATE evidence SET seals = '{}', kind = kind || 'x'")
    await by_hand(office, 'UPDATE control_slip SET seals = seals || \'{"given": "x:00"}\'')
    result = await pool.fetchval("SELECT id FROM result_register")
    assert f"result_register {result}: given" in await verified(office, capsys)
    for arguments in (["--since", "2026-03-01"], ["--since", "2026-03-01", "--reason", "x"], ["all"]):
        assert await seal_rows(office.service.runtime, arguments) == 2
    later = ["--since", "2026-04-01T00:00:00+07:00", "--reason", "Lùi bản"]
    assert await seal_rows(office.service.runtime, later) == 0
    assert "0 rows vouched for" in capsys.readouterr().out
    since = ["--since", "2026-03-01T00:00:00+07:00", "--reason", "Lùi bản một ngày"]
    assert await seal_rows(office.service.runtime, since) == 0
    assert f"result_register {result}: vouched for" in capsys.readouterr().out
    told = await verified(office, capsys)
    assert "result_register" not in told
    assert "control_slip" in told
    line = await pool.fetchrow(
        "SELECT * FROM access_log WHERE what = 'rows_vouched' AND $1 = ANY(shown)",
        object_of("result_register", {"id": result}),
    )
    assert line["subject"] == "Lùi bản một ngày"


async def test_who_counts_on_from_a_number_that_is_gone_is_stale(office: Office) -> None:
    """Two who read one head count on from it: the second's whole commit falls, counted twice or not."""
    dossier_id = UUID((await office.submitted())["dossier_id"])
    runtime = office.service.runtime
    keys, read = runtime.resources.history_keys, "SELECT * FROM row_heads WHERE dossier_id = $1"
    head = await runtime.pool.fetchrow(read, dossier_id)
    async with runtime.unit_of_work() as first, runtime.unit_of_work() as second:
        for unit, count in ((first, 1), (second, 2)):
            heads = RowHeads(unit, keys)
            heads.know(dossier_id, head)
            for _ in range(count):
                heads.more(dossier_id, "slips", 1)
        await first.commit()
        with pytest.raises(Stale):
            await second.commit()
    kept = await runtime.pool.fetchrow(read, dossier_id)
    assert kept["slips"] == head["slips"] + 1
    assert is_group_sound("row_heads", "slips", kept, keys)


@pytest.fixture
async def money_office(start: Callable[..., Awaitable[RunningService]], tmp_path: Path) -> Office:
    """An office whose procedure costs."""
    return await Office(await start("dossier", files_url=tmp_path.as_uri())).open(
        channels=[a_channel(a_fee())]
    )


async def test_two_who_write_one_ledger_at_once_are_both_counted(
    money_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waited for the ledger counts on from where it was left, not from what was loaded before."""
    service = money_office.service
    money = await a_till(money_office, a_cashier("ke"))
    version = (await money.read())["version"]
    hold, reached, free = PostgresPayments.hold, asyncio.Event(), asyncio.Event()

    async def waiting(self: PostgresPayments, dossier_id: UUID) -> Any:
        if not reached.is_set():
            reached.set()
            await free.wait()
        return await hold(self, dossier_id)

    monkeypatch.setattr(PostgresPayments, "hold", waiting)
    path = f"/v1/dossiers/{money.dossier['dossier_id']}/cancellation"
    late = asyncio.create_task(
        service.post(path, {"note": "x"}, a_citizen(), version=money.dossier["version"])
    )
    await reached.wait()
    taken = await money.post("/receipts", money.cashier, version, amount=20_000, method="CASH")
    free.set()
    assert (taken.status_code, (await late).status_code) == (201, 200)
    told = await service.runtime.pool.fetchval("SELECT entries FROM row_heads")
    assert told == await service.count("payment_entries")


async def test_a_decision_under_way_while_rows_are_sealed_is_sealed_too(
    money_office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It read a row of before, and found it sealed when it wrote."""
    service = money_office.service
    money = await a_till(money_office, a_cashier("ke"))
    assert (await money.take(50_000)).status_code == 201
    item = (await money.read())["items"][0]["item_id"]
    corrected = await money.post("/corrections", MANAGER, item=item, amount=-11_000, reason="x")
    assert corrected.status_code < 300, corrected.text
    payee = {"full_name": "A", "bank": "B", "account": "1"}
    asked = await money.post("/refunds", BOTH, amount=11_000, method="TRANSFER", reason="x", payee=payee)
    assert asked.status_code == 201, asked.text
    await as_of_before(service)
    await by_hand(money_office, "UPDATE refunds SET seals = '{}'")
    find, read, free = PostgresPayments.refund, asyncio.Event(), asyncio.Event()

    async def waiting(self: PostgresPayments, refund_id: UUID) -> Any:
        found = await find(self, refund_id)
        read.set()
        await free.wait()
        return found

    monkeypatch.setattr(PostgresPayments, "refund", waiting)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    decision = asyncio.create_task(service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1))
    await read.wait()
    assert await seal_rows(service.runtime, ()) == 0
    free.set()
    assert (await decision).status_code == 200
    assert "0 broken" in await verified(money_office, capsys)
