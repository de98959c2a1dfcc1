"""The one file that knows all of the authority: builds the application."""

from datetime import timedelta
from html import escape
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from kernel.core.clock import Clock, SystemClock
from sandbox.tsa.authority import Authority
from sandbox.tsa.keys import a_new_authority
from sandbox.tsa.settings import TsaSettings

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


def create_app(
    settings: TsaSettings | None = None, *, clock: Clock | None = None, authority: Authority | None = None
) -> FastAPI:
    """Return the authority; its only fault is silence (`POST /faults/silent`, `POST /faults/none`)."""
    settings = settings or TsaSettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    if authority is None:
        file = settings.key_file
        authority = Authority.of_file(Path(file), settings.key_passphrase) if file else a_new_authority()
    app = FastAPI(title="Dịch vụ cấp dấu thời gian (mô phỏng)")
    app.state.is_silent, app.state.stamped = False, 0

    @app.get("/livez")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/")
    async def stamp(request: Request) -> Response:
        if app.state.is_silent:
            raise HTTPException(503)
        if request.headers.get("content-type") != _QUERY:
            raise HTTPException(415)
        answer = authority.answer(await request.body(), clock.now())
        app.state.stamped += 1
        return Response(answer, media_type=_REPLY)

    @app.get("/certificate")
    async def show_certificate() -> Response:
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in authority.chain)
        return Response(pem, media_type="application/x-pem-file")

    @app.post("/faults/{name}", status_code=204)
    async def switch(name: str) -> None:
        if name not in {"silent", "none"}:
            raise HTTPException(404)
        app.state.is_silent = name == "silent"

    @app.get("/", response_class=HTMLResponse)
    async def show() -> str:
        name = escape(authority.chain[0].subject.rfc4514_string())
        return (
            f"<!doctype html><html lang=vi><title>{app.title}</title><h1>{app.title}</h1>"
            f"<p>{name}</p><p>Đã cấp {app.state.stamped} dấu thời gian"
            f"{', đang im lặng' if app.state.is_silent else ''}.</p></html>"
        )

    return app
