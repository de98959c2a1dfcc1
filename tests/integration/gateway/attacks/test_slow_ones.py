"""Heads and bodies that do not end, trickle or hide something."""

import asyncio
import re
from dataclasses import replace
from time import monotonic

import pytest

from kernel.testing.running import RunningService
from services.gateway.domain.limits import Streams
from tests.integration.gateway.attacks.conftest import SOON
from tests.integration.gateway.attacks.raw import Hasty, hasty, listening, said_to
from tests.integration.gateway.conftest import Open, token_of
from tests.integration.gateway.peer import Peer


async def test_a_head_that_does_not_end_is_not_waited_for(door: RunningService) -> None:
    async with listening(door, http=Hasty) as port:
        began = monotonic()
        head = (b"GET /api/v1/procedures HTTP/1.1\r\n", *(b"X-A: b\r\n" for _ in range(40)))
        answers = await asyncio.gather(said_to(port, *head, pause=0.05), said_to(port))
        good = await said_to(port, b"GET /openapi HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 408"] * 2
    assert monotonic() - began < SOON
    assert good.startswith(b"HTTP/1.1 404")


async def test_a_head_without_measure_is_not_kept(door: RunningService) -> None:
    async with listening(door) as port:
        answer = await said_to(port, b"GET / HTTP/1.1\r\nX-A: ", *[b"a" * 16_384] * 6)
    assert not answer or answer.startswith(b"HTTP/1.1 431")


async def test_what_follows_a_body_is_no_header(door: RunningService, peer: Peer) -> None:
    """A proxy takes names it sets itself out of the head; after the body nobody looks for them."""
    token = (await token_of(door, "can-bo-lan"))["Authorization"].encode()
    head = b"POST /api/v1/portal-questions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    tail = b"2\r\n{}\r\n0\r\nAuthorization: " + token + b"\r\nIdempotency-Key: k\r\n\r\n"
    after = b"GET /openapi HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with listening(door) as port:
        answer = await said_to(port, head + b"\r\n" + tail + after)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"401", b"404"], answer
    assert peer.seen == []


WITHOUT_MEASURE = {
    "trailers": b"0\r\n" + b"X-A: b\r\n" * 10_000,
    "one trailer": b"0\r\nX-A: " + b"a" * 90_000,
    "a piece's extension": b"1;" + b"a" * 90_000,
    "extensions": (b"1;" + b"a" * 200 + b"\r\n{\r\n") * 500,
}


@pytest.mark.parametrize("attack", WITHOUT_MEASURE)
async def test_what_stands_around_a_body_is_bounded(door: RunningService, attack: str) -> None:
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = WITHOUT_MEASURE[attack]
    parts = [sent[at : at + 8_192] for at in range(0, len(sent), 8_192)]
    async with listening(door) as port:
        began = monotonic()
        answer = await said_to(port, head, *parts, pause=0.001)
    assert not answer or answer.startswith(b"HTTP/1.1 431"), answer
    assert monotonic() - began < 0.8 * SOON


async def test_a_body_in_the_smallest_pieces_is_taken(door: RunningService, peer: Peer) -> None:
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    pieces = b"1\r\n{\r\n" + b"1\r\n \r\n" * 40_000 + b"1\r\n}\r\n0\r\n\r\n"
    parts = [pieces[at : at + 8_192] for at in range(0, len(pieces), 8_192)]
    async with listening(door) as port:
        answer = await said_to(port, head, *parts)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    assert len(peer.seen[-1].body) == 40_002


SLOW = {
    "to a service": ("POST /api/v1/attachments", "Content-Length: 9", b"{"),
    "to a service, in pieces": (
        "POST /api/v1/invitations/a/response",
        "Transfer-Encoding: chunked",
        b"1\r\n{\r\n",
    ),
    "to a service, long": ("POST /api/v1/attachments", "Content-Length: 900000", b"{"),
    "to the gateway": ("POST /api/v1/portal-questions", "Content-Length: 9", b"{"),
}


@pytest.mark.parametrize("attack", SLOW)
async def test_a_body_that_trickles_is_given_up(door: RunningService, peer: Peer, attack: str) -> None:
    address, length, part = SLOW[attack]
    token = (await token_of(door, "can-bo-lan"))["Authorization"]
    head = (
        f"{address} HTTP/1.1\r\n{length}\r\nHost: x\r\nAuthorization: {token}\r\nIdempotency-Key: k\r\n\r\n"
    )
    async with listening(hasty(door)) as port:
        began = monotonic()
        answer = await said_to(port, head.encode(), *[part] * 3, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408"), answer[:200]
    assert monotonic() - began < SOON
    assert peer.seen == []


async def test_slow_askers_do_not_make_a_service_look_dead(door: RunningService, peer: Peer) -> None:
    """Eight of them are more than the breaker's five failures in a row."""
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
    async with listening(hasty(door)) as port:
        answers = await asyncio.gather(*(said_to(port, head) for _ in range(8)))
    assert {answer[:12] for answer in answers} == {b"HTTP/1.1 408"}
    assert (await door.client.get("/api/v1/invitations/abc")).status_code == 200


async def test_bodies_of_one_asker_that_stall_leave_room_for_everybody_else(
    open_door: Open, peer: Peer
) -> None:
    """Some hundred of one address filled the room: 503 for all, at no cost to whoever sent them."""
    door = hasty(await open_door(trusted_proxies=1, rate_limits={"public": None}))
    door.runtime.resources = replace(door.runtime.resources, bodies=Streams(512, 4))
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\n"
    stalled = head + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
    whole = head + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
    async with listening(door) as port:
        held = [asyncio.ensure_future(said_to(port, stalled % b"10.0.0.1")) for _ in range(4)]
        while door.runtime.resources.bodies.count < len(held):
            await asyncio.sleep(0.01)
        refused, other = [await said_to(port, whole % one) for one in (b"10.0.0.1", b"10.0.0.2")]
        assert (refused[:12], other[:12]) == (b"HTTP/1.1 429", b"HTTP/1.1 200")
        assert {answer[:12] for answer in await asyncio.gather(*held)} == {b"HTTP/1.1 408"}
        assert (await said_to(port, whole % b"10.0.0.1")).startswith(b"HTTP/1.1 200")
    assert door.runtime.resources.bodies.count == 0
