"""An issuer that sends too much, packed, nonsense, or nothing for long: bounded, and nobody else waits."""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import aiohttp
import pytest

from kernel.testing.running import RunningService
from services.gateway.clients import key_sets, sign_in
from services.gateway.clients.bounded_json import MOST_BYTES
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.peer import Peer, a_peer
from tests.integration.gateway.test_signing_out import with_browser
from tests.integration.gateway.test_who_is_asking import (
    ISSUER,
    RSA,
    VNEID,
    an_outside_token,
    public,
    session_of,
)

BOMB = gzip.compress(b'{"a":"' + b"a" * 100_000_000 + b'"}', 9)
ANSWERS: dict[str, tuple[bytes, dict[str, str]]] = {
    "too long": (b'{"keys":[],"a":"' + b"a" * MOST_BYTES + b'"}', {}),
    "packed": (BOMB, {"content-encoding": "gzip"}),
    "not JSON": (b"<html>", {}),
    "no object": (b"[]", {}),
    "keys of nothing": (b'{"keys":[1]}', {}),
    "keys that are none": (b'{"keys":5}', {}),
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second stands for the seconds an issuer is given."""
    for module in (key_sets, sign_in):
        monkeypatch.setattr(module, "_TIMEOUT", aiohttp.ClientTimeout(total=0.5))


@pytest.fixture
async def other() -> AsyncIterator[Peer]:
    async with a_peer() as found:
        yield found


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_key_set_that_is_none_is_not_kept(open_door: Open, peer: Peer, answer: str) -> None:
    peer.body, peer.headers = ANSWERS[answer]
    door = await open_door(issuers=[{**VNEID, "jwks_url": f"{peer.url}/jwks"}])
    tracemalloc.start()
    refused = await session_of(door, an_outside_token(door))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert most < 20_000_000


async def callback(door: RunningService) -> Any:
    begun = await door.client.get(f"/session/login?issuer={ISSUER}")
    state = begun.headers["location"].partition("state=")[2].partition("&")[0]
    return await door.client.get(f"/session/callback?code=c&state={state}")


@pytest.mark.parametrize("answer", ["too long", "packed"])
async def test_a_token_answer_that_is_none_signs_nobody_in(open_door: Open, peer: Peer, answer: str) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    peer.body, peer.headers = ANSWERS[answer]
    refused = await callback(door)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "motcua_session" not in refused.cookies


@pytest.mark.parametrize("answer", ["too long", "no object"])
async def test_user_information_that_is_none_signs_nobody_in(
    open_door: Open, peer: Peer, other: Peer, answer: str
) -> None:
    door = await open_door(issuers=[with_browser(peer, userinfo_url=f"{other.url}/userinfo")])
    other.body, other.headers = ANSWERS[answer]
    begun = await door.client.get(f"/session/login?issuer={ISSUER}")
    asked = dict(part.split("=", 1) for part in begun.headers["location"].partition("?")[2].split("&"))
    token = an_outside_token(door, aud="cua-vao", nonce=asked["nonce"])
    peer.documents = {"/token": {"id_token": token, "access_token": "at"}}
    refused = await door.client.get(f"/session/callback?code=c&state={asked['state']}")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


async def test_a_silent_issuer_is_given_up_and_asked_again_later_only(open_door: Open, peer: Peer) -> None:
    peer.wait = asyncio.Event()
    door = await open_door(issuers=[{**VNEID, "jwks_url": f"{peer.url}/jwks"}])
    began = monotonic()
    answers = await asyncio.gather(*(session_of(door, an_outside_token(door, n=n)) for n in range(10)))
    peer.wait.set()
    assert {one.status_code for one in answers} == {503}
    assert monotonic() - began < 3
    assert len([one for one in peer.seen if one.path == "/jwks"]) == 1


async def test_a_silent_issuer_keeps_nobody_of_another_waiting(
    open_door: Open, peer: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sets, "_TIMEOUT", aiohttp.ClientTimeout(total=5))
    peer.wait = asyncio.Event()
    other.documents["/jwks"] = public(RSA)
    silent = "https://im-lang.example"
    door = await open_door(
        issuers=[
            {**VNEID, "issuer": silent, "jwks_url": f"{peer.url}/jwks"},
            {**VNEID, "jwks_url": f"{other.url}/jwks"},
        ]
    )
    waiting = asyncio.create_task(session_of(door, an_outside_token(door, iss=silent)))
    while not peer.seen:
        await asyncio.sleep(0.01)
    began = monotonic()
    assert (await session_of(door, an_outside_token(door))).status_code == 200
    assert monotonic() - began < 2
    assert not waiting.done()
    waiting.cancel()
    peer.wait.set()


async def test_a_silent_token_endpoint_is_given_up(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    peer.wait = asyncio.Event()
    began = monotonic()
    refused = await callback(door)
    peer.wait.set()
    assert (refused.status_code, monotonic() - began < 3) == (503, True)


async def test_how_somebody_signed_in_is_said_by_the_signed_token_alone(
    open_door: Open, peer: Peer, other: Peer
) -> None:
    """User information is not signed: a level or a moment told there raises nobody."""
    door = await open_door(issuers=[with_browser(peer, userinfo_url=f"{other.url}/userinfo")])
    now = int(door.clock.now().timestamp())
    other.documents["/userinfo"] = {"sub": "s-1", "acr": "LoA2", "auth_time": now}
    for query, status in (("", 303), ("&assurance=2", 400)):
        begun = await door.client.get(f"/session/login?issuer={ISSUER}{query}")
        asked = dict(part.split("=", 1) for part in begun.headers["location"].partition("?")[2].split("&"))
        token = an_outside_token(door, aud="cua-vao", nonce=asked["nonce"], IAL="")
        peer.documents = {"/token": {"id_token": token, "access_token": "at"}}
        back = await door.client.get(f"/session/callback?code=c&state={asked['state']}")
        assert back.status_code == status
        assert (await door.client.get("/api/v1/session")).json()["assurance_level"] == 0
    door.client.cookies.clear()
