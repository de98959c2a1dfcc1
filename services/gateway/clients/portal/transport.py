"""One HTTP exchange with the portal or its gateway: bounded in time, believed only when it is JSON."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import orjson

from services.gateway.domain.portal.answers.answer import (
    PortalBusy,
    PortalShut,
    PortalSilent,
    PortalUnreached,
    PortalUnreadable,
    PortalWithout,
)
from services.gateway.domain.portal.answers.phrases import finds_fault, own_words
from services.gateway.domain.portal.wire.envelope import without_controls
from services.gateway.domain.portal.wire.lists import is_deeper, member, text_told, whole_number

MOST_BYTES = 64 * 1_048_576
_PIECE = 65_536
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "Charset": "utf-8"}
_SHUT = frozenset({401, 403})
_WITHOUT = frozenset({404, 405, 501})
_REFUSING = frozenset({400, 409, 422})
_CODES = ("error_code", "errorCode")
_WORDS = 2000
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARK = b"\xef\xbb\xbf"


class JsonExchange:
    """Sends JSON and reads JSON; anything but JSON under HTTP 2xx, or a refusal in words, is silence.

    Section 3.3 has refusals under HTTP 200; frameworks validate with 400 or 422 and the same words in JSON.
    """

    def __init__(self, session: aiohttp.ClientSession, *, timeout_seconds: float) -> None:
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=min(5.0, timeout_seconds))

    async def post(
        self, url: str, body: Any, *, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Any:
        """POST a JSON body and return the decoded answer; raise `PortalSilent`."""
        return await self._send("POST", url, headers=headers, query=query, data=orjson.dumps(body))

    async def get(self, url: str, *, headers: Mapping[str, str], query: Mapping[str, str]) -> Any:
        """GET and return the decoded answer; raise `PortalSilent`."""
        return await self._send("GET", url, headers=headers, query=query, data=None)

    async def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
        data: bytes | None,
    ) -> Any:
        try:
            async with self._session.request(
                method,
                url,
                params=query,
                data=data,
                headers={**_HEADERS, **headers},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                raw = await _bounded(response)
                if 300 <= response.status < 400:  # noqa: PLR2004 - redirects.
                    raise PortalShut(f"HTTP {response.status}")
                if not response.ok:
                    return _refusal(response.status, raw)
        except TimeoutError as error:
            raise PortalSilent("quá thời gian chờ") from error
        except aiohttp.ClientConnectorError as error:
            raise PortalUnreached("không kết nối được") from error
        except aiohttp.ClientError as error:
            raise PortalSilent(type(error).__name__) from error
        return decoded(raw)


class PacedExchange(JsonExchange):
    """Waits for a turn before everything it sends: calls, and what repeats them or signs in for them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        timeout_seconds: float,
        turn: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(session, timeout_seconds=timeout_seconds)
        self._turn = turn

    async def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
        data: bytes | None,
    ) -> Any:
        await self._turn()
        return await super()._send(method, url, headers=headers, query=query, data=data)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """Return the whole body; raise `PortalSilent` past `MOST_BYTES` of it, unpacked as it comes.

    A list of all procedures has some megabytes: who sends more, or a little that grows, is not listened to.
    """
    found = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        found += piece
        if len(found) > MOST_BYTES:
            raise PortalSilent(f"câu trả lời dài hơn {MOST_BYTES} byte")
    return bytes(found)


def _refusal(status: int, raw: bytes) -> Any:
    """Return the refusal an HTTP fault has in it; raise `PortalSilent` for any other.

    Under a fault of the server it is its own bad moment (`PortalBusy`): its words are kept, and are its last
    once said often enough. Success under a fault is believed of nobody. Who is shut out, or finds nothing
    there, is so by status; words that name something of the message and its fault are a refusal all the same.
    """
    try:
        found = decoded(raw)
    except PortalUnreadable:
        found = None
    told = found[0] if isinstance(found, list) and len(found) == 1 else found
    codes = (member(told, name) for name in _CODES) if isinstance(told, Mapping) else ()
    code = next((one for one in codes if one is not None), None)
    is_said = code is not None and whole_number(code) != 0
    words = text_told(told, "message")[:_WORDS] if isinstance(told, Mapping) else ""
    heard = f"HTTP {status}: {str(code)[:20]} {words[:200]}".strip() if is_said else f"HTTP {status}"
    if status in _REFUSING and is_said:
        return found
    if status in _SHUT or status in _WITHOUT:
        if is_said and finds_fault(own_words(words)):
            return found
        raise PortalShut(heard) if status in _SHUT else PortalWithout(heard)
    raise PortalBusy(heard) if is_said else PortalSilent(heard)


_ESCAPED = re.compile(r"\\u00[017]|\\[bf]|\x7f")
_NAME_END = re.compile(rb'"[ \t\r\n]*:')
_SAID_TWICE_BYTES = 262_144
"""Longer ones are lists of catalogues, which are asked for again each day."""


def decoded(raw: bytes | str) -> Any:
    """Decode JSON, a byte order mark before it or not; raise `PortalUnreadable` for what is none."""
    text = raw.removeprefix(_MARK) if isinstance(raw, bytes) else raw.removeprefix(_MARK.decode())
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return without_controls(_read_as_written(text))
    _shallow(found)
    if len(text) <= _SAID_TWICE_BYTES:
        found = _with_what_is_said_twice(text, found)
    plain = text if isinstance(text, str) else text.decode("latin-1")
    return without_controls(found) if _ESCAPED.search(plain) else found


def _with_what_is_said_twice(text: bytes | str, found: Any) -> Any:
    """Return an answer with members that are named again beside the first: readers keep the last alone."""
    written = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(_NAME_END.findall(written)) == orjson.dumps(found).count(b'":'):
        return found
    return json.loads(text, object_pairs_hook=_each)


def _each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose repeated names stand beside the first with a blank more: the same letters."""
    held: dict[str, Any] = {}
    for name, value in pairs:
        while name in held and held[name] != value:
            name += " "  # noqa: PLW2901 - the name it can have.
        held[name] = value
    return held


def _shallow(found: Any) -> Any:
    if is_deeper(found):
        raise PortalUnreadable("câu trả lời lồng nhau quá sâu")
    return found


def _read_as_written(text: bytes | str) -> Any:
    """Read what strict readers do not: UTF-16, raw breaks of lines, `NaN`, a letter cut in half ("?")."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-16" if text[:2] in _WIDE_MARKS else "utf-8")
        found = json.loads(text, strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise PortalUnreadable("câu trả lời không phải JSON") from error
    wide = json.dumps(_shallow(found), ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return orjson.loads(wide.decode("utf-16-le", "replace").replace("\ufffd", "?"))


def open_portal_session(connections: int) -> aiohttp.ClientSession:
    """Return the connections to the portal; no cookies, no proxy of the environment."""
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=30)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
