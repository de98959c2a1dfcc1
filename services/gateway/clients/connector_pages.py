"""Pages of sources over HTTP: bounded in time and size, believed only when they are what was agreed."""

import aiohttp

from services.gateway.domain.connectors.rows import NotReadable, items_of, json_of
from services.gateway.domain.connectors.source import PullWay, Source
from services.gateway.use_cases.connectors.ports import Page, SourceSilent

_OK = 200
_LONGEST_CURSOR = 1000


class HttpPages:
    """One connection pool for all sources; each call has its source's own time-out."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def page(self, source: Source, cursor: str) -> Page:
        """Return the page after a cursor; raise `SourceSilent`."""
        way = source.pull
        if way is None:
            raise SourceSilent("nguồn không có địa chỉ để hỏi")
        query = {way.limit_parameter: str(way.page_size)} | ({way.cursor_parameter: cursor} if cursor else {})
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {way.key}"} if way.key else {})
        timeout = aiohttp.ClientTimeout(total=way.timeout_seconds, sock_connect=min(5.0, way.timeout_seconds))
        try:
            async with self._session.get(
                way.url, params=query, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != _OK:
                    raise SourceSilent(f"HTTP {response.status}")
                body = await _bounded(response, way.most_bytes)
        except TimeoutError as error:
            raise SourceSilent("quá thời gian chờ") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise SourceSilent(type(error).__name__) from error
        return page_of(body, way)


async def _bounded(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return a body however it is packed, given up as soon as it grows past its bound."""
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65_536):
        size += len(chunk)
        if size > most:
            raise SourceSilent("trang dữ liệu quá lớn")
        chunks.append(chunk)
    return b"".join(chunks)


def page_of(body: bytes, way: PullWay) -> Page:
    """Return what of a page moves the cursor; raise `SourceSilent` for anything that is no page."""
    try:
        said = json_of(body)
    except NotReadable as error:
        raise SourceSilent("câu trả lời không phải JSON") from error
    items = items_of(said, way.items, is_page=True) if isinstance(said, dict) else None
    if items is None:
        raise SourceSilent("câu trả lời không phải một trang dữ liệu")
    cursor = said.get(way.next_cursor)
    text = str(cursor) if isinstance(cursor, str | int) and not isinstance(cursor, bool) else ""
    if len(text) > _LONGEST_CURSOR or not text.isprintable():
        raise SourceSilent("con trỏ trang không hợp lệ")
    return Page(body, text, said.get(way.has_more) is True, len(items))
