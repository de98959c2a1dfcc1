"""Payments on the whole road: the simulated platform, the gateway's driver, the dossier service's ledger."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel.testing.fixed_clock import FixedClock
from kernel.testing.running import TEST_KEY, RunningService
from kernel.tls import authorities
from kernel.web.app import build_app
from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from services.gateway.jobs.portal.payments import PAYMENT_RECONCILIATION, PORTAL_PAYMENTS
from tests.builders.dossier.office import Office
from tests.builders.dossier.till import AFTER, MANAGER, Till, a_channel, a_fee, a_till
from tests.integration.conftest import service_named
from tests.integration.gateway.portal_wire import Recorder, faults_of, services
from tests.serving import served


class Later(httpx.AsyncBaseTransport):
    """The way down to a province that is built after the portal."""

    inner: httpx.ASGITransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.inner.handle_async_request(request)


@dataclass
class Road:
    """All three, and a hand that pays."""

    office: Office
    gateway: RunningService
    portal: httpx.AsyncClient
    clock: FixedClock
    wire: Recorder
    """Every message to the platform as it went over the wire."""

    async def carries(self) -> None:
        await self.gateway.run_job(PORTAL_PAYMENTS)

    async def asked(self) -> tuple[Till, dict[str, Any]]:
        """Return a dossier whose payment the platform has opened."""
        money = await a_till(self.office)
        request = await money.ask()
        await self.carries()
        return money, (await money.read())["requests"][-1] | {"asked": request}

    async def pays(self, reference: str, **how: Any) -> dict[str, Any]:
        answer = await self.portal.post(f"/sandbox/payments/{reference}", json=how)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def held(self, reference: str) -> dict[str, Any]:
        payments = (await self.portal.get("/sandbox/payments")).json()
        return next(one for one in payments if one["reference"] == reference)


def app_of(service: RunningService, name: str) -> Any:
    declared = service_named(name)
    app = build_app(declared.name, declared.title, declared.routers, service.runtime)
    if declared.extend_app is not None:
        declared.extend_app(app)
    return app


@pytest.fixture(scope="module")
async def road(
    start_once: Callable[..., Awaitable[RunningService]],
) -> AsyncIterator[Road]:
    clock, down = FixedClock(), Later()
    dossier = await start_once("dossier", clock=clock)
    async with AsyncExitStack() as stack:
        dossier_url = await stack.enter_async_context(served(app_of(dossier, "dossier")))
        wire = Recorder(create_app(PortalSettings(), clock=clock, province=down))
        portal_url = await stack.enter_async_context(served(wire))
        settings = {
            "internal_private_jwk": json.dumps(TEST_KEY),
            "dossier_url": dossier_url,
            "payment_url": f"{portal_url}/thanh-toan/giao-dich",
            "payment_list_url": f"{portal_url}/thanh-toan/danh-sach",
            "portal_timeout_seconds": 2,
        }
        gateway = await start_once("gateway", clock=clock, **settings)
        down.inner = httpx.ASGITransport(app=app_of(gateway, "gateway"))
        office = await Office(dossier).open(channels=[a_channel(a_fee(), AFTER)])
        portal = await stack.enter_async_context(httpx.AsyncClient(base_url=portal_url, verify=authorities()))
        yield Road(office, gateway, portal, clock, wire)


async def test_a_citizen_pays_and_the_platform_is_told_that_it_was_taken(road: Road) -> None:
    money, request = await road.asked()
    assert request["state"] == "OPEN"
    assert (await road.portal.get(request["pay_url"])).status_code == 200
    paid = await road.pays(request["reference"])
    assert [one["is_taken"] for one in paid["answers"]] == [True]
    told = await money.read()
    assert (told["paid"], told["outstanding"], told["requests"][0]["state"]) == (80_000, 0, "PAID")


async def test_news_told_twice_is_money_once_and_taken_twice(road: Road) -> None:
    money, request = await road.asked()
    paid = await road.pays(request["reference"], news="twice")
    assert [one["is_taken"] for one in paid["answers"]] == [True, True]
    assert (await money.read())["paid"] == 80_000


async def test_lost_news_is_found_by_asking(road: Road) -> None:
    money, request = await road.asked()
    await road.pays(request["reference"], news="lost", amount=60_000)
    await road.carries()
    assert (await money.read())["paid"] == 0
    road.clock.advance(timedelta(minutes=3))
    await road.carries()
    told = await money.read()
    assert (told["paid"], told["outstanding"]) == (60_000, 20_000)
    # What is told hours later changes nothing any more.
    road.clock.advance(timedelta(hours=3))
    late = (await road.portal.post(f"/sandbox/payments/{request['reference']}/news")).json()
    assert late["is_taken"] is True
    assert (await money.read())["paid"] == 60_000


async def test_forged_news_is_refused_kept_and_changes_nothing(road: Road) -> None:
    money, request = await road.asked()
    forged = await road.pays(request["reference"], news="forged")
    assert (forged["answers"][0]["answer"]["MaLoi"], forged["answers"][0]["is_taken"]) == ("99", False)
    assert (await money.read())["paid"] == 0
    rows = await road.office.service.runtime.pool.fetch(
        "SELECT outcome, data FROM payment_messages WHERE reference = $1", request["reference"]
    )
    assert [(row["outcome"], row["data"]["MaGiaoDich"]) for row in rows] == [("refused", "GDGIA")]
    assert (await road.pays(request["reference"]))["answers"][0]["is_taken"] is True


async def test_a_platform_that_is_away_is_told_later_and_a_lost_answer_opens_once(road: Road) -> None:
    await road.portal.put("/sandbox/faults", json={"down": {"value": True, "times": 1, "service": "INIT"}})
    money, request = await road.asked()
    assert (request["state"], request["pay_url"]) == ("WAITING", None)
    lost = {"lose_answer_after_applying": {"value": "cut", "times": 1, "service": "INIT"}}
    await road.portal.put("/sandbox/faults", json=lost)
    for _ in range(2):
        road.clock.advance(timedelta(seconds=10))
        await road.carries()
    told = (await money.read())["requests"][0]
    assert (told["state"], bool(told["pay_url"])) == ("OPEN", True)
    await road.pays(request["reference"])
    assert (await money.read())["paid"] == 80_000


async def test_news_while_the_dossier_service_is_away_is_not_confirmed(road: Road) -> None:
    money, request = await road.asked()
    payments = road.gateway.runtime.resources.portal.payments
    service = payments._dossiers._service
    right, service._url = service._url, "http://127.0.0.1:9"
    paid = await road.pays(request["reference"])
    service._url = right
    assert paid["answers"][0]["answer"]["MaLoi"] == "99"
    assert (await road.portal.post(f"/sandbox/payments/{request['reference']}/news")).json()["is_taken"]
    assert (await money.read())["paid"] == 80_000


async def test_what_the_platform_answers_nothing_for_is_asked_about_later(road: Road) -> None:
    money, request = await road.asked()
    await road.pays(request["reference"], news="lost")
    road.clock.advance(timedelta(minutes=3))
    down = {"value": True, "times": 1, "service": "QUERY"}
    await road.portal.put("/sandbox/faults", json={"down": down})
    for _ in range(2):
        await road.carries()
    assert (await money.read())["paid"] == 0
    road.clock.advance(timedelta(minutes=3))
    await road.carries()
    assert (await money.read())["paid"] == 80_000


async def test_the_portal_asks_by_code_and_only_the_adapter_may(road: Road) -> None:
    money = await a_till(road.office)
    path = "/VXPAdapter/RestService/forward/tracuuthanhtoan"
    asked = {"MaHoSo": money.dossier["reference"]}
    assert (await road.gateway.client.post(path, json=asked)).status_code == 401
    key = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
    answer = (await road.gateway.client.post(path, json=asked, headers=key)).json()
    assert (answer["error_code"], answer["message"]["PhiLePhi"][0]["SoTien"]) == (1, "50000")
    assert faults_of("Bill", answer, "2024") == faults_of("Owed", answer["message"], "2024") == []
    assert "" in answer["message"].values()
    unknown = await road.gateway.client.post(path, json={"MaHoSo": "KHONG"}, headers=key)
    assert unknown.json() == {"error_code": -1, "message": []}
    await money.take(80_000)
    settled = await road.gateway.client.post(path, json=asked, headers=key)
    assert settled.json()["error_code"] in {0, 1}


async def test_yesterdays_list_is_held_against_the_books(road: Road) -> None:
    money, request = await road.asked()
    day = road.clock.now().date().isoformat()
    await road.pays(request["reference"], news="lost")
    road.clock.advance(timedelta(hours=30))
    await road.gateway.run_job(PAYMENT_RECONCILIATION)
    listed = (await road.office.service.get("/v1/payment-differences?limit=100", MANAGER)).json()["items"]
    ours = [one for one in listed if one["reference"] == request["reference"]]
    assert [(one["kind"], one["day"]) for one in ours] == [("MISSING_HERE", day)]
    await road.carries()
    assert (await money.read())["paid"] == 80_000


async def test_what_goes_to_the_platform_and_back_is_the_contracts_field_by_field(road: Road) -> None:
    """Section 19: both of our messages with their answers, its result with our reply, from their bytes."""
    _, request = await road.asked()
    _, other = await road.asked()
    paid = await road.pays(request["reference"], news="twice")
    await road.pays(other["reference"], news="lost")
    road.clock.advance(timedelta(hours=2))
    await road.carries()
    seen, faults = set(), []
    for call in road.wire.calls:
        kind = call.body.get("LoaiBanTin") if isinstance(call.body, dict) else None
        if kind not in services() or call.status != 200:
            continue
        if call.body["MaThamChieu"] not in {request["reference"], other["reference"]}:
            continue
        seen.add(kind)
        faults += faults_of(services()[kind].request, call.body, "2024", f"{kind} ")
        if call.answered.endswith(b"}"):
            faults += faults_of(services()[kind].answer, json.loads(call.answered), "2024", f"{kind} answer ")
    assert (faults, seen) == ([], {"INIT", "QUERY"})
    for one in paid["answers"]:
        assert faults_of("PaymentReply", one["answer"], "2024") == [], one
