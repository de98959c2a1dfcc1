"""A dossier's row is sealed together with the end of its history: neither is changed without the key."""

from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import RECEIVER, SPECIALIST, Office

FITS_NOT = "the history was cut, or the dossier changed by hand: its seal does not fit"


async def cut(office: Office, dossier_id: str, version: int) -> None:
    """Cut a history after a version and set the dossier back to what its entry then says."""
    pool = office.service.runtime.pool
    await pool.execute("ALTER TABLE history DISABLE TRIGGER USER")
    await pool.execute("DELETE FROM history WHERE dossier_id = $1 AND version > $2", dossier_id, version)
    last = await pool.fetchrow(
        "SELECT * FROM history WHERE dossier_id = $1 AND version = $2", dossier_id, version
    )
    told: dict[str, Any] = last["data"]["dossier"]
    await pool.execute(
        "UPDATE dossiers SET version = $2, history_hash = $3, state = $4, due_at = $5 WHERE id = $1",
        dossier_id,
        version,
        last["hash"],
        told["state"],
        datetime.fromisoformat(told["due_at"]) if told["due_at"] else None,
    )


async def verified(office: Office, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what `verify-history` says."""
    capsys.readouterr()
    await verify_history(office.service.runtime, list(arguments))
    return capsys.readouterr().out


async def test_a_history_cut_at_its_end_is_found(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Though the dossier was set back to match."""
    seen = await office.in_process()
    assert "0 broken" in await verified(office, capsys)
    await cut(office, seen["dossier_id"], seen["version"] - 1)
    assert f"{seen['dossier_id']}: {FITS_NOT}" in await verified(office, capsys)


@pytest.mark.parametrize(
    "change",
    [
        "owner_name = 'Kẻ Gian'",
        "owner_subject = 'ke-gian'",
        "owner_index = '\\x01'",
        "parties_sealed = contact_sealed",
        "receiving_agency = 'H99.202'",
        "submitted_at = submitted_at - interval '1 day'",
        "head_seal = ''",
    ],
)
async def test_what_never_changes_is_sealed_and_going_on_does_not_make_it_good(
    office: Office, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """Found at once, and still after the next entry was made in good faith."""
    sound, touched = await office.in_process(), await office.in_process()
    pool = office.service.runtime.pool
    await pool.execute(f"UPDATE dossiers SET {change} WHERE id = $1", touched["dossier_id"])
    assert f"{touched['dossier_id']}: {FITS_NOT}" in await verified(office, capsys)
    await office.act(touched, "step-completion", SPECIALIST, step="tham-dinh")
    told = await verified(office, capsys)
    assert f"{touched['dossier_id']}: {FITS_NOT}" in told
    assert sound["dossier_id"] not in told


async def test_a_dossier_set_back_as_a_whole_is_found_by_what_others_know(
    office: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its old seal fits: once its slip was set back too, only who heard of later versions can tell."""
    pool = office.service.runtime.pool
    before = await office.accepted()
    old = await pool.fetchrow("SELECT * FROM dossiers WHERE id = $1", before["dossier_id"])
    head = await pool.fetchrow("SELECT * FROM row_heads WHERE dossier_id = $1", before["dossier_id"])
    after = await office.act(before, "handover", RECEIVER)
    await cut(office, before["dossier_id"], before["version"])
    for name, value in dict(old).items():
        if name not in {"id", "destroyed_by"}:
            await pool.execute(f"UPDATE dossiers SET {name} = $2 WHERE id = $1", old["id"], value)
    told = await verified(office, capsys)
    assert f"control slip of dossier {before['dossier_id']}: lines are missing" in told
    async with pool.acquire() as connection:
        await connection.execute("ALTER TABLE control_slip DISABLE TRIGGER USER")
        await connection.execute("DELETE FROM control_slip WHERE dossier_id = $1", old["id"])
        await connection.execute("ALTER TABLE control_slip ENABLE TRIGGER USER")
    assert "control_slip of dossier" in await verified(office, capsys)
    back = "UPDATE row_heads SET slips = $2, last_slip = $3, seals = $4 WHERE dossier_id = $1"
    await pool.execute(back, old["id"], head["slips"], head["last_slip"], head["seals"])
    assert "0 broken" in await verified(office, capsys)
    gone = "00000000-0000-7000-8000-000000000001"
    known = tmp_path / "known.csv"
    known.write_text(f"{before['dossier_id']},{after['version']}\n{gone},3\n", encoding="utf-8")
    told = await verified(office, capsys, str(known))
    assert f"{before['dossier_id']}: the dossier is set back: others know version {after['version']}" in told
    assert f"{gone}: the dossier is missing, others know it" in told


@pytest.mark.parametrize("deed", ["TRUNCATE history", "DELETE FROM history", "UPDATE history SET type = ''"])
async def test_history_is_neither_emptied_nor_changed(office: Office, deed: str) -> None:
    """Whoever has the service's own rights."""
    await office.accepted()
    with pytest.raises(asyncpg.RestrictViolationError):
        await office.service.runtime.pool.execute(deed)
