"""Reads what the services promise from `contracts/`: their documents, examples and problem codes."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.gateway.domain.openapi import as_upstream, operation_of
from services.gateway.domain.openapi_operation import Told, asked_names, listed_fields
from services.gateway.domain.routes import ROUTES, Route

CONTRACTS = Path(__file__).parents[3] / "contracts"


def read_documents() -> dict[str, dict[str, Any]]:
    """Return the services' OpenAPI documents by name, as `make contracts` wrote them."""
    found = {file.stem: _json(file) for file in (CONTRACTS / "openapi").glob("*.json")}
    found.pop("gateway", None)
    return found


def read_told() -> Told:
    """Return the examples and problem codes of every operation."""
    examples: dict[str, dict[str, Any]] = {}
    for file in sorted((CONTRACTS / "examples").glob("*/*.json")):
        examples.setdefault(file.parent.name, {})[file.stem] = _json(file)
    problems = CONTRACTS / "problems"
    return Told(examples, _json(problems / "operations.json"), _json(problems / "codes.json"))


def _all_documents() -> dict[str, dict[str, Any]]:
    own = _json(CONTRACTS / "openapi" / "gateway.json")
    return {**read_documents(), "gateway": as_upstream(own)}


@cache
def fields_by_route() -> Mapping[tuple[str, str], frozenset[str]]:
    """Return the names of the items of every list that pages, by service and address at the door."""
    documents = _all_documents()
    found = {}
    for route in (one for one in ROUTES if one.method == "GET"):
        document = documents[route.service]
        described = operation_of(document, route)
        if described is not None:
            schemas = document.get("components", {}).get("schemas", {})
            found[route.service, route.path] = frozenset(listed_fields(described[1], schemas))
    return found


@cache
def questions_by_route() -> Mapping[tuple[str, str, str], frozenset[str]]:
    """Return the names a query may have, by service, method and address at the door.

    `fields` is the door's own, of lists that page: where it would do nothing it is refused.
    """
    documents = _all_documents()
    found = {}
    for route in ROUTES:
        described = operation_of(documents[route.service], route)
        if described is not None:
            own = {"fields"} if route.method == "GET" and fields_of(route) else set()
            found[route.service, route.method, route.path] = frozenset({*asked_names(described[1]), *own})
    return found


def questions_of(route: Route) -> frozenset[str] | None:
    """Return the names a route's query may have; None where its service promises nothing of it."""
    return questions_by_route().get((route.service, route.method, route.path))


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def fields_of(route: Route) -> frozenset[str]:
    """Return the names of the items of a route's list; none where it has no list that pages."""
    return fields_by_route().get((route.service, route.path), frozenset())
