"""One OpenAPI document of the whole door, composed from those of the services behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes import Route

_REF = "#/components/"
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "machine": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "motcua_session"},
}


class OperationMissing(Exception):  # noqa: N818 - the fact is the name.
    """A route leads to an operation that its service does not describe."""


def compose(
    documents: Mapping[str, Mapping[str, Any]], routes: Iterable[Route], *, is_strict: bool = False
) -> dict[str, Any]:
    """Return the document of these routes.

    `documents` are OpenAPI 3.1 documents by service name. A component keeps its name with the service's in
    front, so that two services may use one name. A service without a document is left out; an operation
    missing in a document that is there raises `OperationMissing` when `is_strict`, and is left out otherwise.
    """
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Any]] = {"securitySchemes": dict(_SCHEMES)}
    for service, document in documents.items():
        for kind, members in document.get("components", {}).items():
            if kind != "securitySchemes":
                named = {_named(service, name): _renamed(value, service) for name, value in members.items()}
                components.setdefault(kind, {}).update(named)
    for route in routes:
        if route.service not in documents:
            continue
        found = _operation(documents[route.service], route)
        if found is not None:
            own_path, operation = found
            public_path = route.to_public(own_path)
            paths.setdefault(public_path, {})[route.method.lower()] = _public(operation, route)
        elif is_strict:
            raise OperationMissing(f"{route.service}: {route.method} {route.upstream_path}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Một Cửa", "version": "1.0.0"},
        "paths": paths,
        "components": components,
    }


def _operation(document: Mapping[str, Any], route: Route) -> tuple[str, dict[str, Any]] | None:
    """Return the path as the service writes it, with its own parameter names, and the operation."""
    wanted = _shape(route.upstream_path)
    for path, operations in document["paths"].items():
        if _shape(path) == wanted and route.method.lower() in operations:
            return path, operations[route.method.lower()]
    return None


def _shape(path: str) -> tuple[str, ...]:
    """Return the path with its parameters' names left out."""
    return tuple("{}" if part.startswith("{") else part for part in path.split("/"))


def _public(operation: Mapping[str, Any], route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        **_renamed(operation, route.service),
        "operationId": f"{route.service}_{operation.get('operationId', route.method.lower())}",
        "tags": [route.service],
        "security": [] if route.policy.is_public else [{name: []} for name in _SCHEMES],
    }
    who = _who(route.policy)
    if who:
        found["x-allowed"] = who
    return found


def _who(policy: Policy) -> list[str]:
    kinds = [f"kind:{kind.value}" for kind in policy.kinds]
    roles = [f"role:{role}" for role in policy.roles]
    return sorted([*kinds, *roles, *(f"scope:{scope}" for scope in policy.scopes)])


def _named(service: str, name: str) -> str:
    return f"{service.capitalize()}{name[0].upper()}{name[1:]}"


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
