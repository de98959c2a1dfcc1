"""Every route, every caller, own and other agency, against the running services: nobody is forgotten.

`matrix.csv` is reviewed by people. A route without a line fails; so does an answer that is not the table's.
`AUTHORISATION=write` writes the table anew from what the services answer: read the difference first.
No request changes anything: the unit of work is rolled back where it would be committed.
"""

import json
import os
from collections.abc import AsyncIterator

import pytest

from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.clients.documents import read_documents, read_told
from services.gateway.domain.openapi import operation_of
from services.gateway.domain.routes import ROUTES, Route
from tests.integration.authorisation import table
from tests.integration.authorisation.asking import ask
from tests.integration.authorisation.callers import ELSEWHERE, everybody
from tests.integration.authorisation.world import World, build, routes

SHARED = {"POST /api/v1/result-look-ups"}
"""Results are used again by every agency: by identity number and purpose, and each look is logged."""


OVER_HTTP = {
    "/api/v1/dossiers/{id}/look-ups",
    "/api/v1/personal-paper-looks",
    "/api/v1/personal-papers",
}
"""The gateway asks the dossier service itself, over HTTP, which nobody serves here: held by its own tests."""


@pytest.fixture(scope="module")
async def world(start_once, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    made = await build(start_once, tmp_path_factory.mktemp("authorisation"))

    async def roll_back(unit: UnitOfWork) -> None:
        unit._writes, unit._events, unit._has_flushed = [], [], False
        await unit.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitOfWork, "commit", roll_back)
        yield made


@pytest.mark.timeout(300)
async def test_every_route_answers_every_caller_as_the_table_says(world: World) -> None:
    told: set[tuple[str, str]] = set()
    seen = await answered(world, told)
    shown = sorted(one for one in told if one[1] in strangers() and one[0] not in SHARED)
    assert shown == [], "told of what is not theirs"
    assert world.broken <= {""}, "refusals nobody promised"
    if os.environ.get("AUTHORISATION") == "write":
        table.write(seen)
    known = table.read()
    assert set(known) - set(seen) == set(), "lines of routes that are gone"
    wrong = [
        f"{route}: {name} got {sign}, the table says {known.get(route, {}).get(name, 'nothing')}"
        for route, signs in seen.items()
        for name, sign in signs.items()
        if known.get(route, {}).get(name) != sign
    ]
    assert wrong == []


def strangers() -> set[str]:
    """Return the columns of those who have nothing to do with the dossiers here."""
    elsewhere = {one.name for one in everybody() if one.agency == ELSEWHERE}
    return {"anonymous", "other person", *elsewhere}


def test_the_table_gives_nobody_more_than_the_policies_of_the_house() -> None:
    """What no review of the table may let through."""
    known, wrong = table.read(), []
    for route in routes():
        name = f"{route.method} {route.path}"
        line = known[name]
        if (line["anonymous"] == "?") is route.policy.is_public:
            wrong.append(f"{name}: who is nobody may use what is public, and nothing else")
        if table.BROKEN in line.values():
            wrong.append(f"{name}: a defect")
        if route.path.startswith("/api/v1/dossiers/{id}") and route.path not in OVER_HTTP:
            reached = [one for one in strangers() if line[one] not in {"?", "-", "h"}]
            wrong += [f"{name}: {one} reaches a dossier of others" for one in reached]
    assert wrong == []


async def answered(world: World, told: set[tuple[str, str]]) -> table.Table:
    """Ask everything as everybody; `told` learns who was told of the dossiers and the citizen here."""
    bodies = _bodies()
    versions = {state: await _version(world, seen) for state, seen in world.dossiers.items()}
    found: table.Table = {}
    told_only_here = [str(one["dossier_id"]).encode() for one in world.dossiers.values()]
    told_only_here += ["Nguyễn Văn An".encode(), b"099088000011"]
    for route in routes():
        state = next(name for name, seen in world.dossiers.items() if seen is world.dossier_for(route))
        headers = {
            "Content-Type": "application/json",
            "If-Match": f'"{versions[state]}"',
            "X-File-Name": "to-khai.pdf",
            "Tus-Resumable": "1.0.0",
        }
        line = {}
        for number, standing in enumerate(everybody()):
            key = f"{route.path}{number}"[-150:]
            sent = {**headers, **world.tokens[standing.name], "Idempotency-Key": key}
            body = bodies[route] if route.method != "GET" else b""
            if body:
                sent["Content-Length"] = str(len(body))
            heard = await ask(
                world.app,
                route.method,
                world.target(route),
                sent,
                body,
                is_stream=route.is_stream,
            )
            line[standing.name] = table.sign_of(heard.status)
            if route.service == "gateway":
                world.broken.add(heard.breaks("gateway", route.method, world.target(route)))
            if heard.status < 300 and any(word in heard.body for word in told_only_here):
                told.add((f"{route.method} {route.path}", standing.name))
        found[f"{route.method} {route.path}"] = line
    return found


async def _version(world: World, seen: dict[str, object]) -> int:
    owner = world.tokens["owner"]
    answer = await world.door.client.get(f"/api/v1/dossiers/{seen['dossier_id']}", headers=owner)
    return int(answer.json()["version"])


def _bodies() -> dict[Route, bytes]:
    documents, told = read_documents(), read_told()
    found = {}
    for route in ROUTES:
        described = operation_of(documents[route.service], route) if route.service in documents else None
        name = described[1]["operationId"] if described else ""
        shown = told.examples.get(route.service, {}).get(name, {})
        found[route] = json.dumps(shown["request"]).encode() if "request" in shown else b"{}"
    return found
