"""The payment platform and the dossier service's payments over HTTP."""

from datetime import date
from typing import Any

from kernel.core.errors import NotFound, Unavailable
from services.gateway.clients.portal.dossier import HttpDossierService
from services.gateway.clients.portal.transport import JsonExchange
from services.gateway.domain.portal.telling.messages import Json

_SCOPE = "portal.payments"
_NOT_FOUND, _REFUSED = 404, 400
_NOTHING_TO_PAY = "nothing-to-pay"


class HttpPlatform:
    """One address a message; without a list address nothing is reconciled here."""

    def __init__(self, exchange: JsonExchange, url: str, *, list_url: str = "") -> None:
        self._exchange = exchange
        self._url = url
        self._list_url = list_url

    async def send(self, message: Json) -> Any:
        """POST a message and return the answer; raise `PortalSilent`."""
        return await self._exchange.post(self._url, message, headers={})

    @property
    def has_lists(self) -> bool:
        """Tell whether this installation has the platform's lists."""
        return bool(self._list_url)

    async def paid_on(self, day: date) -> Any:
        """Return the platform's list of a day."""
        return await self._exchange.post(self._list_url, {"Ngay": day.strftime("%Y%m%d")}, headers={})


class HttpDossierMoney:
    """The dossier service's payments, as a machine with the scope for them."""

    def __init__(self, service: HttpDossierService) -> None:
        self._service = service

    async def to_carry(self, what: str, limit: int) -> list[Json]:
        """Return requests to open or to look up."""
        answer = await self._call("GET", f"/v1/payment-requests?what={what}&limit={limit}", None)
        return list(answer.get("items") or ())

    async def opened(self, reference: str, *, url: str, failure: str) -> None:
        """Tell where to pay, or why there is no address yet."""
        body = {"pay_url": url, "failure": " ".join(failure.split())}
        await self._call("POST", f"/v1/payment-requests/{reference}/opening", body)

    async def tell(self, news: Json) -> str:
        """Tell what the platform said; return what was made of it."""
        answer = await self._call("POST", "/v1/payment-results", news)
        return str(answer.get("outcome") or "")

    async def bill(self, code: str) -> Json | None:
        """Return what a dossier owes as a request to carry; None when nothing is owed."""
        try:
            return await self._call("POST", "/v1/payment-bills", {"code": code})
        except _NothingOwed:
            return None

    async def reconcile(self, day: date, rows: list[Json]) -> int:
        """Hand in the platform's list of a day; return how many differences there are."""
        answer = await self._call(
            "POST", "/v1/payment-reconciliations", {"day": day.isoformat(), "rows": rows}
        )
        return len(answer.get("differences") or ())

    async def _call(self, method: str, path: str, body: Json | None) -> Json:
        """Call; the key of a write is new each time, for what it writes is idempotent by its reference.

        Raise `NotFound`, `_NothingOwed`, and `Unavailable` for whatever else is not taken now, with its code.
        """
        status, answer = await self._service.exchange(method, path, body, scope=_SCOPE)
        if status == _NOT_FOUND:
            raise NotFound
        if answer.get("code") == _NOTHING_TO_PAY:
            raise _NothingOwed
        if status >= _REFUSED:
            raise Unavailable(f"dossier: HTTP {status} {answer.get('code') or ''}")
        return answer


class _NothingOwed(Exception):  # noqa: N818 - the fact is the name.
    """Nothing is to be paid."""
