"""History is chained with a key the database does not know: who may write rows cannot make them fit."""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from kernel.bus.memory import MemoryBus
from kernel.runtime import open_runtime
from kernel.testing.running import RunningService
from kernel.web.app import build_app
from services.dossier.app import service
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import RECEIVER, Office

Digest = Callable[[bytes, bytes], bytes]


def unkeyed(previous: bytes, said: bytes) -> bytes:
    """Return what anybody can compute."""
    return hashlib.sha256(previous + said).digest()


def with_another_key(previous: bytes, said: bytes) -> bytes:
    """Return what somebody makes who knows the rule, not the key."""
    return hmac.new(b"x" * 32, previous + said, hashlib.sha256).digest()


async def rewrite(service: RunningService, dossier_id: str, digest: Digest, key_id: str) -> None:
    """Change the second entry's note and make the rest of the chain, and the dossier, fit to it."""
    pool = service.runtime.pool
    await pool.execute("ALTER TABLE history DISABLE TRIGGER USER")
    rows = await pool.fetch("SELECT * FROM history WHERE dossier_id = $1 ORDER BY version", dossier_id)
    previous = b""
    for row in rows:
        data: dict[str, Any] = row["data"]
        if row["version"] == 2:
            data["change"]["note"] = "Đã nộp bản chính"
        said: list[Any] = [] if digest is unkeyed else [key_id]
        said += [str(row["dossier_id"]), row["version"], str(row["event_id"]), row["type"]]
        said += [row["at"].astimezone(UTC).isoformat(), row["actor"], data]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        made = digest(previous, text.encode())
        await pool.execute(
            "UPDATE history SET data = $3, previous_hash = $4, hash = $5, key_id = $6"
            " WHERE dossier_id = $1 AND version = $2",
            row["dossier_id"],
            row["version"],
            data,
            previous,
            made,
            key_id,
        )
        previous = made
    await pool.execute("UPDATE dossiers SET history_hash = $2 WHERE id = $1", dossier_id, previous)


def a_key(key_id: str) -> str:
    """Return a key as the setting names it."""
    return f"{key_id}:{base64.b64encode(key_id.encode().ljust(32)).decode()}"


@pytest.mark.parametrize("key_id", ["development", "", "2025"])
@pytest.mark.parametrize("digest", [unkeyed, with_another_key])
async def test_a_rewritten_chain_is_found_without_the_key(
    office: Office, capsys: pytest.CaptureFixture[str], digest: Digest, key_id: str
) -> None:
    """Every hash fits the one before, and still it is not ours."""
    sound, forged = await office.in_process(), await office.in_process()
    await rewrite(office.service, forged["dossier_id"], digest, key_id)
    assert await verify_history(office.service.runtime, []) == 1
    told = capsys.readouterr().out
    assert f"{forged['dossier_id']}: the history was changed" in told
    assert sound["dossier_id"] not in told


async def test_a_new_key_goes_on_where_the_old_one_ended(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rotation: the new key stands first, the old one stays to prove what it made; without it all is red."""
    before = Office(await start("dossier", files_url=tmp_path.as_uri(), history_key=a_key("2025")))
    seen = await (await before.open()).accepted()
    settings = before.service.runtime.settings
    for given, broken in (("2026,2025", 0), ("2026", 1), ("2025", 1)):
        keys = ",".join(a_key(one) for one in given.split(","))
        changed = settings.model_copy(update={"history_key": SecretStr(keys)})
        async with open_runtime(service, changed, MemoryBus(), before.service.clock) as runtime:
            if broken == 0:
                app = build_app(service.name, service.title, service.routers, runtime)
                client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://dossier")
                after = Office(replace(before.service, runtime=runtime, client=client))
                await after.act(seen, "handover", RECEIVER)
                await client.aclose()
            assert await verify_history(runtime, []) == broken
    ids = await key_ids(before.service)
    assert ids == ["2025", "2025", "2026"]
    assert "its key is not set: 2025" in capsys.readouterr().out


async def key_ids(service: RunningService) -> list[str]:
    """Return the key ids of all entries in order."""
    rows = await service.runtime.pool.fetch("SELECT key_id FROM history ORDER BY version")
    return [row["key_id"] for row in rows]
