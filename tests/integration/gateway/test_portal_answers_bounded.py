"""What the portal answers is read only so far, packed or not, and under which statuses."""

import zlib
from typing import Any

import orjson
import pytest

from services.gateway.clients import portal_transport
from services.gateway.clients.portal_transport import JsonExchange, open_portal_session
from services.gateway.domain.portal_answers import PortalBusy, PortalSilent
from tests.integration.gateway.peer import Peer

MOST = 300_000


@pytest.mark.parametrize("is_packed", [False, True])
async def test_an_answer_that_grows_past_its_bound_is_silence(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, is_packed: bool
) -> None:
    """A list of all procedures is taken; a little that unpacks to much is not listened to."""
    monkeypatch.setattr(portal_transport, "MOST_BYTES", MOST)
    session = open_portal_session(2)
    exchange = JsonExchange(session, timeout_seconds=5)
    peer.headers = {"Content-Encoding": "gzip"} if is_packed else {}

    async def answered(length: int) -> object:
        said = b'"' + b"a" * length + b'"'
        peer.body = zlib.compress(said, wbits=31) if is_packed else said
        return await exchange.post(f"{peer.url}/mapi/g", {}, headers={})

    async with session:
        assert await answered(MOST - 2) == "a" * (MOST - 2)
        with pytest.raises(PortalSilent, match="dài hơn"):
            await answered(MOST)


REFUSAL = {"error_code": -1, "message": "Mã TTHC không tồn tại trong danh mục"}


async def answered_under(peer: Peer, status: int, body: Any) -> Any:
    peer.status, peer.body = status, body if isinstance(body, bytes) else orjson.dumps(body)
    session = open_portal_session(2)
    async with session:
        return await JsonExchange(session, timeout_seconds=5).post(f"{peer.url}/mapi/g", {}, headers={})


@pytest.mark.parametrize("status", [400, 409, 422])
@pytest.mark.parametrize("told", [REFUSAL, {**REFUSAL, "error_code": "-1"}, {"errorCode": 5}, [REFUSAL]])
async def test_a_refusal_in_words_is_one_under_the_statuses_of_validation(
    peer: Peer, status: int, told: Any
) -> None:
    """It was silence, asked again for ever, and its words stood nowhere."""
    assert await answered_under(peer, status, told) == told


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_the_words_of_a_server_in_trouble_are_kept_and_it_is_asked_again(
    peer: Peer, status: int
) -> None:
    with pytest.raises(PortalBusy, match=f"HTTP {status}: -1 Mã TTHC không tồn tại"):
        await answered_under(peer, status, REFUSAL)


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": 0, "message": "Thành công"},
        {"status": 400, "error": "Bad Request"},
        b"<html>Bad Request</html>",
        b"",
        [],
        None,
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [400, 500])
async def test_success_and_what_says_nothing_under_a_fault_is_silence(
    peer: Peer, status: int, body: Any
) -> None:
    with pytest.raises(PortalSilent, match=f"HTTP {status}$") as caught:
        await answered_under(peer, status, body)
    assert not caught.value.is_said
