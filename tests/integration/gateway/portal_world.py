"""The world around the gateway's portal side, on real sockets: the simulated portal, a dossier service."""

import asyncio
import base64
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.testing.running import TEST_KEY, RunningService, an_event
from kernel.tls import authorities
from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal_ledger import STATUS_OF_STATE
from tests.integration.gateway.portal_wire import Recorder
from tests.serving import served

EIGHT = datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)
PROCEDURE = {"code": "1.004873", "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "sector": "G15-TP07"}
AGENCY = {"code": "H99.201", "name": "Ủy ban nhân dân phường Bến Lam"}


@dataclass
class ADossier:
    """A dossier as the dossier service would tell it, one event a change."""

    origin: str = "HERE"
    id: UUID = field(default_factory=uuid4)
    code: str = ""
    portal_code: str | None = None
    procedure: dict[str, str] = field(default_factory=lambda: dict(PROCEDURE))
    state: str = ""
    version: int = 0
    at: datetime = EIGHT
    accepted_at: datetime | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    recalled: list[dict[str, Any]] = field(default_factory=list)
    route: str = "PROVINCE"
    views: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.code = self.code or f"H99.201-260303-{self.id.int % 10_000_000:07d}"
        if self.origin != "COUNTER":
            self.went("submitted", "SUBMITTED")

    def went(self, name: str, state: str = "", *, after_minutes: int = 5) -> "ADossier":
        """Let something happen to it."""
        before, self.state = self.state or None, state or self.state
        self.version += 1
        self.at += timedelta(minutes=after_minutes)
        if name == "accepted":
            self.accepted_at = self.at
        self._tell(name, before)
        return self

    def went_to(self, route: str) -> "ADossier":
        """Let its route be changed."""
        self.route = route
        self.went("work_noted")
        self.events[-1].data["change"]["noted"] = "ROUTE_CHANGED"
        return self

    def to_the_end(self) -> "ADossier":
        """Accept, hand over, issue and return."""
        self.went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
        return self.went("result_issued", "RESULT_READY").went("returned", "RETURNED")

    def _tell(self, name: str, before: str | None) -> None:
        shown = {
            "dossier_id": str(self.id),
            "reference": f"R-{self.id.hex[:8].upper()}",
            "dossier_code": self.code if self.accepted_at else None,
            "portal_code": self.portal_code,
            "origin": self.origin,
            "channel": "ONLINE",
            "route": self.route,
            "procedure": self.procedure,
            "procedure_version": 1,
            "helping_agency": AGENCY,
            "receiving_agency": AGENCY,
            "competent_agency": AGENCY,
            "state": self.state,
            "portal_status": STATUS_OF_STATE[self.state],
            "submitted_at": EIGHT.isoformat(),
            "accepted_at": self.accepted_at.isoformat() if self.accepted_at else None,
            "due_at": "2026-03-06T17:00:00+07:00" if self.accepted_at else None,
            "original_due_at": None,
            "ended_at": self.at.isoformat() if self.state in {"RESULT_READY", "RETURNED"} else None,
            "clock": "RUNNING",
            "step": None,
            "owner_masked": "Nguyễn V*** A***",
            "owner_subject": None,
            "submitter_subject": None,
            "secret_hash": None,
            "contact": "sealed",
            "result_delivery": "COUNTER",
            "version": self.version,
        }
        change = {
            "at": self.at.isoformat(),
            "actor": {"kind": "staff", "name": "Bùi Thị Lan"},
            "from_state": before,
            "note": "",
            "papers": [],
        }
        self.events.append(
            Event(
                type=f"dossier.{name}.v1",
                key=str(self.id),
                sequence=self.version,
                data={"dossier": shown, "change": change},
                occurred_at=self.at,
            )
        )
        self.views[self.version] = {
            **shown,
            "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
            "fees": [{"name": "Lệ phí", "amount": 15000}],
            "attachments": self.attachments,
            "results": self.results,
            "recalled_results": list(self.recalled),
            "supplements": [],
            "progress": [
                {"version": self.version, "at": self.at.isoformat(), "officer": "Bùi Thị Lan", "text": name}
            ],
            "returned_at": self.at.isoformat() if self.state == "RETURNED" else None,
            "note": "",
            "evidence": {"is_vneid_verified": True},
        }


@dataclass
class AnUpload:
    """A file that comes in parts."""

    length: int
    id: UUID = field(default_factory=new_id)
    name: str = ""
    received: int = 0
    parts: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    content: bytearray = field(default_factory=bytearray)


@dataclass
class DossierService:
    """A dossier service behind real HTTP: recorded views, an intake that knows its keys, files."""

    url: str = ""
    views: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    first_bodies: dict[str, Any] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    known: set[str] = field(default_factory=lambda: {PROCEDURE["code"]})
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_down: bool = False
    steps: dict[str, Any] = field(default_factory=dict)
    """Of outside requests: what became of each, and every telling by its key."""
    told: list[dict[str, Any]] = field(default_factory=list)
    hangs_seconds: float = 0
    uploads: dict[str, "AnUpload"] = field(default_factory=dict)
    """By the key each was made with."""
    breaks_after_parts: int = 10**6
    """After so many parts it is away."""
    keeps_contents: bool = True
    most_bytes: int = 60_000_000

    def knows(self, *dossiers: ADossier) -> None:
        for one in dossiers:
            self.views.update({(str(one.id), version): view for version, view in one.views.items()})

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/v1/portal-views")(self.many)
        app.get("/v1/portal-views/{dossier_id}")(self.view)
        app.post("/v1/portal-dossiers")(self.take)
        app.post("/v1/outside-results")(self.outside_result)
        app.post("/v1/uploads")(self.make_upload)
        app.get("/v1/uploads/{upload_id}")(self.show_upload)
        app.patch("/v1/uploads/{upload_id}")(self.take_part)
        app.post("/v1/portal-dossiers/{code}/supplement")(self.supplement)
        app.get("/v1/dossiers/{dossier_id}")(self.dossier)
        app.get("/v1/attachments/{attachment_id}/content")(self.file)
        return app

    async def view(self, dossier_id: str, request: Request, version: int = 0) -> Response:
        if self.is_down:
            return Response(status_code=503)
        assert scopes_of(request) == ["portal.read"]
        found = self._at(dossier_id, version)
        return JSONResponse(found) if found else Response(status_code=404)

    async def many(self, request: Request, of: Annotated[list[str], Query()]) -> Response:
        if self.is_down:
            return Response(status_code=503)
        assert scopes_of(request) == ["portal.read"]
        places = [one.split(":") for one in of]
        return JSONResponse({"views": [self._at(one, int(version)) for one, version in places]})

    def _at(self, dossier_id: str, version: int) -> dict[str, Any] | None:
        newest = max((v for one, v in self.views if one == dossier_id), default=0)
        return self.views.get((dossier_id, version or newest))

    async def take(self, request: Request) -> Response:
        if self.is_down:
            return Response(status_code=503)
        assert scopes_of(request) == ["portal.intake"]
        body = await request.json()
        await asyncio.sleep(self.hangs_seconds)
        self.calls.append({"key": request.headers["idempotency-key"], "body": body})
        if body["procedure_code"] not in self.known:
            error = {"path": "procedure_code", "reason": "Không có thủ tục này"}
            problem = {"code": "invalid", "title": "Dữ liệu chưa hợp lệ", "errors": [error]}
            return JSONResponse(problem, 422)
        code = body["portal_code"]
        repeated = code in self.taken
        if self.first_bodies.setdefault(request.headers["idempotency-key"], body) != body:
            # As the real one's door: a key stands for one body.
            return JSONResponse({"code": "idempotency-key-reused", "title": "Khóa đã dùng"}, 422)
        self.taken.setdefault(code, str(new_id()))
        outcome = "repeated" if repeated else "created"
        return JSONResponse({"outcome": outcome, "dossier_id": self.taken[code]}, 200 if repeated else 201)

    async def outside_result(self, request: Request) -> Response:
        """As the real one: a key once, a step once."""
        if self.is_down:
            return Response(status_code=503)
        assert scopes_of(request) == ["outside.answer"]
        body, key = await request.json(), request.headers["idempotency-key"]
        first = next((one for one in self.told if one["key"] == key), None)
        if first is not None:
            assert first["body"] == body
            return JSONResponse(first["answer"], first["status"])
        state = self.steps.get(body["request_id"])
        status, answer = 200, {"outcome": "repeated" if state == "ANSWERED" else state or ""}
        if state is None:
            status, answer = 404, {"code": "not-found", "title": "Không tìm thấy"}
        elif state == "OPEN":
            answer = {"outcome": "accepted"}
            self.steps[body["request_id"]] = "ANSWERED"
        self.told.append({"key": key, "body": body, "status": status, "answer": answer})
        return JSONResponse(answer, status)

    async def make_upload(self, request: Request) -> Response:
        assert scopes_of(request) == ["portal.intake"]
        length = int(request.headers["upload-length"])
        if length > self.most_bytes:
            return JSONResponse({"code": "too-large", "title": "Tệp quá lớn"}, 413)
        made = self.uploads.setdefault(request.headers["idempotency-key"], AnUpload(length))
        made.name = base64.b64decode(request.headers["upload-metadata"].partition(" ")[2]).decode()
        return Response(status_code=201, headers={"Location": f"/v1/uploads/{made.id}"})

    def upload(self, upload_id: str) -> AnUpload:
        (found,) = [one for one in self.uploads.values() if str(one.id) == upload_id]
        return found

    async def show_upload(self, upload_id: str) -> Response:
        return JSONResponse({"state": "OPEN", "offset": self.upload(upload_id).received})

    async def take_part(self, upload_id: str, request: Request) -> Response:
        if sum(one.parts for one in self.uploads.values()) >= self.breaks_after_parts:
            return Response(status_code=503)
        upload, content = self.upload(upload_id), await request.body()
        assert int(request.headers["upload-offset"]) == upload.received
        told = request.headers["upload-checksum"].partition(" ")[2]
        assert base64.b64decode(told) == hashlib.sha256(content).digest()
        upload.received += len(content)
        upload.parts += 1
        upload.digest.update(content)
        if self.keeps_contents:
            upload.content += content
        return Response(status_code=204)

    async def supplement(self, code: str, request: Request) -> Response:
        if code not in self.taken:
            return JSONResponse({"code": "not-found", "title": "Không tìm thấy"}, 404)
        key = request.headers["idempotency-key"]
        self.calls.append({"supplement": code, "key": key, "body": await request.json()})
        return JSONResponse({"outcome": "answered", "dossier_id": self.taken[code]})

    async def dossier(self, dossier_id: str) -> Response:
        found = self.seen.get(dossier_id)
        return JSONResponse(found) if found else Response(status_code=404)

    async def file(self, attachment_id: str) -> Response:
        content = self.files.get(attachment_id)
        return Response(content, media_type="application/pdf") if content else Response(status_code=404)


def scopes_of(request: Request) -> list[str]:
    token = request.headers["authorization"].removeprefix("Bearer ").split(".")[1]
    return list(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["roles"])


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
    _heard: dict[UUID, int] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, who: str = "quan-tri", body: Any = None, *, seen: str = ""
    ) -> httpx.Response:
        """Call the door as one of the staff."""
        if who not in self._tokens:
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
