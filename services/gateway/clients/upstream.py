"""The hot hop to the services: aiohttp with kept connections, a time limit each and a breaker each."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import aiohttp
from prometheus_client import Counter
from yarl import URL

from kernel.core.errors import Unavailable
from services.gateway.domain.limits import Breaker
from services.gateway.use_cases.ports import UpstreamAnswer, UpstreamRequest

_WHOLE_BYTES = 1_048_576
_NO_BODY = frozenset({204, 304})
_failures = Counter(
    "gateway_upstream_failures_total", "Requests a service did not answer", ["service", "reason"]
)


class HttpUpstream:
    """Sends requests on; what was sent is sent again at most once, and only when that is harmless."""

    def __init__(
        self, session: aiohttp.ClientSession, streams: aiohttp.ClientSession, addresses: Mapping[str, str]
    ) -> None:
        self._session = session
        # Streams are held open for hours: they must not take the connections of everybody else.
        self._streams = streams
        self._addresses = dict(addresses)
        self._breakers = {service: Breaker() for service in addresses}
        self._timeouts: dict[tuple[float, bool], aiohttp.ClientTimeout] = {}

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Return the answer; raise `Unavailable` when the service is down or too slow."""
        now = asyncio.get_running_loop().time
        breaker = self._breakers[request.service]
        if breaker.is_open(now()):
            _failures.labels(request.service, "open").inc()
            raise Unavailable
        body = request.body
        asker = None if body is None or isinstance(body, bytes) else _Asker(body)
        if asker is not None:
            request = replace(request, body=aiter(asker))
        try:
            response = await self._twice_if_dropped(request)
            breaker.succeeded()
            return await self._answer(request, response)
        except (TimeoutError, aiohttp.ClientError) as error:
            if asker is not None and asker.has_failed:
                # A body too slow, too long or broken off says nothing of the service.
                raise Unavailable from error
            reason = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
            _failures.labels(request.service, reason).inc()
            breaker.failed(now())
            raise Unavailable from error

    async def _twice_if_dropped(self, request: UpstreamRequest) -> aiohttp.ClientResponse:
        try:
            return await self._once(request)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            # A kept connection may be closed under our hands; a refused one will be refused again.
            if not request.may_retry or isinstance(error, aiohttp.ClientConnectorError):
                raise
            return await self._once(request)

    async def _once(self, request: UpstreamRequest) -> aiohttp.ClientResponse:
        seconds, is_stream = request.timeout_seconds, request.is_stream
        timeout = self._timeouts.get((seconds, is_stream))
        if timeout is None:
            timeout = self._timeouts[seconds, is_stream] = (
                aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=seconds)
                if is_stream
                else aiohttp.ClientTimeout(total=seconds, sock_connect=2)
            )
        session = self._streams if is_stream else self._session
        # The address goes on as it came: another spelling of it might be another address there.
        return await session.request(
            request.method,
            URL(self._addresses[request.service] + request.target, encoded=True),
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=timeout,
        )

    async def _answer(self, request: UpstreamRequest, response: aiohttp.ClientResponse) -> UpstreamAnswer:
        length = response.content_length
        if request.method == "HEAD" or response.status in _NO_BODY:
            response.release()
            return UpstreamAnswer(response.status, response.raw_headers)
        if length is not None and length <= _WHOLE_BYTES:
            return UpstreamAnswer(response.status, response.raw_headers, await response.read())
        return UpstreamAnswer(response.status, response.raw_headers, chunks=_chunks(response))


class _Asker:
    """A body as its asker sends it; remembers that it was the asker who failed."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts
        self.has_failed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the parts."""
        try:
            async for part in self._parts:
                yield part
        # Whatever it was, it goes on: noted is only that the service behind is not to blame.
        except Exception:
            self.has_failed = True
            raise


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Yield a long body; a body that breaks off breaks the answer off too, so nobody takes it for whole."""
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    finally:
        response.close()


def open_session(connections: int) -> aiohttp.ClientSession:
    """Return the pool of connections to the services: no cookies, no redirects, bodies as they are."""
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=connections, keepalive_timeout=30, enable_cleanup_closed=False
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
