"""Every refusal any test gets is held against what is promised of its operation: `-p tests.plugin_promises`.

A service may not answer a status its document does not name, nor a code that the operation does not have in
`contracts/problems/operations.json`. One that is right is added there; `make contracts` writes the codes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.testing import running

CONTRACTS = Path(__file__).parents[1] / "contracts"
_CLIENT_ERROR, _DEFECT = 400, 500


class Promises:
    """What each operation of one service may answer."""

    def __init__(self, document: Mapping[str, Any], codes: Mapping[str, list[str]]) -> None:
        self._operations = [
            (re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)) + "$"), method.upper(), operation)
            for path, methods in sorted(document["paths"].items(), key=lambda one: one[0].count("{"))
            for method, operation in methods.items()
        ]
        self._codes = codes

    def broken_by(self, method: str, path: str, status: int, code: str) -> str:
        """Return what an answer breaks; nothing when it is as promised, or of no operation."""
        operation = self._operation("GET" if method == "HEAD" else method, path)
        if operation is None:
            return ""
        name = operation["operationId"]
        if str(status) not in operation["responses"] and status not in _EVERYWHERE.values():
            return f"{name} answers {status}, which its document does not name"
        if _EVERYWHERE.get(code) != status and code not in self._codes.get(name, ()):
            return f'{name} answers {code}: add it to contracts/problems/operations.json under "{name}"'
        return ""

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        found = (one for shape, wanted, one in self._operations if wanted == method and shape.match(path))
        return next(found, None)


_EVERYWHERE = {
    "unreadable": 400,
    "inexact-number": 400,
    "packed-body": 400,
    "repeated-name": 400,
    "repeated-header": 400,
    "idempotency-key-required": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "cross-site": 403,
    "second-factor-missing": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "too-slow": 408,
    "address-retired": 410,
    "stale-version": 412,
    "weak-etag": 412,
    "too-large": 413,
    "invalid": 422,
    "idempotency-key-reused": 422,
    "version-required": 428,
    "too-many-requests": 429,
    "unavailable": 503,
    "overloaded": 503,
}
"""What any operation of its kind may answer, and with which status."""


@cache
def promises_of(service: str) -> Promises:
    """Return a service's promises, as they are committed."""
    document = json.loads((CONTRACTS / "openapi" / f"{service}.json").read_text(encoding="utf-8"))
    codes = json.loads((CONTRACTS / "problems" / "operations.json").read_text(encoding="utf-8"))
    return Promises(document, codes.get(service, {}))


_PROBLEM = "application/problem+json"


def unpromised(service: str, method: str, path: str, status: int, kind: str, body: bytes) -> str:
    """Return what a refusal breaks; nothing when it is as promised. Defects are the test's own business."""
    if not _CLIENT_ERROR <= status < _DEFECT or kind != _PROBLEM:
        return ""
    if not (CONTRACTS / "openapi" / f"{service}.json").exists():
        return ""
    return promises_of(service).broken_by(method, path, status, str(json.loads(body)["code"]))


async def hold(service: str, answer: httpx.Response) -> None:
    """Fail the test that got an answer nobody promised."""
    method, path = answer.request.method, answer.request.url.path
    kind = answer.headers.get("content-type", "")
    # What is no refusal may be a stream: it is the test's to read.
    body = await answer.aread() if kind == _PROBLEM else b""
    broken = unpromised(service, method, path, answer.status_code, kind, body)
    assert not broken, broken


@pytest.fixture(scope="session", autouse=True)
def promises_are_held() -> Iterator[None]:
    """Look at every answer of a service that runs in this process."""
    running.on_answer.append(hold)
    yield
    running.on_answer.remove(hold)
