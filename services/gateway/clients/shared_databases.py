"""Drivers of the population database and the business register, through the province's own adapter.

Their wire form is not public: what is agreed is a setting's address and this small JSON; a real connection
needs its own driver behind the same port.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from services.gateway.domain.database_answers import SUBJECT, found_in
from services.gateway.domain.portal.wire.json_text import parsed
from services.gateway.domain.portal.wire.lists import is_deeper
from services.gateway.domain.shared_databases import DatabaseSilent, DatabaseSlow, Found, Question

_MOST_BYTES = 1_048_576


class HttpDatabase:
    """Asks one address; anything but the agreed answer, in time, is silence."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, *, timeout_seconds: float) -> None:
        self._session = session
        self._url = url
        self._key = key
        self._seconds = timeout_seconds

    async def ask(self, question: Question) -> Found:
        """Return what it answered; raise `DatabaseSilent`."""
        asked = {SUBJECT[name]: value for name, value in question.subject.items()}
        body = {
            **asked,
            "maYeuCau": question.look_up_id,
            "maHoSo": question.dossier_id,
            "mucDich": question.purpose,
            "truong": list(question.fields),
        }
        headers = {"Authorization": f"Bearer {self._key}"}
        said = await posted(
            self._session, self._url, body, headers=headers, seconds=self._seconds, most=_MOST_BYTES
        )
        return found_in(said, question)


async def posted(
    session: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str],
    seconds: float,
    most: int,
    query: Mapping[str, str] | None = None,
) -> Any:
    """POST JSON and return the decoded answer, bounded in time and size; raise `DatabaseSilent`."""
    timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(3.0, seconds))
    try:
        async with session.post(
            url,
            params=query,
            data=orjson.dumps(body),
            headers={"Content-Type": "application/json", "Accept": "application/json", **headers},
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP's OK.
                raise DatabaseSilent(f"HTTP {response.status}")
            raw = b""
            async for chunk in response.content.iter_chunked(65_536):
                raw += chunk
                if len(raw) > most:
                    raise DatabaseSilent("câu trả lời quá lớn")
        found = orjson.loads(raw)
    except TimeoutError as error:
        raise DatabaseSlow("quá thời gian chờ") from error
    except (aiohttp.ClientError, orjson.JSONDecodeError) as error:
        raise DatabaseSilent(type(error).__name__) from error
    if is_deeper(found):
        raise DatabaseSilent("câu trả lời lồng nhau quá sâu")
    # Of a member said twice ("đã thu hồi" and "còn hiệu lực") a quick reader keeps the last alone.
    return parsed(raw)
