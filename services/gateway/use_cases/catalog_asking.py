"""What the door's own pages ask of the catalogue: as anybody would, with refusals kept as they are."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from kernel.core.errors import Invalid, NotFound, Unavailable
from services.gateway.use_cases.ports import Upstream, UpstreamAnswer, UpstreamRequest

_SECONDS = 10.0
_GOOD = range(200, 300)
_NOT_FOUND, _TOO_LARGE, _INVALID = 404, 413, 422
_CODE = re.compile(r"[A-Za-z0-9._-]{1,100}")


class NotThere(NotFound):
    """The catalogue has no such thing (404)."""


class NoProcedure(NotThere):
    """No such procedure is in force (404)."""

    code = "procedure-not-found"


class NoForm(NotThere):
    """The procedure has no form (404)."""

    code = "form-not-found"


class NoSubscription(NotThere):
    """The link of a mail is unknown, changed or expired (404)."""

    code = "subscription-link-unknown"


class NotTaken(Invalid):
    """The catalogue refuses what was sent (422)."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """An agency somebody wants to hand in at; `name` is empty when there is none of this code."""

    code: str
    name: str
    is_offering: bool


class Catalogue:
    """One request's questions."""

    def __init__(self, upstream: Upstream, correlation_id: str) -> None:
        self._upstream = upstream
        self._correlation_id = correlation_id

    async def fragment(self, code: str) -> str:
        """Return a procedure as the catalogue's own HTML: every value in it is escaped there."""
        answer = await self._ask("GET", f"/v1/procedures/{_code(code)}/fragment", None)
        return answer.body.decode()

    async def identification_level(self, code: str) -> int:
        """Return the level a procedure is handed in with; 0 where nobody can say it now.

        The dossier service judges a submission: here it only spares people pages they could not hand in.
        """
        try:
            found = json.loads((await self._ask("GET", f"/v1/procedures/{_code(code)}", None)).body)
        except (NotThere, Unavailable):
            return 0
        return int(found.get("identification_level") or 0)

    async def form(self, code: str) -> dict[str, Any]:
        """Return the form of a procedure that applies today."""
        found: dict[str, Any] = json.loads((await self._ask("GET", f"/v1/forms/{_code(code)}", None)).body)
        return found

    async def receiver(self, procedure: str, agency: str, on: date) -> Receiver:
        """Return an agency by name, and whether it performs the procedure on that day."""
        query = urlencode({"agency": agency, "on": on.isoformat()})
        try:
            found = json.loads((await self._ask("GET", f"/v1/agencies/{_code(agency)}", None)).body)
        except NotThere:
            return Receiver(agency, "", is_offering=False)
        path = f"/v1/procedures/{_code(procedure)}/offerings?{query}"
        rows = json.loads((await self._ask("GET", path, None)).body)["items"]
        return Receiver(found["code"], found["name"], is_offering=bool(rows))

    async def check(self, code: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return whether answers would be taken, and what they cost."""
        path = f"/v1/forms/{_code(code)}/validation"
        found: dict[str, Any] = json.loads((await self._ask("POST", path, {"answers": answers})).body)
        return found

    async def follow(self, code: str, email: str) -> None:
        """Ask to follow a procedure."""
        await self._ask("POST", "/v1/subscriptions", {"procedure": code, "email": email})

    async def confirm(self, token: str) -> str:
        """Confirm a subscription; return the procedure's name."""
        answer = await self._ask("POST", "/v1/subscriptions/confirmation", {"token": token})
        return str(json.loads(answer.body)["name"])

    async def end(self, token: str) -> None:
        """End a subscription; a second time changes nothing."""
        await self._ask("POST", "/v1/subscriptions/ending", {"token": token})

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> UpstreamAnswer:
        raw = None if body is None else json.dumps(body).encode()
        headers = {"accept": "*/*", "x-correlation-id": self._correlation_id}
        if raw is not None:
            headers |= {"content-type": "application/json", "idempotency-key": self._key(path, raw)}
        answer = await self._upstream.send(
            UpstreamRequest(
                service="catalog",
                method=method,
                target=path,
                headers=headers,
                body=raw,
                timeout_seconds=_SECONDS,
                may_retry=True,
            )
        )
        if answer.chunks is not None:
            chunks = [chunk async for chunk in answer.chunks]
            answer = UpstreamAnswer(answer.status, answer.headers, b"".join(chunks))
        if answer.status in _GOOD:
            return answer
        raise _refusal(answer)

    def _key(self, path: str, raw: bytes) -> str:
        # One key a request: sent again to a service that hung up, it is still done once.
        return hashlib.sha256(f"{self._correlation_id}\0{path}\0".encode() + raw).hexdigest()[:32]


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise NotThere
    return quote(code)


_MISSING = {kind.code: kind for kind in (NoProcedure, NoForm, NoSubscription)}


def _refusal(answer: UpstreamAnswer) -> Exception:
    if answer.status == _NOT_FOUND:
        return _MISSING.get(json.loads(answer.body).get("code"), NotThere)()
    return NotTaken() if answer.status in {_INVALID, _TOO_LARGE} else Unavailable()
