"""One OpenAPI document of the whole door, composed from those of the services behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.gateway.domain.openapi_headers import HEADERS
from services.gateway.domain.openapi_operation import Told, public_operation
from services.gateway.domain.routes import Route
from services.gateway.domain.tasks import TASKS, task_of

_REF = "#/components/"
_ABOUT = (
    "Cổng vào duy nhất của hệ thống Một Cửa. Lỗi là `application/problem+json` với `code` không đổi;"
    " mọi lệnh ghi mang `Idempotency-Key`, mọi lệnh sửa mang `If-Match`; danh sách trả từng trang với"
    " `limit`, `cursor`, `next_cursor`, chọn trường bằng `fields`. Quy ước: docs/api.md."
)
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Mã truy cập của nhà cung cấp danh tính, hoặc của /oidc/token cho hệ thống khác",
    },
    "machine": {"type": "http", "scheme": "basic", "description": "client_id và client_secret của hệ thống"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "motcua_session",
        "description": "Phiên của trình duyệt (https: __Host-motcua_session); lệnh ghi cần X-Requested-With",
    },
}
_NOTHING = Told({}, {}, {})


class OperationMissing(Exception):  # noqa: N818 - the fact is the name.
    """A route leads to an operation that its service does not describe."""


def compose(
    documents: Mapping[str, Mapping[str, Any]],
    routes: Iterable[Route],
    *,
    told: Told = _NOTHING,
    is_strict: bool = False,
) -> dict[str, Any]:
    """Return the document of these routes.

    `documents` are OpenAPI 3.1 documents by service name. A component keeps its name with the service's in
    front, so that two services may use one name; the problem document is the same everywhere and stands once.
    A service without a document is left out; an operation missing in a document that is there raises
    `OperationMissing` when `is_strict`, and is left out otherwise. `told` adds examples and problem codes.
    """
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Any]] = {"securitySchemes": dict(_SCHEMES), "headers": dict(HEADERS)}
    used = set()
    if told.problems:
        components["examples"] = told.problem_examples()
    for service, document in documents.items():
        for kind, members in document.get("components", {}).items():
            if kind not in {"securitySchemes", "headers"}:
                named = {_named(service, name): _renamed(value, service) for name, value in members.items()}
                components.setdefault(kind, {}).update(named)
    for route in routes:
        if route.service not in documents:
            continue
        found = operation_of(documents[route.service], route)
        if found is not None:
            own_path, operation = found
            renamed = _renamed(operation, route.service)
            task = task_of(route)
            used.add(task)
            public = public_operation(renamed, route, task, told, components.get("schemas", {}))
            paths.setdefault(route.to_public(own_path), {})[route.method.lower()] = public
        elif is_strict:
            raise OperationMissing(f"{route.service}: {route.method} {route.upstream_path}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Một Cửa", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TASKS.items() if name in used],
        "paths": paths,
        "components": components,
    }


def operation_of(document: Mapping[str, Any], route: Route) -> tuple[str, dict[str, Any]] | None:
    """Return the path as the service writes it, with its own parameter names, and the operation."""
    wanted = _shape(route.upstream_path)
    for path, operations in document["paths"].items():
        if _shape(path) == wanted and route.method.lower() in operations:
            return path, operations[route.method.lower()]
    return None


def as_upstream(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gateway's own document with the addresses a service behind the door would have."""
    paths = {path.removeprefix("/api"): value for path, value in document["paths"].items()}
    return {**document, "paths": paths}


def _shape(path: str) -> tuple[str, ...]:
    """Return the path with its parameters' names left out."""
    return tuple("{}" if part.startswith("{") else part for part in path.split("/"))


def _named(service: str, name: str) -> str:
    return name if name == "Problem" else f"{service.capitalize()}{name[0].upper()}{name[1:]}"


def _renamed(value: Any, service: str) -> Any:
    """Return a copy whose references point to the service's components under their new names."""
    if isinstance(value, dict):
        return {
            key: _reference(item, service) if key == "$ref" else _renamed(item, service)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_renamed(item, service) for item in value]
    return value


def _reference(value: str, service: str) -> str:
    if not value.startswith(_REF):
        return value
    kind, _, name = value.removeprefix(_REF).partition("/")
    return f"{_REF}{kind}/{_named(service, name)}"
