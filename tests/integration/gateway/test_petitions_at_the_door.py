"""Petitions pass the door slowly, small, and by whom they concern."""

import json

from kernel.testing.running import RunningService
from services.gateway.domain.pace import pace_class
from tests.integration.gateway.conftest import token_of
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_who_is_asking import staff_changed

OPEN = "/api/v1/open-petitions"


async def test_a_flood_from_one_address_is_stopped_at_the_door(door: RunningService, peer: Peer) -> None:
    """Ten, then one every five seconds; another address is not slowed down by it."""
    statuses = [(await door.client.post(OPEN, json={})).status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert len(peer.seen) == 10
    assert pace_class("/api/v1/petition-look-ups", None) == "tracking"


async def test_a_body_past_its_size_reaches_no_service(door: RunningService, peer: Peer) -> None:
    answer = await door.client.post(OPEN, content=json.dumps({"text": "x" * 70_000}))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert peer.seen == []


async def test_who_may_pass_with_what(door: RunningService, peer: Peer) -> None:
    """A citizen sends and follows; an officer works; nobody without a token does either."""
    number = "0193a5c2-7d00-7a10-8000-0000000000aa"
    citizen, own = await token_of(door, "cong-dan-an"), "/api/v1/petitions"
    await door.receive(staff_changed())
    officer = await token_of(door, "can-bo-lan")
    for path, by_citizen, by_officer in (
        (own, 200, 403),
        (f"{own}/{number}/rating", 200, 403),
        (f"{own}/{number}/answer", 403, 200),
        (f"{own}/{number}/forwarding", 403, 200),
        ("/api/v1/portal-petitions", 403, 403),
    ):
        told = [
            (await door.client.post(path, json={}, headers=who)).status_code for who in (citizen, officer, {})
        ]
        assert told == [by_citizen, by_officer, 401], path
