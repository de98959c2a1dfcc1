"""What the portal answers is read only so far, packed or not, and under which statuses."""

import time
import zlib
from typing import Any

import orjson
import pytest

from services.gateway.clients.portal import transport as portal_transport
from services.gateway.clients.portal.transport import JsonExchange, decoded, open_portal_session
from services.gateway.domain.portal.answers.answer import (
    PortalBusy,
    PortalShut,
    PortalSilent,
    PortalWithout,
    read_answer,
)
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


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_a_fault_named_of_the_message_is_a_refusal_under_the_statuses_of_a_shut_door_too(
    peer: Peer, status: int
) -> None:
    """As REST frameworks say "no such procedure"; other words are those of who does not let it in."""
    assert await answered_under(peer, status, REFUSAL) == REFUSAL
    for other in ({"error_code": status, "message": "Not Found"}, {"error_code": 0, "message": "Thành công"}):
        with pytest.raises((PortalShut, PortalWithout), match=f"HTTP {status}"):
            await answered_under(peer, status, other)


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


SAID_TWICE = (
    b'{"error_code":0,"message":"Th\xc3\xa0nh c\xc3\xb4ng","errorCode":"-1"}',
    b'{"error_code":-1,"message":"MaTTHC","error_code":0,"message":"OK"}',
    b'{"error_code":0,"message":"MaTTHC is invalid","message":"OK"}',
    b'{"error_code":0,"message":"OK","Message":"MaTTHC is invalid"}',
    b'{"error_code":0,"message":"OK","result":[{"code":-1,"code":0}]}',
)


@pytest.mark.parametrize("raw", SAID_TWICE)
def test_of_what_an_answer_says_twice_the_worse_counts(raw: bytes) -> None:
    answer = read_answer(decoded(raw)).of_one()
    assert answer.is_doubtful or answer.code == -1
    assert not answer.is_success


def test_the_same_said_twice_is_said_once() -> None:
    answer = read_answer(decoded(b'{"error_code":0,"error_code":0,"message":"OK","Message":"OK"}')).of_one()
    assert (answer.is_success, answer.is_doubtful, answer.message) == (True, False, "OK")


@pytest.mark.parametrize(
    "beside",
    [
        {f"error{k}": f"khong co loi {k} " + "khong " * 300 for k in range(2000)},
        {"errors": [f"thanh cong {k} " + "a " * 900 for k in range(2000)]},
        {"errors": [[[f"thanh cong {i}" for _ in range(100)] for i in range(200)]]},
    ],
    ids=["members", "texts", "lists"],
)
def test_what_stands_beside_an_answer_is_judged_at_once_however_much_it_is(beside: dict[str, Any]) -> None:
    """Judging goes on in the process of the door; megabytes took half a minute of everybody's time."""
    began = time.process_time()
    answer = read_answer({"error_code": 0, "message": "Thành công", **beside}).of_one({"NoiDung": "khong co"})
    assert answer.is_doubtful
    assert time.process_time() - began < 1
