"""The dossier service as look-ups call it: permits in the officer's name, answers as a machine."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from kernel.core.errors import Unavailable
from services.gateway.clients.portal.dossier import HttpDossierService
from services.gateway.use_cases.connectors.ports import Answered

_SERVER_ERROR = 500


class HttpLookUpDesk:
    """Every failure of the road is `Unavailable`."""

    def __init__(self, session: aiohttp.ClientSession, url: str, machine: HttpDossierService) -> None:
        self._session = session
        self._url = url
        self._machine = machine

    async def permit(self, path: str, body: Mapping[str, Any], *, authorization: str, key: str) -> Answered:
        """Ask for a permit in the officer's own name."""
        headers = {
            "Authorization": authorization,
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        timeout = aiohttp.ClientTimeout(total=10, sock_connect=2)
        try:
            async with self._session.post(
                self._url + path, data=orjson.dumps(dict(body)), headers=headers, timeout=timeout
            ) as response:
                said = orjson.loads(await response.read())
                if response.status >= _SERVER_ERROR or not isinstance(said, dict):
                    raise Unavailable(f"dossier: HTTP {response.status}")
                return Answered(response.status, said)
        except (TimeoutError, aiohttp.ClientError, orjson.JSONDecodeError) as error:
            raise Unavailable(f"dossier: {type(error).__name__}") from error

    async def keep(self, path: str, body: Mapping[str, Any]) -> Answered:
        """Hand in what a database answered, as a machine."""
        status, said = await self._machine.exchange("POST", path, dict(body), scope="look-up.answer")
        return Answered(status, said)
