"""The outside system: takes a step once, finishes it in its time, tells until the asker confirms."""

import json
from datetime import timedelta
from typing import Any, Self

import httpx

from sandbox.outside.app import create_app
from sandbox.outside.settings import OutsideSettings
from sandbox.outside.worker import Worker
from tests.unit.sandbox.portal_builders import MovableClock

REQUEST = {
    "request_id": "r-1",
    "dossier_code": "H99.101-261124-0001",
    "procedure_code": "1.001193",
    "step": "civil_status_registration",
    "callback_url": "http://dossier/v1/outside-results",
    "data": {"ho_ten_con": "Nguyễn Thị Con"},
}


class Asker:
    """The system that asked: hears callbacks and may be out of order."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.headers: list[httpx.Headers] = []
        self.statuses: list[int] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise httpx.ReadTimeout("no answer", request=request)
        self.heard.append(json.loads(request.content))
        self.headers.append(request.headers)
        return httpx.Response(status)


class OutsideUnderTest:
    """The outside system in memory; its worker works only when the test says so."""

    def __init__(self, **settings: Any) -> None:
        self.clock, self.asker = MovableClock(), Asker()
        app = create_app(
            OutsideSettings(**settings),
            clock=self.clock,
            callback=httpx.MockTransport(self.asker.answer),
        )
        self.worker: Worker = app.state.worker
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://outside")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def ask(self, **changed: Any) -> httpx.Response:
        return await self.http.post("/requests", json={**REQUEST, **changed})

    async def shown(self) -> dict[str, Any]:
        request: dict[str, Any] = (await self.http.get("/requests/r-1")).json()
        return request


async def test_a_request_is_accepted_finished_after_the_delay_and_told_with_evidence() -> None:
    async with OutsideUnderTest(delay_seconds=5, callback_key="khoa") as outside:
        accepted = await outside.ask()
        assert (accepted.status_code, accepted.json()) == (202, {"request_id": "r-1", "state": "working"})
        assert await outside.worker.work_once() == 0
        outside.clock.pass_by(timedelta(seconds=5))
        assert await outside.worker.work_once() == 1
        assert outside.asker.heard == [
            {
                "request_id": "r-1",
                "outcome": "completed",
                "evidence": {
                    "number": "0001/2026",
                    "book": "Sổ hộ tịch điện tử",
                    "signed_at": "2026-11-24T08:00:05+07:00",
                },
                "finished_at": "2026-11-24T08:00:05+07:00",
            }
        ]
        assert outside.asker.headers[0]["Authorization"] == "Bearer khoa"
        assert outside.asker.headers[0]["Idempotency-Key"] == "r-1"
        assert (await outside.shown())["state"] == "told"


async def test_the_same_request_is_worked_once_and_another_under_its_id_is_a_conflict() -> None:
    async with OutsideUnderTest(delay_seconds=0) as outside:
        assert [(await outside.ask()).status_code for _ in range(2)] == [202, 202]
        assert (await outside.ask(step="khác")).status_code == 409
        assert await outside.worker.work_once() == 1
        assert (await outside.ask()).json()["state"] == "told"
        assert await outside.worker.work_once() == 0
        assert len(outside.asker.heard) == 1


async def test_a_callback_is_repeated_with_longer_waits_until_it_is_confirmed() -> None:
    async with OutsideUnderTest(delay_seconds=0, first_retry_seconds=1, longest_retry_seconds=2) as outside:
        outside.asker.statuses = [503, 0, 500, 204]
        await outside.ask()
        assert await outside.worker.work_once() == 0
        assert "503" in (await outside.shown())["failure"]
        assert await outside.worker.work_once() == 0
        assert (await outside.shown())["attempts"] == 1
        attempts = []
        for _ in range(5):
            outside.clock.pass_by(timedelta(seconds=1))
            await outside.worker.work_once()
            attempts.append((await outside.shown())["attempts"])
        assert attempts == [2, 2, 3, 3, 4]
        assert (await outside.shown())["state"] == "told"
        assert len({json.dumps(heard) for heard in outside.asker.heard}) == 1


async def test_without_a_delay_a_person_decides_once() -> None:
    async with OutsideUnderTest(delay_seconds=None) as outside:
        await outside.ask()
        outside.clock.pass_by(timedelta(days=30))
        assert await outside.worker.work_once() == 0
        decided = {"outcome": "refused", "number": "12/2026"}
        done = await outside.http.post("/requests/r-1/completion", json=decided)
        assert done.status_code == 202
        assert (await outside.http.post("/requests/r-1/completion")).status_code == 409
        await outside.worker.work_once()
        (heard,) = outside.asker.heard
        assert (heard["outcome"], heard["evidence"]["number"]) == ("refused", "12/2026")


async def test_the_page_has_a_button_that_finishes_a_request() -> None:
    async with OutsideUnderTest(delay_seconds=None) as outside:
        await outside.ask()
        assert "page/requests/r-1/completion" in (await outside.http.get("/")).text
        assert (await outside.http.post("/page/requests/r-1/completion")).status_code == 303
        assert "Xong, chưa báo được" in (await outside.http.get("/")).text


async def test_an_asker_without_the_key_or_with_a_bad_address_is_refused() -> None:
    async with OutsideUnderTest(request_key="khoa") as outside:
        assert (await outside.ask()).status_code == 401
        headers = {"Authorization": "Bearer khoa"}
        bad = {**REQUEST, "callback_url": "khong-phai-dia-chi"}
        assert (await outside.http.post("/requests", json=bad, headers=headers)).status_code == 422
        assert (await outside.http.post("/requests", json=REQUEST, headers=headers)).status_code == 202
        assert (await outside.http.get("/requests/khong-co")).status_code == 404
