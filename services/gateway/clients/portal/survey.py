"""The survey service as the portal's side calls it, as a machine with one scope a task."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import aiohttp
import orjson
import structlog

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Unavailable
from kernel.core.ids import new_id
from kernel.web.auth import TokenSigner
from services.gateway.domain.portal.exchange.petitions import WaitingPetition
from services.gateway.domain.portal.exchange.satisfaction import MonthOfAnswers
from services.gateway.domain.portal.telling.messages import Json

_OK, _MADE = 200, 201
_OF_ALL = frozenset({401, 403, 404, 405, 408, 429, 502, 503, 504})
"""What is no word on the one petition but on us, or the service itself."""
_PAGE = 100
_log = structlog.get_logger()
_GATEWAY = Caller(
    subject="gateway-portal",
    kind=CallerKind.SERVICE,
    name="Cổng DVCQG",
    roles=frozenset({"survey.summaries"}),
)


_FOR_PETITIONS = replace(_GATEWAY, roles=frozenset({"portal.petitions"}))


class HttpSurveyService:
    """Reads a month page by page; every failure of the road is `Unavailable`."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, signer: TokenSigner, *, timeout_seconds: float = 30.0
    ) -> None:
        self._session = session
        self._url = url
        self._signer = signer
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=2)

    async def month(self, first: date) -> AsyncIterator[MonthOfAnswers]:
        """Give how every question was answered that month, agency by agency."""
        cursor = ""
        while True:
            page = await self._page({"month": f"{first:%Y-%m}", "limit": str(_PAGE), "cursor": cursor})
            for item in page["items"]:
                for row in _rows(first, item):
                    yield row
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return

    async def take_petition(self, petition: WaitingPetition, agency: str) -> bool:
        """Hand over a petition of the portal's; the same one again is the same one.

        False where survey does not take this one, for whatever is wrong with it or with survey about it:
        those behind it go on.
        """
        token, _ = self._signer.sign(_FOR_PETITIONS)
        told = {"portal_id": petition.number, "agency": agency, **petition.words, "beside": petition.beside}
        try:
            async with self._session.post(
                f"{self._url}/v1/portal-petitions",
                data=orjson.dumps(told),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    # Of this time alone: the same as an hour ago may say anew what changed between.
                    "Idempotency-Key": str(new_id()),
                },
                timeout=self._timeout,
            ) as response:
                if response.status in _OF_ALL:
                    raise Unavailable(f"survey: HTTP {response.status}")
                is_taken = response.status == _MADE
                if not is_taken:
                    _log.warning("portal_petition_refused", number=petition.number, status=response.status)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable(f"survey: {type(error).__name__}") from error
        return is_taken

    async def _page(self, query: dict[str, str]) -> Json:
        token, _ = self._signer.sign(_GATEWAY)
        try:
            async with self._session.get(
                f"{self._url}/v1/satisfaction-summaries",
                params=query,
                headers={"Authorization": f"Bearer {token}"},
                timeout=self._timeout,
            ) as response:
                if response.status != _OK:
                    raise Unavailable(f"survey: HTTP {response.status}")
                page: Json = orjson.loads(await response.read())
        except (TimeoutError, aiohttp.ClientError, orjson.JSONDecodeError) as error:
            raise Unavailable(f"survey: {type(error).__name__}") from error
        return page


def _rows(month: date, item: Json) -> list[MonthOfAnswers]:
    edition = f"{item['questionnaire']}.v{item['version']}"
    return [
        MonthOfAnswers(
            month=month,
            agency=item["agency"],
            agency_name="",
            procedure=item["procedure"],
            question=f"{question['code']}@{edition}",
            text=question["text"],
            counts={int(score): answers for score, answers in question["scores"].items()},
        )
        for question in item["questions"]
    ]
