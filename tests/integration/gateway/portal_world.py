"""The gateway between the simulated portal and a dossier service, on real sockets."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from kernel.testing.running import TEST_KEY, RunningService, an_event
from kernel.tls import authorities
from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from tests.integration.gateway.portal_dossier_service import DossierService
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_wire import Recorder
from tests.serving import served

_TOKEN_LASTS = timedelta(minutes=5)

STAFF = {"quan-tri": "ADMIN", "giam-sat": "SUPERVISOR", "can-bo": "ONE_STOP_OFFICER"}


async def _let_staff_in(gateway: RunningService) -> None:
    for subject, role in STAFF.items():
        data = {"subject": subject, "name": subject, "agency": "H99", "unit": "", "roles": [role]}
        data |= {"valid_from": None, "valid_to": None, "delegations": [], "leaves": []}
        await gateway.receive(an_event("staff.changed.v1", subject, data))


@dataclass
class World:
    """The gateway between both, and a hand on the portal's switches."""

    gateway: RunningService
    dossiers: DossierService
    portal: httpx.AsyncClient
    wire: Recorder
    """Every call to the portal as it went over the wire."""
    _tokens: dict[str, str] = field(default_factory=dict)
    _tokens_until: dict[str, datetime] = field(default_factory=dict)
    _heard: dict[UUID, int] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, who: str = "quan-tri", body: Any = None, *, seen: str = ""
    ) -> httpx.Response:
        """Call the door as one of the staff."""
        now = self.gateway.clock.now()
        if who not in self._tokens or self._tokens_until.get(who, now) <= now:
            self._tokens_until[who] = now + _TOKEN_LASTS
            form = {"grant_type": "urn:motcua:development", "subject": who}
            answer = await self.gateway.client.post("/oidc/token", data=form)
            self._tokens[who] = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Idempotency-Key": uuid4().hex}
        headers |= {"If-Match": seen} if seen else {}
        return await self.gateway.client.request(method, path, json=body, headers=headers)

    async def faults(self, **switched: Any) -> None:
        answer = await self.portal.put("/sandbox/faults", json=switched)
        assert answer.status_code == 200, answer.text

    async def hears(self, *dossiers: ADossier) -> None:
        """Hand the gateway every event of these dossiers, interleaved as they happened."""
        self.dossiers.knows(*dossiers)
        events = [event for one in dossiers for event in one.events]
        await self.gateway.receive(*sorted(events, key=lambda event: event.occurred_at))

    async def hears_on(self, *dossiers: ADossier) -> None:
        """Hand the gateway what happened since it last heard of these dossiers."""
        self.dossiers.knows(*dossiers)
        events = [event for one in dossiers for event in one.events[self._heard.get(one.id, 0) :]]
        self._heard.update({one.id: len(one.events) for one in dossiers})
        await self.gateway.receive(*sorted(events, key=lambda event: event.occurred_at))

    async def sends(self) -> int:
        """Let the sender send what is due."""
        return int(await self.gateway.runtime.resources.portal.sender.drain())

    async def settles(self, rounds: int = 60) -> None:
        """Let time pass and the sender send until nothing is left to tell."""
        open_rows = "SELECT count(*) FROM portal_ledger WHERE state <> 'CONFIRMED'"
        for _ in range(rounds):
            await self.sends()
            if not await self.gateway.runtime.pool.fetchval(open_rows):
                return
            self.passes(seconds=400)
        raise AssertionError(await self.gateway.runtime.pool.fetch("SELECT * FROM portal_ledger"))

    async def statuses(self, code: str) -> list[str]:
        """What the portal kept, in order of arrival; a repeat would show as another entry or a count."""
        answer = await self.portal.get(f"/sandbox/dossiers/{code}")
        if answer.status_code == 404:
            return []
        kept = answer.json()["statuses"]
        assert all(item["count"] == 1 for item in kept), kept
        return [item["status"] for item in kept]

    async def progress(self, code: str) -> list[dict[str, Any]]:
        answer = await self.portal.get(f"/sandbox/dossiers/{code}")
        return list(answer.json()["progress"])

    async def states(self, dossier_id: UUID) -> list[str]:
        rows = await self.gateway.runtime.pool.fetch(
            "SELECT state FROM portal_ledger WHERE dossier_id = $1 ORDER BY version, part", dossier_id
        )
        return [row["state"] for row in rows]

    def passes(self, **duration: float) -> None:
        self.gateway.clock.advance(timedelta(**duration))


def _sample_users() -> str:
    staff = [
        {"subject": subject, "name": subject, "agency": "H99", "roles": [role], "position": ""}
        for subject, role in STAFF.items()
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({"people": [], "staff": staff}, file)
    return file.name


@asynccontextmanager
async def a_world(start: Any, sandbox: PortalSettings | None = None, **settings: Any) -> AsyncIterator[World]:
    """Build the world; `settings` are the gateway's."""
    dossiers = DossierService()
    recorded = Recorder(create_app(sandbox or PortalSettings()))
    async with served(dossiers.app()) as dossier_url, served(recorded) as portal_url:
        dossiers.url = dossier_url
        gateway = await start(
            "gateway",
            **{
                "internal_private_jwk": json.dumps(TEST_KEY),
                "dossier_url": dossier_url,
                "portal_url": portal_url,
                "portal_timeout_seconds": 2,
                "development_issuer": True,
                "sample_users_file": _sample_users(),
                **settings,
            },
        )
        await _let_staff_in(gateway)
        async with httpx.AsyncClient(base_url=portal_url, verify=authorities()) as hand:
            yield World(gateway, dossiers, hand, recorded)
