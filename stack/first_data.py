"""The sample province on its way: handed to the catalogue, published, taken in by every service."""

import asyncio
import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import Clock
from kernel.service import Service
from kernel.web.auth import TokenSigner
from stack.keys import Keys
from stack.servers import StackError

_WAITING = "SELECT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL)"
_VERSION_NEEDED = 428
"""There is one already, which is changed only by who names its version."""
_RECEIVED = "SELECT count(DISTINCT event_id) FROM inbox WHERE event_id = ANY($1::uuid[])"


def load_province(document: dict[str, Any], port: int, keys: Keys, clock: Clock) -> None:
    """Hand the sample province to the catalogue, as an operator would; the same again changes nothing."""
    operator = Caller(subject="stack", kind=CallerKind.SERVICE, roles=frozenset({"catalog.import"}))
    token, _ = TokenSigner(keys.internal_private_jwk, clock).sign(operator)
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"province-{time.time_ns()}",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/v1/imports", body, headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    if answer.status >= 300:  # noqa: PLR2004 - anything but success.
        raise StackError(f"the sample province was refused ({answer.status}): {said[:4_000]}")


def load_points(points: Sequence[dict[str, Any]], port: int, keys: Keys, clock: Clock) -> None:
    """Found the sample province's one-stop points as its editor would; one that is there stays as it is."""
    editor = Caller(
        subject="can-bo-danh-muc",
        kind=CallerKind.STAFF,
        roles=frozenset({"CATALOG_EDITOR"}),
        name="Trần Thị Danh",
        agency="H99",
        unit="van-phong",
    )
    token, _ = TokenSigner(keys.internal_private_jwk, clock).sign(editor)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for point in points:
        body = json.dumps({name: value for name, value in point.items() if name != "code"})
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"point-{time.time_ns()}",
        }
        connection.request("PUT", f"/v1/one-stop-points/{point['code']}", body.encode(), headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        if answer.status >= 300 and answer.status != _VERSION_NEEDED:  # noqa: PLR2004 - anything but success.
            raise StackError(
                f"the one-stop point {point['code']} was refused ({answer.status}): {said[:1_000]}"
            )
    connection.close()


async def await_published(dsn: str) -> None:
    """Wait until the catalogue's outbox is empty, so that the others find its state when they start."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(60):
            # Another process empties it: there is no event here to be woken by.
            while await connection.fetchval(_WAITING):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def await_known(services: dict[str, Service], databases: Mapping[str, str]) -> None:
    """Wait until every service has taken in what the catalogue published for it."""
    catalog = await asyncpg.connect(databases["catalog"])
    try:
        for name, service in services.items():
            types = [handler.event_type for handler in service.handlers]
            rows = await catalog.fetch("SELECT event_id FROM outbox WHERE type = ANY($1)", types)
            await _await_received(databases[name], [row["event_id"] for row in rows])
    finally:
        await catalog.close()


async def _await_received(dsn: str, events: list[Any]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(120):
            # The service's own process writes the rows: there is no event here to be woken by.
            while await connection.fetchval(_RECEIVED, events) < len(events):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise StackError("a service did not take in the catalogue within two minutes; see its log") from None
    finally:
        await connection.close()
