"""`GET /openapi.json`: the one document a front-end developer needs."""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.api.shaped import Shaped
from services.gateway.api.tracking import TrackedDossier
from services.gateway.domain.openapi import as_upstream, compose
from services.gateway.domain.openapi_operation import Told
from services.gateway.domain.routes import ROUTES
from services.gateway.use_cases.door import Door

_TRACKING_PARAMETERS = [
    {
        "name": name,
        "in": "query",
        "required": True,
        "description": text,
        "schema": {"type": "string", "maxLength": 64},
    }
    for name, text in (("code", "Mã hồ sơ"), ("secret", "Mã bí mật in trên Giấy tiếp nhận"))
]
_PROBLEMS = {
    "400": "Địa chỉ không đọc được",
    "404": "Không tìm thấy",
    "422": "Dữ liệu chưa hợp lệ",
    "429": "Quá nhiều lần",
    "503": "Tạm thời chưa phục vụ được",
}


def with_tracking(document: dict[str, Any]) -> dict[str, Any]:
    """Return the gateway's own document with public tracking, which no router serves."""
    schema = TrackedDossier.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    parts = schema.pop("$defs", {})
    operation: dict[str, Any] = {
        "operationId": "show_tracking",
        "summary": "Public look-up of a dossier",
        "parameters": _TRACKING_PARAMETERS,
        "responses": {
            "200": {
                "description": "The dossier, without anything personal",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TrackedDossier"}}},
            },
            **{status: {"description": text} for status, text in _PROBLEMS.items()},
        },
    }
    stream: dict[str, Any] = {
        **operation,
        "operationId": "stream_tracking",
        "summary": "Live changes of a dossier: server-sent events, each with what the look-up shows",
        "responses": {
            **operation["responses"],
            "200": {
                "description": "Events named `dossier`; `Last-Event-ID` resumes",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
        },
    }
    schemas = {**document.get("components", {}).get("schemas", {}), **parts, "TrackedDossier": schema}
    return {
        **document,
        "paths": {
            **document["paths"],
            "/v1/tracking": {"get": operation},
            "/v1/tracking/changes": {"get": stream},
        },
        "components": {**document.get("components", {}), "schemas": schemas},
    }


class OpenApiDocument:
    """Composed at the first request and kept; `read` gives the services' documents, `told` the rest."""

    def __init__(self, read: Callable[[], dict[str, dict[str, Any]]], told: Callable[[], Told]) -> None:
        self._read = read
        self._told = told
        self._kept = b""

    async def __call__(self, door: Door, scope: Scope, receive: Receive, send: Send, client: str) -> None:  # noqa: ARG002 - an endpoint of the gate.
        """Answer with the document."""
        if not self._kept:
            documents = {**self._read(), "gateway": own_document(scope["app"])}
            self._kept = orjson.dumps(compose(documents, ROUTES, told=self._told()))
        headers = {"Cache-Control": "max-age=300"}
        shaped = Shaped(send, dict(scope["headers"]))
        await Response(self._kept, media_type="application/json", headers=headers)(scope, receive, shaped)


def own_document(app: FastAPI) -> dict[str, Any]:
    """Return what the gateway itself serves under /api, as one more service's document."""
    return with_tracking(as_upstream(app.openapi()))
