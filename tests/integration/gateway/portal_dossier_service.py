"""A dossier service behind real HTTP, as the portal's side of the gateway calls it."""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from kernel.core.ids import new_id
from tests.integration.gateway.portal_dossiers import PROCEDURE, ADossier


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
    refuses_supplements: str = ""
    """The code of a refusal."""
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
    not_taken: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Files by name that do not open, with the problem's status, code and title."""

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
        app.post("/v1/portal-dossiers/{code:path}/supplement")(self.supplement)
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
        if refused := self._refused_files(body):
            return refused
        code = body["portal_code"]
        repeated = code in self.taken
        if self.first_bodies.setdefault(request.headers["idempotency-key"], body) != body:
            # As the real one's door: a key stands for one body.
            return JSONResponse({"code": "idempotency-key-reused", "title": "Khóa đã dùng"}, 422)
        self.taken.setdefault(code, str(new_id()))
        outcome = "repeated" if repeated else "created"
        return JSONResponse({"outcome": outcome, "dossier_id": self.taken[code]}, 200 if repeated else 201)

    def _refused_files(self, body: dict[str, Any]) -> Response | None:
        """As the real one: the first one's problem, and each file that is not taken by its place."""
        found = [
            (place, *self.not_taken[one["name"]])
            for place, one in enumerate(body["attachments"])
            if one["name"] in self.not_taken
        ]
        if not found:
            return None
        _, status, code, title = found[0]
        errors = [{"path": f"attachments.{place}", "reason": said} for place, _, _, said in found]
        return JSONResponse({"code": code, "title": title, "errors": errors}, status)

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
        body = await request.json()
        if refused := self._refused_files(body):
            return refused
        if self.refuses_supplements:
            return JSONResponse({"code": self.refuses_supplements, "title": "Hồ sơ đã kết thúc"}, 409)
        self.calls.append({"supplement": code, "key": key, "body": body})
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
