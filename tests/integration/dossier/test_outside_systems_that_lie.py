"""An outside system that answers wrongly, or what stands before it: asked again, believed once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.dossier.clients.outside import OutsideCourier, open_courier
from services.dossier.commands.history import verify_history
from services.dossier.jobs.send_outside_requests import SEND_OUTSIDE_REQUESTS
from services.dossier.jobs.time_out_steps import TIME_OUT_STEPS
from services.dossier.use_cases.ports import OutsideRequest
from tests.builders.dossier.office import (
    GATEWAY,
    OUTSIDE_STEPS,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.integration.dossier.test_bound_calendars import COURT

Say = Callable[[dict[str, Any]], list[bytes]]
_PAUSE_SECONDS = 0.05
_PATIENCE_SECONDS = 1.0


def answered(body: bytes, *, status: str = "202 Accepted", kind: str = "application/json") -> list[bytes]:
    """Return an answer of HTTP."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return [head.encode() + body]


def receipt(asked: dict[str, Any]) -> list[bytes]:
    """Return what the shared software answers."""
    return answered(json.dumps({"request_id": asked["request_id"], "state": "working"}).encode())


def in_a_trickle(asked: dict[str, Any]) -> list[bytes]:
    del asked
    return [b"HTTP/1.1 202 Accepted\r\ncontent-length: 4000\r\n\r\n", *[b" "] * 4000]


class Peer:
    """A system on a real port, which takes every request and answers as it is told to."""

    def __init__(self) -> None:
        self.says: Say = receipt
        self.took: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            self.took.append((head.split("idempotency-key: ")[1].split("\r\n")[0], asked))
            for piece in self.says(asked):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(_PAUSE_SECONDS if len(piece) == 1 else 0)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # Who asked has hung up.
        finally:
            writer.close()


@asynccontextmanager
async def a_peer() -> AsyncIterator[Peer]:
    """Open a peer."""
    peer = Peer()
    server = await asyncio.start_server(peer._serve, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/requests"
    try:
        yield peer
    finally:
        server.close()


def a_request() -> OutsideRequest:
    """Return a request that waits."""
    request_id = uuid4()
    payload = {"request_id": str(request_id), "dossier_code": "H99.201-260303-0001", "step": "ho-tich"}
    return OutsideRequest(
        id=request_id, dossier_id=uuid4(), step="ho-tich", system="HO_TICH_DUNG_CHUNG", payload=payload
    )


async def sent(says: Say) -> tuple[str, int]:
    """Return what sending one request to a peer says, and how many the peer has taken."""
    async with a_peer() as peer, open_courier(peer.url, "khoa") as courier:
        peer.says = says
        patient = OutsideCourier(courier._client, peer.url, "khoa", seconds=_PATIENCE_SECONDS)
        return await patient.send(a_request()), len(peer.took)


def said(body: str, **how: str) -> Say:
    return lambda _: answered(body.encode(), **how)


TAKEN: dict[str, Say] = {
    "a receipt": receipt,
    "nothing": said("", status="204 No Content"),
    "a word": said("OK", kind="text/plain"),
    "good codes": said('{"error_code": "00", "message": "Thành công", "status": "OK", "error": null}'),
    "a receipt in other letters": lambda asked: answered(
        json.dumps({"RequestId": asked["request_id"].upper()}).encode()
    ),
}
NOT_TAKEN: dict[str, Say] = {
    "a page": said("<!DOCTYPE html><title>Bảo trì</title>", status="200 OK", kind="text/html"),
    "a page told as JSON": said("\n<html>đăng nhập</html>", status="200 OK"),
    "an error at 200": said('{"error_code": -1, "message": "hệ thống bận"}', status="200 OK"),
    "an error in words": said('{"success": false}', status="200 OK"),
    "an error as its name": said('{"error": "unauthorized"}', status="200 OK"),
    "a failed status": said('{"status": "FAILED"}', status="200 OK"),
    "another's receipt": said(json.dumps({"request_id": str(uuid4())})),
    "half an answer": said('{"request_id": "', status="200 OK"),
    "no end": lambda _: [b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", *[b"x" * 65_536] * 64],
    "a trickle": in_a_trickle,
    "hung up after it was taken": lambda _: [],
    "hung up amid the answer": lambda _: [b"HTTP/1.1 202 Accepted\r\ncontent-length: 90\r\n\r\n{"],
    "elsewhere": said("", status="302 Found"),
}


@pytest.mark.parametrize("how", TAKEN)
async def test_what_was_taken_is_not_asked_again(how: str) -> None:
    assert await sent(TAKEN[how]) == ("", 1)


@pytest.mark.parametrize("how", NOT_TAKEN)
async def test_a_good_status_alone_is_no_taking(how: str) -> None:
    """A maintenance page at 200 would leave the step unasked until its time was out."""
    failure, took = await sent(NOT_TAKEN[how])
    assert failure
    assert took == 1


async def _asking(office: Office) -> dict[str, Any]:
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    return {**seen, "request_id": str(await _column(office, "id", "ORDER BY id DESC LIMIT 1"))}


async def _column(office: Office, name: str, rest: str = "") -> Any:
    return await office.service.runtime.pool.fetchval(f"SELECT {name} FROM outside_requests {rest}")


def _turn(office: Office, peer: Peer) -> OutsideCourier:
    """Let the service ask this peer; it has no key for it, which is its own affair."""
    courier: OutsideCourier = office.service.runtime.resources.courier
    courier._url = peer.url
    return courier


async def _answer(office: Office, asked: dict[str, Any], **said: Any) -> tuple[int, Any]:
    body = {"request_id": asked["request_id"], "outcome": "completed", **said}
    answer = await office.service.post("/v1/outside-results", body, GATEWAY)
    told = answer.json()
    return answer.status_code, told.get("outcome") or told.get("code")


@pytest.fixture
async def asking(empty_office: Office) -> Office:
    """An office whose process has a step of an outside system."""
    return await empty_office.open(steps=OUTSIDE_STEPS)


async def test_a_slow_system_holds_up_no_request_to_another(asking: Office) -> None:
    """Behind one address stand several: what the first makes wait, the others are asked meanwhile."""
    for _ in range(3):
        await _asking(asking)
    async with a_peer() as peer:
        first: list[str] = []

        def slow_for_the_first(asked: dict[str, Any]) -> list[bytes]:
            first.append(asked["request_id"])
            return in_a_trickle(asked) if asked["request_id"] == first[0] else receipt(asked)

        peer.says = slow_for_the_first
        _turn(asking, peer)._seconds = _PATIENCE_SECONDS
        await asking.service.run_job(SEND_OUTSIDE_REQUESTS)
    rows = await asking.service.runtime.pool.fetch("SELECT id, state, last_failure FROM outside_requests")
    assert sorted(row["state"] for row in rows) == ["SENT", "SENT", "WAITING"]
    assert [row["last_failure"] for row in rows if row["state"] == "WAITING"] == ["TimeoutError"]
    assert {key for key, _ in peer.took} == {str(row["id"]) for row in rows}


async def test_an_answer_that_says_otherwise_than_the_first_is_refused(asking: Office) -> None:
    """Told as repeated, the system would believe that its correction had been taken."""
    asked = await _asking(asking)
    assert await _answer(asking, asked, evidence={"number": "1"}) == (200, "accepted")
    assert await _answer(asking, asked, outcome="COMPLETED ", evidence={"number": "1"}) == (200, "repeated")
    assert await _answer(asking, asked, outcome="rejected") == (409, "outside-answer-differs")
    assert (await asking.read(asked, SIGNER))["step"]["code"] == "ky"
    assert await _column(asking, "evidence") == {"number": "1"}


async def test_an_answer_that_names_another_dossier_or_step_is_refused(asking: Office) -> None:
    asked, other = await _asking(asking), await _asking(asking)
    code = (await asking.read(other, SIGNER))["dossier_code"]
    assert await _answer(asking, asked, dossier_code=code) == (422, "invalid")
    assert await _answer(asking, asked, step="kiem-tra") == (422, "invalid")
    own = (await asking.read(asked, SIGNER))["dossier_code"]
    asked["request_id"] = str(await _column(asking, "id", "ORDER BY id LIMIT 1"))
    assert await _answer(asking, asked, dossier_code=own, step="ho-tich") == (200, "accepted")
    assert (await asking.read(other, SIGNER))["step"]["code"] == "ho-tich"


async def test_an_answer_comes_before_its_request_was_sent_and_is_taken_once(asking: Office) -> None:
    """It was taken and the answer to us lost; nothing is asked any more."""
    asked = await _asking(asking)
    assert await _answer(asking, asked) == (200, "accepted")
    async with a_peer() as peer:
        _turn(asking, peer)
        await asking.service.run_job(SEND_OUTSIDE_REQUESTS)
    assert (peer.took, await _column(asking, "state")) == ([], "ANSWERED")


async def test_an_answer_after_the_step_was_left_another_way_is_kept_as_late(asking: Office) -> None:
    asked = await _asking(asking)
    why = {"note": "Đồng ý", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    seen = await asking.act(asked, "withdrawal", a_citizen(), note="Xin rút")
    await asking.act(seen, "withdrawal-decision", SIGNER, approved=True, **why)
    asking.service.clock.advance(timedelta(days=9))
    await asking.service.run_job(TIME_OUT_STEPS)
    assert await _column(asking, "state") == "ABANDONED"
    for _ in range(2):
        assert await _answer(asking, asked, evidence={"number": "7"}) == (200, "late")
    assert await _column(asking, "evidence") == {"late_answer": {"number": "7"}}
    assert await _answer(asking, {"request_id": str(uuid4())}) == (404, "not-found")


@pytest.mark.parametrize("is_answered", [True, False], ids=["changed", "never given"])
async def test_a_kept_answer_written_by_hand_decides_no_step(asking: Office, is_answered: bool) -> None:
    """An officer gets the step, with the reason in history."""
    asked = await _asking(asking)
    asked |= await asking.act(asked, "suspension", SIGNER, **COURT)
    if is_answered:
        assert await _answer(asking, asked, outcome="rejected", evidence={}) == (200, "kept")
    forged = (
        "UPDATE outside_requests SET state = 'KEPT', outcome = 'completed', answered_at = now(), evidence ="
        ' (coalesce(evidence, \'{"note": "", "by": "gateway"}\')::jsonb || \'{"evidence": {}}\')::json'
    )
    await asking.service.runtime.pool.execute(forged)
    await asking.act(asked, "suspension-end", SIGNER, reason="Xong")
    await asking.service.run_job(TIME_OUT_STEPS)
    assert (await asking.read(asked, SPECIALIST))["step"]["code"] == "kiem-tra"
    told = (await asking.service.published("dossier.step_completed.v1"))[-1]["data"]["change"]
    assert told["outcome"] == "RETURNED"


BY_HAND = {
    "the evidence of an answer": 'evidence = \'{"number": "8"}\'',
    "what was answered": "outcome = 'rejected'",
    "when": "answered_at = answered_at - interval '1 day'",
    "that it was": "state = 'WAITING', next_attempt_at = now()",
    "what was asked": "payload = '{}'",
    "of which dossier": "dossier_id = gen_random_uuid()",
}


@pytest.mark.parametrize("forgery", BY_HAND)
async def test_an_answer_changed_by_hand_is_found(
    asking: Office, forgery: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is asked of nobody again, and no word heard to it is taken."""
    asked = await _asking(asking)
    assert await _answer(asking, asked, evidence={"number": "7"}) == (200, "accepted")
    service = asking.service
    assert await verify_history(service.runtime, ()) == 0
    await service.runtime.pool.execute(f"UPDATE outside_requests SET {BY_HAND[forgery]}")
    assert await _answer(asking, asked, evidence={"number": "7"}) == (503, "row-changed")
    await service.run_job(SEND_OUTSIDE_REQUESTS)
    assert await _column(asking, "state") != "SENT"
    assert await verify_history(service.runtime, ()) == 1
    assert "outside_requests" in capsys.readouterr().out


async def test_a_request_taken_out_is_missed(asking: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """The step still waits for it."""
    await _asking(asking)
    await asking.service.runtime.pool.execute("DELETE FROM outside_requests")
    assert await verify_history(asking.service.runtime, ()) == 1
    assert "the request its step waits for is missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    "evidence",
    [{str(n): "x" for n in range(101)}, {"a": "x" * 1_100_000}, {"a": "\u0000"}, ["a"], "a"],
    ids=["too many", "too large", "a control", "a list", "a text"],
)
async def test_evidence_past_its_bounds_is_refused_and_the_step_waits(asking: Office, evidence: Any) -> None:
    asked = await _asking(asking)
    status, _ = await _answer(asking, asked, evidence=evidence)
    assert status in {400, 413, 422}
    assert (await asking.read(asked, SIGNER))["step"]["code"] == "ho-tich"
