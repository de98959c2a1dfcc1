"""The driver through a provincial gateway: one address a service, bare data, answers decoded twice (3.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.clients.portal_transport import JsonExchange, decoded
from services.gateway.domain.portal_account import GatewayAddresses
from services.gateway.domain.portal_answers import PortalAnswer, PortalSilent, read_answer
from services.gateway.domain.portal_messages import Json


class GatewayPortal:
    """Leaves login and envelope to the gateway."""

    def __init__(self, exchange: JsonExchange, addresses: GatewayAddresses) -> None:
        self._exchange = exchange
        self._at = addresses

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier: a bare array, the mode in the query."""
        path = self._at.update if is_updating else self._at.create
        mode = {"isUpdating": "True" if is_updating else "False"}
        return (await self._post(path, [message], mode)).of_one()

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries."""
        return (await self._post(self._at.progress, list(entries), {})).of_one()

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal."""
        return (await self._post(self._at.status, message, {})).of_one()

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds."""
        return await self.read(self._at.look_up, mahoso=code)

    async def read(self, service: str, **asked: str) -> PortalAnswer:
        """Ask one of the portal's reading services: the service is the path, what is asked the query."""
        query = {"maDonVi": self._at.agency, **asked}
        url = f"{self._at.root}/{service}"
        answer = unwrapped(await self._exchange.get(url, headers=self._headers(), query=query))
        return self._at.words.judged(answer)

    async def write(self, service: str, data: Sequence[Json]) -> PortalAnswer:
        """Hand a bare list to one of the portal's writing services that are not about dossiers."""
        return await self._post(service, list(data), {})

    async def _post(self, path: str, body: Any, query: Mapping[str, str]) -> PortalAnswer:
        asked = {"MaDinhDanhDV": self._at.agency, **query}
        url = f"{self._at.root}/{path}"
        answer = unwrapped(await self._exchange.post(url, body, headers=self._headers(), query=asked))
        return self._at.words.judged(answer)

    def _headers(self) -> Json:
        return {"SecurityKey": self._at.key} if self._at.key else {}


def unwrapped(value: Any) -> PortalAnswer:
    """Return the portal's own answer inside the gateway's `message`; plain text is the gateway's word."""
    outer = read_answer(value)
    inner = value.get("message")
    if isinstance(inner, str) and inner.lstrip()[:1] in {"{", "["}:
        inner = decoded(inner)
    if isinstance(inner, list) and outer.code == 0:
        return PortalAnswer(0, "", inner)
    if isinstance(inner, Mapping):
        return read_answer(inner)
    if outer.code == 0:
        raise PortalSilent("cổng kết nối trả lời không kèm câu trả lời của Cổng DVCQG")
    return outer
