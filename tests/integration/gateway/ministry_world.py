"""The gateway between a simulated ministry and a real dossier service, each on a socket of its own."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from kernel.testing.running import TEST_KEY, RunningService, an_event
from kernel.tls import authorities
from sandbox.ministry.app import create_app
from sandbox.ministry.settings import MinistrySettings
from services.gateway.jobs import connectors
from tests.builders.dossier.office import COMMUNE, PROCEDURE, SPECIALIST, Office
from tests.integration.gateway.portal_world import _let_staff_in, _sample_users
from tests.serving import served

SOURCE = "BCA-TTHC"
PUSH = f"/connectors/{SOURCE}/statuses"
PUSH_KEY = {"X-Connector-Key": "khoa-gui-thu-nghiem"}
FIELDS = {
    "outside_code": "maHoSo",
    "procedure": "maThuTuc",
    "agency": "donVi",
    "owner_name": "chuHoSo",
    "submitted_at": "ngayNop",
    "accepted_at": "ngayTiepNhan",
    "due_at": "ngayHenTra",
    "status": "trangThai",
    "status_text": "noiDung",
    "at": "thoiDiem",
    "secret": "maTraCuu",
}
CITIZENS = (
    ("cong-dan-an", "Nguyễn Văn An", "099088000011"),
    ("cong-dan-binh", "Trần Thị Bình", "099192000022"),
)
STATUSES = {"TIEP_NHAN": "2", "DANG_XU_LY": "4", "CO_KET_QUA": "9", "DA_TRA": "10"}


def a_connector(url: str = "", folder: str = "", **changed: Any) -> dict[str, Any]:
    """Return the configuration of the simulated ministry."""
    return {
        "name": SOURCE,
        "title": "Hệ thống của bộ",
        "route": "MINISTRY",
        "fields": FIELDS,
        "procedures": {"TT-01": PROCEDURE},
        "statuses": STATUSES,
        "agencies": {"P-BENLAM": COMMUNE},
        "pull": {"url": f"{url}/api/thay-doi", "key": "lay", "page_size": 3, "timeout_seconds": 1}
        if url
        else None,
        "push": {"key": "gui"},
        "drop": {"folder": folder, "most_bytes": 200_000, "most_rows": 500} if folder else None,
        **changed,
    }


def told(status: str = "TIEP_NHAN", at: str = "2026-03-02T09:00:00+07:00", **changed: Any) -> dict[str, Any]:
    """Return a change as the ministry writes it."""
    return {
        "maHoSo": "G01-260302-0000123",
        "maThuTuc": "TT-01",
        "donVi": "P-BENLAM",
        "chuHoSo": "Trần Thị Bình",
        "ngayNop": "2026-03-02T08:00:00+07:00",
        "trangThai": status,
        "thoiDiem": at,
        **changed,
    }


@dataclass
class Ministries:
    """The gateway, the dossier service behind it, and a hand on the ministry."""

    gateway: RunningService
    office: Office
    ministry: httpx.AsyncClient
    folder: Path
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    async def opens(self, code: str, procedure: str = "TT-01", agency: str = "P-BENLAM") -> None:
        body = {"code": code, "procedure": procedure, "agency": agency, "owner": "Trần Thị Bình"}
        answer = await self.ministry.post("/sandbox/dossiers", json={**body, "secret": "k7m2qx9a"})
        assert answer.status_code == 201, answer.text

    async def changes(self, code: str, status: str, minutes_ago: float = 0) -> None:
        body = {"status": status, "minutes_ago": minutes_ago}
        answer = await self.ministry.post(f"/sandbox/dossiers/{code}/changes", json=body)
        assert answer.status_code == 201, answer.text

    async def faults(self, **switched: int) -> None:
        assert (await self.ministry.put("/sandbox/faults", json=switched)).status_code == 200

    def passes(self, seconds: float) -> None:
        """Let time pass for everybody."""
        for clock in (self.gateway.clock, self.office.service.clock):
            clock.advance(timedelta(seconds=seconds))

    async def pulls(self) -> None:
        """Let a minute pass, ask for pages and tell what they said."""
        self.passes(61)
        await self.gateway.run_job(connectors.CONNECTOR_PULL)
        await self.tells()

    async def tells(self) -> None:
        await self.gateway.run_job(connectors.CONNECTOR_FEED)

    async def looks(self) -> None:
        """Look into the folder twice, as the job does, and tell what was found."""
        for _ in range(2):
            await self.gateway.run_job(connectors.CONNECTOR_FILES)
        await self.tells()

    async def pushes(self, *items: Any, key: dict[str, str] | None = None) -> httpx.Response:
        headers = PUSH_KEY if key is None else key
        return await self.gateway.client.post(PUSH, json={"items": list(items)}, headers=headers)

    async def mirror(self, code: str = "G01-260302-0000123") -> dict[str, Any] | None:
        """Return the mirror as an officer of its agency sees it."""
        page = (await self.office.service.get("/v1/mirrored-dossiers?limit=100", SPECIALIST)).json()
        found: list[dict[str, Any]] = [one for one in page["items"] if one["outside_code"] == code]
        assert len(found) < 2
        return found[0] if found else None

    async def statuses(self, code: str = "G01-260302-0000123") -> list[int]:
        mirror = await self.mirror(code)
        return [one["status"] for one in mirror["statuses"]] if mirror else []

    async def ask(self, path: str = "", **query: Any) -> Any:
        answer = await self.calls("GET", f"/api/v1/connectors{path}", "giam-sat", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def calls(
        self, method: str, path: str, who: str, *, version: int | None = None, **options: Any
    ) -> httpx.Response:
        """Call the door as one of the staff."""
        now = self.gateway.clock.now()
        token, until = self._tokens.get(who, ("", now))
        if until <= now:
            form = {"grant_type": "urn:motcua:development", "subject": who}
            answer = await self.gateway.client.post("/oidc/token", data=form)
            token = answer.json()["access_token"]
            self._tokens[who] = (token, now + timedelta(minutes=5))
        headers = {**self.gateway.headers(version=version), "Authorization": f"Bearer {token}"}
        return await self.gateway.client.request(method, path, headers=headers, **options)

    async def maps(self, kind: str, outside: str, ours: str, seen: int = 0) -> httpx.Response:
        body = {"kind": kind, "outside": outside, "ours": ours}
        path = f"/api/v1/connectors/{SOURCE}/mappings"
        return await self.calls("PUT", path, "quan-tri", version=seen, json=body)

    async def deliveries(self) -> list[dict[str, Any]]:
        return list((await self.ask(f"/{SOURCE}/deliveries"))["items"])

    async def waiting(self, **query: Any) -> list[dict[str, Any]]:
        return list((await self.ask(f"/{SOURCE}/records", **query))["items"])


@asynccontextmanager
async def on_a_socket(service: RunningService) -> AsyncIterator[str]:
    """Serve a running service on a free loopback port."""
    app = service.client._transport.app  # type: ignore[attr-defined]  # the application itself, in a socket's clothes
    async with served(app) as url:
        yield url


def _with_officer(file: str, folder: Path) -> str:
    """Return sample users with the specialist of the commune among them."""
    document = json.loads(Path(file).read_text(encoding="utf-8"))
    document["staff"].append(
        {
            "subject": SPECIALIST.subject,
            "name": "Bùi Thị Lan",
            "agency": COMMUNE,
            "unit": SPECIALIST.unit,
            "roles": ["SPECIALIST"],
            "position": "",
        }
    )
    for subject, name, number in CITIZENS:
        person = {"subject": subject, "name": name, "identity_number": number, "account_type": "CITIZEN"}
        document["people"].append(person)
    users = folder / "users.json"
    users.write_text(json.dumps(document), encoding="utf-8")
    return str(users)


@asynccontextmanager
async def a_ministry(
    start: Any, folder: Path, steps: Any = None, **changed: Any
) -> AsyncIterator[Ministries]:
    """Build it all; `changed` is of the connector."""
    async with AsyncExitStack() as stack:
        office = await Office(await start("dossier")).open(steps=steps)
        dossier_url = await stack.enter_async_context(on_a_socket(office.service))
        drops = folder / "drops"
        ministry_url = await stack.enter_async_context(
            served(create_app(MinistrySettings(files_folder=drops), clock=office.service.clock))
        )
        gateway = await start(
            "gateway",
            internal_private_jwk=json.dumps(TEST_KEY),
            dossier_url=dossier_url,
            development_issuer=True,
            sample_users_file=_with_officer(_sample_users(), folder),
            population_url=f"{ministry_url}/csdl/dan-cu",
            business_url=f"{ministry_url}/csdl/doanh-nghiep",
            database_key="khoa-csdl-thu-nghiem",
            database_timeout_seconds=0.5,
            papers_url=ministry_url,
            papers_prefix="/XrdAdapter/RestService/forward",
            papers_username="tinh-mau",
            papers_password="mat-khau-thu-nghiem",
            connectors=[a_connector(ministry_url, str(drops), **changed)],
            connector_keys={"lay": "khoa-lay-thu-nghiem", "gui": "khoa-gui-thu-nghiem"},
        )
        await _let_staff_in(gateway)
        officer = {"subject": SPECIALIST.subject, "name": "Bùi Thị Lan", "agency": COMMUNE}
        officer |= {"unit": SPECIALIST.unit, "roles": ["SPECIALIST"], "valid_from": None, "valid_to": None}
        told_of = {**officer, "delegations": [], "leaves": []}
        await gateway.receive(an_event("staff.changed.v1", SPECIALIST.subject, told_of))
        hand = await stack.enter_async_context(httpx.AsyncClient(base_url=ministry_url, verify=authorities()))
        yield Ministries(gateway, office, hand, drops)
