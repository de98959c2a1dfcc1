"""The driver through a provincial gateway: one address a service, bare data, answers decoded twice (3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.gateway.clients.portal.transport import JsonExchange, decoded
from services.gateway.domain.portal.account import GatewayAddresses
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalUnreadable, read_answer
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.domain.portal.wire.lists import member

_CODES = ("error_code", "errorCode")
_ITS_OWN = frozenset({"error_code", "errorcode", "message", "result", "data"})
_TEXTS = 3
_NO_WORDS = "(cổng kết nối không kèm câu trả lời)"


class GatewayPortal:
    """Leaves login and envelope to the gateway."""

    def __init__(self, exchange: JsonExchange, addresses: GatewayAddresses) -> None:
        self._exchange = exchange
        self._at = addresses

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier: a bare array, the mode in the query."""
        path = self._at.update if is_updating else self._at.create
        mode = {"isUpdating": "True" if is_updating else "False"}
        return self._of_one(await self._post(path, [message], mode), message)

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries."""
        return self._of_one(await self._post(self._at.progress, list(entries), {}), entries)

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal."""
        return self._of_one(await self._post(self._at.status, message, {}), message)

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds."""
        return await self.read(self._at.look_up, mahoso=code)

    async def read(self, service: str, **asked: str) -> PortalAnswer:
        """Ask one of the portal's reading services: the service is the path, what is asked the query."""
        query = {"maDonVi": self._at.agency, **asked}
        url = f"{self._at.root}/{service}"
        answer = unwrapped(await self._exchange.get(url, headers=self._headers(), query=query))
        return self._at.words.heard(answer)

    async def write(self, service: str, data: Sequence[Json]) -> PortalAnswer:
        """Hand a bare list to one of the portal's writing services that are not about dossiers."""
        return self._of_one(await self._post(service, list(data), {}), data)

    async def _post(self, path: str, body: Any, query: Mapping[str, str]) -> PortalAnswer:
        asked = {"MaDinhDanhDV": self._at.agency, **query}
        url = f"{self._at.root}/{path}"
        told = await self._exchange.post(url, body, headers=self._headers(), query=asked)
        return self._at.words.heard(unwrapped(told, is_read=False))

    def _of_one(self, answer: PortalAnswer, told: Json | Sequence[Json]) -> PortalAnswer:
        return self._at.words.judged(answer.of_one(told))

    def _headers(self) -> Json:
        return {"SecurityKey": self._at.key} if self._at.key else {}


def unwrapped(value: Any, *, is_read: bool = True) -> PortalAnswer:
    """Return the portal's own answer inside the gateway's `message`, `result` or `data`, in texts of texts.

    A denial outside is one, whatever stands inside. A list answers a read only. Plain words are the
    gateway's: a refusal of its own; of a write it took, what there is to go by (words of success, or the
    portal is asked what it has); of a read, no answer (`PortalSilent`), but for a dossier that is not there.
    """
    value = _said_through(value)
    if isinstance(value, list) and len(value) == 1:
        value = _said_through(value[0])
    outer = read_answer(value)
    for name in ("message", "result", "data"):
        inner = _said_through(member(value, name))
        if isinstance(inner, list) and len(inner) == 1 and _has_code(inner[0]):
            inner = inner[0]
        if _has_code(inner):
            found = read_answer(inner)
            # What the gateway says beside the portal's answer counts as what stands in that.
            beside = {other: one for other, one in value.items() if other.casefold() not in _ITS_OWN}
            found = replace(found, told={**beside, **found.told})
            return found if outer.code == 0 or found.code != 0 else replace(found, code=outer.code)
        if isinstance(inner, list) and is_read and outer.code == 0:
            return PortalAnswer(0, "", inner)
    if outer.code != 0 or outer.says_absent:
        return outer
    if is_read:
        raise PortalUnreadable("cổng kết nối trả lời không kèm câu trả lời của Cổng DVCQG")
    return outer if outer.message else replace(outer, message=_NO_WORDS)


def _said_through(value: Any) -> Any:
    """Return what is said by a text of a text of an answer, as far as it is one."""
    for _ in range(_TEXTS):
        if not isinstance(value, str) or value.lstrip("\ufeff \t\r\n")[:1] not in {"{", "[", '"'}:
            return value
        try:
            value = decoded(value.lstrip("\ufeff \t\r\n"))
        except PortalUnreadable:
            return value
    return value


def _has_code(value: Any) -> bool:
    return isinstance(value, Mapping) and any(member(value, name) is not None for name in _CODES)
