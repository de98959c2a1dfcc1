"""Probes and metrics have a port of their own, in every role; the public port does not know them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from kernel.run import run_roles
from kernel.testing.running import RunningService
from stack.servers import free_port

PROBES = ("/livez", "/readyz", "/metrics")


@asynccontextmanager
async def working(jars: RunningService, role: str) -> AsyncIterator[tuple[str, str]]:
    """Do a role's work in this process; give the addresses of its operations port and its public one."""
    settings = jars.runtime.settings
    operations, public = (
        f"http://127.0.0.1:{settings.ops_port}",
        f"http://127.0.0.1:{settings.port}",
    )
    work = asyncio.create_task(run_roles(jars.runtime, role))
    try:
        await _await_answer(operations, work)
        yield operations, public
    finally:
        jars.runtime.stopping.set()
        await asyncio.wait_for(work, 30)


async def _await_answer(url: str, work: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(30):
        while True:
            assert not work.done(), "the role ended"
            try:
                await ask(f"{url}/livez")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return


async def ask(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.request(method, url, headers=headers)


def two_ports() -> dict[str, int]:
    return {"port": free_port(), "ops_port": free_port()}


@pytest.mark.parametrize("role", ["api", "consume", "relay", "jobs", "all"])
async def test_every_role_answers_for_itself_on_its_operations_port(start_jars, role):
    jars = await start_jars(**two_ports())
    async with working(jars, role) as (operations, _):
        assert (await ask(f"{operations}/livez")).json() == {"status": "alive"}
        assert (await ask(f"{operations}/readyz")).json() == {"status": "ready"}
        assert "python_info" in (await ask(f"{operations}/metrics")).text
        jars.runtime.sick[role] = "poison"
        sick = await ask(f"{operations}/readyz")
        assert (sick.status_code, sick.json()["detail"]) == (503, f"{role}: poison")
        assert (await ask(f"{operations}/livez")).status_code == 200


@pytest.mark.parametrize("path", PROBES)
async def test_the_public_port_knows_no_probe(start_jars, path):
    jars = await start_jars(**two_ports())
    async with working(jars, "api") as (_, public):
        answer = await ask(public + path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("role", ["consume", "relay", "jobs"])
async def test_a_role_without_citizens_has_no_public_port(start_jars, role):
    jars = await start_jars(**two_ports())
    async with working(jars, role) as (_, public):
        with pytest.raises(httpx.ConnectError):
            await ask(f"{public}/")


async def test_the_operations_port_serves_nothing_else(start_jars):
    jars = await start_jars()
    for path in ("/", "/v1/jars", "/openapi.json", "/livez/"):
        assert (await jars.operations.get(path)).status_code == 404
    assert (await jars.operations.post("/metrics")).status_code == 405


async def test_requests_are_measured_where_metrics_are_read(start_jars):
    jars = await start_jars()
    await jars.get("/v1/jars/not-a-uuid")
    assert 'http_requests_total{method="GET",service="jars"' in (await jars.operations.get("/metrics")).text


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
async def test_an_upgrade_we_do_not_offer_is_answered_plainly_and_not_logged(start_jars, caplog, upgrade):
    jars = await start_jars(**two_ports())
    async with working(jars, "api") as (_, public):
        answer = await ask(f"{public}/nowhere", Connection="Upgrade", Upgrade=upgrade)
        assert answer.status_code == 404
    assert [record.message for record in caplog.records if record.name.startswith("uvicorn")] == []
