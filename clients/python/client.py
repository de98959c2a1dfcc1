"""An httpx client that reads the door's document first and holds every call and answer against it.

What the document does not name cannot be called by mistake: an address, a query parameter, a missing body.
Keys of writes are set where the operation takes one. Addresses outside `/api/` (signing in, pages) pass.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

_API = "/api/"
_KEY = "Idempotency-Key"


class Undocumented(Exception):  # noqa: N818 - the fact is the name.
    """A call, or its answer, is not in the document."""


class Operation:
    """One operation of the document."""

    def __init__(self, path: str, described: Mapping[str, Any]) -> None:
        self.name: str = described["operationId"]
        self._shape = re.compile("".join(_parts(path)))
        parameters = described.get("parameters", ())
        self.queries = frozenset(one["name"] for one in parameters if one["in"] == "query")
        self.takes_key = any(one["name"] == _KEY for one in parameters)
        self._needs_body = bool(described.get("requestBody", {}).get("required"))
        self._codes = {
            status: frozenset(answer.get("x-codes", ())) for status, answer in described["responses"].items()
        }

    def fits(self, path: str) -> bool:
        """Tell whether this is the operation's address."""
        return self._shape.fullmatch(path) is not None

    def check_call(self, queries: Mapping[str, Any], *, has_body: bool) -> None:
        """Raise `Undocumented` for a parameter nobody reads, or a body that is missing."""
        unknown = queries.keys() - self.queries
        if unknown:
            raise Undocumented(f"{self.name} takes no {', '.join(sorted(unknown))}")
        if self._needs_body and not has_body:
            raise Undocumented(f"{self.name} needs a body")

    def check_answer(self, answer: httpx.Response) -> None:
        """Raise `Undocumented` for a status, or a problem's code, that the operation does not name."""
        status = str(answer.status_code)
        if status not in self._codes:
            raise Undocumented(f"{self.name} answered {status}: {answer.text[:300]}")
        if answer.is_error and self._codes[status] and answer.json()["code"] not in self._codes[status]:
            raise Undocumented(f"{self.name} answered {answer.json()['code']}")


class Client(httpx.Client):
    """Calls the door by its document, which is read once, at the first call."""

    def __init__(self, url: str, *, timeout: float = 150) -> None:
        super().__init__(base_url=url, timeout=timeout)
        self._known: dict[str, list[Operation]] = {}

    def request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Response:
        """Send a request as httpx does; raise `Undocumented` for what is not in the document."""
        path = str(url)
        if not path.startswith(_API):
            return super().request(method, url, **options)
        operation = self._operation(method, path)
        has_body = options.get("json") is not None or bool(options.get("content"))
        operation.check_call(options.get("params") or {}, has_body=has_body)
        if operation.takes_key:
            options["headers"] = {_KEY: uuid.uuid4().hex, **(options.get("headers") or {})}
        answer = super().request(method, url, **options)
        operation.check_answer(answer)
        return answer

    def _operation(self, method: str, path: str) -> Operation:
        if not self._known:
            document = super().request("GET", "/openapi.json").raise_for_status().json()
            # Names before parameters, as the door itself looks addresses up.
            for address, methods in sorted(document["paths"].items(), key=lambda one: one[0].count("{")):
                for name, described in methods.items():
                    self._known.setdefault(name.upper(), []).append(Operation(address, described))
        for one in self._known.get(method, ()):
            if one.fits(path):
                return one
        raise Undocumented(f"{method} {path} is not in the document")


def _parts(path: str) -> Iterator[str]:
    for part in re.split(r"(\{[^}]+\})", path):
        yield "[^/]+" if part.startswith("{") else re.escape(part)
