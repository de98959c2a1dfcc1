"""The dossier service as the portal's side calls it, as a machine with one scope a call."""

from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from uuid import UUID

import aiohttp
import orjson

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import Clock
from kernel.core.errors import Unavailable
from kernel.core.ids import new_id
from kernel.web.auth import TokenSigner
from services.gateway.clients.portal.uploads import (
    BUSY,
    SERVER_ERROR,
    PortalUploads,
    intake_of,
    object_of,
    unavailable,
)
from services.gateway.clients.portal.views import GatheredViews, Place
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.use_cases.portal.ports import FileContent, Intake, Parts

_MARGIN_SECONDS = 20.0
_BYTES_A_SECOND = 4_194_304
_OK = 200
_NOT_FOUND = 404
_TOLD_HEADERS = ("Content-Type", "Content-Length", "Content-Disposition")


class HttpDossierService:
    """Signs its own short-lived tokens; every failure of the road is `Unavailable`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        signer: TokenSigner,
        clock: Clock,
        *,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._session = session
        self._url = url
        self._signer = signer
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=2)
        self._seconds = timeout_seconds
        self._file_timeout = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=30)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._uploads = PortalUploads(session, url, lambda: self._headers("portal.intake"))
        self._views = GatheredViews(self._view_many, self._view)

    async def view(self, dossier_id: UUID, version: int | None) -> Json | None:
        """Return one version of a dossier; None when the service does not know it."""
        return await self._views.view((dossier_id, version or 0))

    async def _view(self, place: Place) -> Json | None:
        dossier_id, version = place
        status, raw = await self._read(f"/v1/portal-views/{dossier_id}", [("version", str(version))])
        if status == _NOT_FOUND:
            return None
        return object_of(raw) if status == _OK else unavailable(status)

    async def _view_many(self, places: Sequence[Place]) -> Sequence[Json | None]:
        query = [("of", f"{dossier_id}:{version}") for dossier_id, version in places]
        status, raw = await self._read("/v1/portal-views", query)
        if status != _OK:
            unavailable(status)
        views: Sequence[Json | None] = object_of(raw).get("views") or ()
        if len(views) != len(places):
            raise Unavailable("dossier: not as many views as asked for")
        return views

    async def _read(self, path: str, query: Sequence[tuple[str, str]]) -> tuple[int, bytes]:
        try:
            async with self._session.get(
                self._url + path,
                params=list(query),
                headers=self._headers("portal.read"),
                timeout=self._timeout,
            ) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error

    async def take_in(self, path: str, body: Json, *, key: str) -> Intake:
        """Hand in what the portal sent; refusals come back as values.

        The portal waits meanwhile, so a service that hangs is given up soon, a large body a little later.
        """
        content = orjson.dumps(body)
        allowed = self._seconds + len(content) / _BYTES_A_SECOND
        headers = {
            **self._headers("portal.intake"),
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        try:
            async with self._session.post(
                self._url + path,
                data=BytesIO(content),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=allowed, sock_connect=2),
            ) as response:
                raw = await response.read()
                if response.status >= SERVER_ERROR or response.status in BUSY:
                    unavailable(response.status)
                answer = object_of(raw)
                return intake_of(response.status, answer)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error

    async def exchange(
        self, method: str, path: str, body: Json | None, *, scope: str, key: str = ""
    ) -> tuple[int, Json]:
        """Call with one scope; return the status and what came with it, raise for the road's failures."""
        headers = {
            **self._headers(scope),
            "Idempotency-Key": key or new_id().hex,
            "Content-Type": "application/json",
        }
        content = None if body is None else orjson.dumps(body)
        try:
            async with self._session.request(
                method, self._url + path, data=content, headers=headers, timeout=self._timeout
            ) as response:
                raw = await response.read()
                if response.status >= SERVER_ERROR or response.status in BUSY:
                    unavailable(response.status)
                return response.status, object_of(raw)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error

    async def bring_file(self, name: str, length: int, parts: Parts, *, key: str) -> UUID | Intake:
        """Bring a file in parts; what an attempt before has brought is not sent again."""
        return await self._uploads.bring(name, length, parts, key=key)

    async def open_file(self, attachment_id: UUID) -> FileContent:
        """Return a file's content as a stream; the caller reads it to its end or closes it."""
        url = f"{self._url}/v1/attachments/{attachment_id}/content"
        try:
            response = await self._session.get(
                url, headers=self._headers("portal.read"), timeout=self._file_timeout
            )
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error
        told = {name: response.headers[name] for name in _TOLD_HEADERS if name in response.headers}

        async def close() -> None:
            response.close()

        return FileContent(response.status, told, _chunks(response), close)

    def _headers(self, scope: str) -> dict[str, str]:
        now = self._clock.now().timestamp()
        token, ends = self._tokens.get(scope, ("", 0.0))
        if ends - _MARGIN_SECONDS <= now:
            caller = Caller(
                subject="gateway-portal", kind=CallerKind.SERVICE, name="Cổng DVCQG", roles=frozenset({scope})
            )
            token, ends = self._signer.sign(caller)
            self._tokens[scope] = (token, ends)
        return {"Authorization": f"Bearer {token}"}


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_chunked(65_536):
            yield chunk
    finally:
        response.close()
