"""One door for all attacks of a module: each is refused, soon, in little memory, and the log names nobody.

The gateway really listens, as in service, and a real peer stands behind it. What only the parsing service can
refuse (deep JSON, names said twice) is asked of the gateway's own routers, which read as every service does.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from kernel.testing.running import TEST_KEY, RunningService
from tests.integration.gateway.conftest import PUBLIC_URL, SAMPLE
from tests.integration.gateway.peer import Peer, a_peer
from tests.integration.gateway.test_who_is_asking import (
    MACHINE,
    RSA,
    VNEID,
    public,
    staff_changed,
)

NAME, NUMBER = "Lò Thị Súa", "099195000033"
PERSONAL = (NAME, NUMBER, "cong-dan-an", "Nguyễn Văn An", "099088000011", "0912345678", "eyJ")
SOON = 5.0
"""Seconds; the shortened limits of these tests are a fifth of it."""
ADAPTER = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
FORWARD = "/XrdAdapter/RestService/forward"
WRITE = {"Idempotency-Key": "k"}


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """Whatever an attack makes the gateway write, ours or a library's, it holds nothing of a person."""
    with structlog.testing.capture_logs() as lines:
        yield lines
    said = "\n".join([*(f"{line}" for line in lines), caplog.text])
    assert not [word for word in PERSONAL if word in said], said


@pytest.fixture(scope="module")
async def house(
    start_once: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RunningService, Peer]]:
    """One door for all these attacks: none of them is to change anything."""
    async with a_peer() as peer:
        users = tmp_path_factory.mktemp("users") / "users.json"
        users.write_text(json.dumps(SAMPLE), encoding="utf-8")
        unhurried = dict.fromkeys(("rejected", "sign-in", "person", "staff", "public"))
        door = await start_once(
            "gateway",
            internal_private_jwk=json.dumps(TEST_KEY),
            public_url=PUBLIC_URL,
            development_issuer=True,
            sample_users_file=str(users),
            issuers=[{**VNEID, "jwks": public(RSA)}],
            service_clients=[MACHINE],
            rate_limits=unhurried,
            **{f"{name}_url": peer.url for name in ("catalog", "dossier", "notify", "survey")},
        )
        await door.receive(staff_changed(roles=["ADMIN", "ONE_STOP_OFFICER"]))
        yield door, peer


@pytest.fixture
def door(house: tuple[RunningService, Peer]) -> Iterator[RunningService]:
    """The door, nobody signed in by cookie, every route as patient as in service."""
    found, seen = house
    seen.seen.clear()
    whole = found.runtime.resources
    yield found
    found.runtime.resources = whole
    found.client.cookies.clear()


@pytest.fixture
def peer(house: tuple[RunningService, Peer]) -> Peer:
    """What stands for every service behind the door."""
    return house[1]
