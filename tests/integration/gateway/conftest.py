"""A gateway really running, in front of a real HTTP peer that stands for every service."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import TEST_KEY, RunningService
from tests.integration.gateway.peer import Peer, a_peer

PUBLIC_URL = "http://127.0.0.1:8000"
SAMPLE = {
    "people": [
        {
            "subject": "cong-dan-an",
            "name": "Nguyễn Văn An",
            "identity_number": "099088000011",
            "account_type": "CITIZEN",
        },
    ],
    "staff": [
        {
            "subject": "can-bo-lan",
            "name": "Bùi Thị Lan",
            "agency": "H99.201",
            "roles": ["ONE_STOP_OFFICER"],
            "position": "Công chức",
        },
    ],
}
Open = Callable[..., Awaitable[RunningService]]


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with a_peer() as found:
        yield found


@pytest.fixture
def open_door(start: Callable[..., Awaitable[RunningService]], peer: Peer, tmp_path: Path) -> Open:
    """Open the gateway in development mode, every service being the peer."""

    async def begin(**settings: Any) -> RunningService:
        users = tmp_path / "users.json"
        users.write_text(json.dumps(SAMPLE), encoding="utf-8")
        values: dict[str, Any] = {
            "internal_private_jwk": json.dumps(TEST_KEY),
            "public_url": PUBLIC_URL,
            "development_issuer": True,
            "sample_users_file": str(users),
            **{f"{name}_url": peer.url for name in ("catalog", "dossier", "notify", "survey")},
            **settings,
        }
        return await start("gateway", **values)

    return begin


@pytest.fixture
async def door(open_door: Open) -> RunningService:
    return await open_door()


async def token_of(door: RunningService, subject: str) -> dict[str, str]:
    """Sign in as a sample user without a password, as the demo does."""
    form = {"grant_type": "urn:motcua:development", "subject": subject}
    answer = await door.client.post("/oidc/token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def machine_token(door: RunningService, client_id: str, secret: str, scope: str = "") -> Any:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return await door.client.post("/oidc/token", data={**form, **({"scope": scope} if scope else {})})
