"""Brings files to the dossier service in parts (tus), each part with its digest; a repeat goes on."""

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from kernel.core.errors import Unavailable
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.use_cases.portal.ports import Intake, Parts

SERVER_ERROR = 500
BUSY = frozenset({401, 403, 405, 408, 425, 429})
_OK, _CREATED, _KEPT, _NOT_FOUND = 200, 201, 204, 404
_TUS = {"Tus-Resumable": "1.0.0"}
_PART_SECONDS = 60
_MOST_GENERATIONS = 50
_OPEN = "OPEN"


class PortalUploads:
    """Every failure of the road is `Unavailable`; a refusal comes back as a value."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, headers: Callable[[], dict[str, str]]
    ) -> None:
        self._session = session
        self._url = url
        self._headers = headers
        self._timeout = aiohttp.ClientTimeout(total=_PART_SECONDS, sock_connect=2)

    async def bring(self, name: str, length: int, parts: Parts, *, key: str) -> UUID | Intake:
        """Return the upload that has the whole file, or why it is not taken.

        An upload is made under the key, so that a repeat finds the one before; where that was given up
        meanwhile (nobody went on for a day) the next under the same key is made.
        """
        for generation in range(_MOST_GENERATIONS):
            made = await self._make(name, length, f"portal-file:{key}:{generation}")
            if isinstance(made, Intake):
                return made
            standing = await self._standing(made)
            if standing is None:
                continue
            state, offset = standing
            if state == _OPEN and offset < length:
                await self._send(made, offset, parts)
            return made
        message = "dossier: no upload stays"
        raise Unavailable(message)

    async def _make(self, name: str, length: int, key: str) -> UUID | Intake:
        told = f"filename {base64.b64encode(_printable(name).encode()).decode()}"
        headers = {"Upload-Length": str(length), "Upload-Metadata": told, "Idempotency-Key": key}
        status, answered, raw = await self._call("POST", "/v1/uploads", headers)
        if status != _CREATED:
            return intake_of(status, object_of(raw))
        return UUID(answered["Location"].rpartition("/")[2])

    async def _standing(self, upload_id: UUID) -> tuple[str, int] | None:
        """Return the state and how much has come; None for one that was given up and forgotten."""
        status, _, raw = await self._call("GET", f"/v1/uploads/{upload_id}", {})
        if status == _NOT_FOUND:
            return None
        if status != _OK:
            unavailable(status)
        found = object_of(raw)
        return None if found["state"] == "ENDED" else (found["state"], int(found["offset"]))

    async def _send(self, upload_id: UUID, offset: int, parts: Parts) -> None:
        async for part in parts(offset):
            digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = {
                "Upload-Offset": str(offset),
                "Upload-Checksum": f"sha256 {digest}",
                "Content-Type": "application/offset+octet-stream",
            }
            status, _, _ = await self._call("PATCH", f"/v1/uploads/{upload_id}", headers, part)
            if status != _KEPT:
                # Another attempt may be sending the same file: this one goes on from where that came to.
                unavailable(status)
            offset += len(part)

    async def _call(
        self, method: str, path: str, headers: dict[str, str], content: bytes | None = None
    ) -> tuple[int, Any, bytes]:
        try:
            async with self._session.request(
                method,
                self._url + path,
                data=BytesIO(content) if content is not None else None,
                headers={**self._headers(), **_TUS, **headers},
                timeout=self._timeout,
            ) as response:
                raw = await response.read()
                if response.status >= SERVER_ERROR or response.status in BUSY:
                    unavailable(response.status)
                return response.status, response.headers, raw
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error


def _printable(name: str) -> str:
    """Return a name as the protocol carries it; what no file is called is refused where it is taken in."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def object_of(raw: bytes) -> Json:
    """Return an answer's object; raise `Unavailable` for what is no JSON."""
    try:
        value: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unavailable("dossier: no JSON") from error
    return value if isinstance(value, dict) else {}


def unavailable(status: int) -> Json:
    """Raise `Unavailable` for a status that says nothing of the message."""
    raise Unavailable(f"dossier: HTTP {status}")


def intake_of(status: int, answer: Json) -> Intake:
    """Return what the service said of a message."""
    return Intake(
        status=status,
        dossier_id=str(answer.get("dossier_id") or ""),
        problem=str(answer.get("code") or ""),
        title=str(answer.get("detail") or answer.get("title") or ""),
        fields=tuple(
            (str(item.get("path") or ""), str(item.get("reason") or ""))
            for item in answer.get("errors") or ()
        ),
    )
