"""Fetches a file from an address a stranger wrote: resolved once, connected to what was resolved, bounded."""

import asyncio
import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from services.gateway.domain.portal.inbound.links import (
    Allowed,
    Network,
    NotFetched,
    Target,
    require_outside,
    target_of,
    type_of,
)
from services.gateway.use_cases.portal.inbound.links import FetchedFile

_OK, _NOT_FOUND = 200, 404
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOST_MOVES = 3
_CONNECT_SECONDS = 5.0
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}


class _Resolved(AbstractResolver):
    """Gives back what was resolved and looked at; a name that answers otherwise next time changes nothing."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the port's own.
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in self._addresses
        ]

    async def close(self) -> None:
        """Hold nothing."""


@dataclass(frozen=True, kw_only=True)
class HttpLinks:
    """`most_bytes` and `seconds` bound one file, its redirects included."""

    allowed: Sequence[Allowed]
    networks: Sequence[Network]
    most_bytes: int
    seconds: float

    async def fetch(self, address: str) -> FetchedFile:
        """Return the file behind an address; raise `NotFetched`."""
        target = target_of(address, self.allowed)
        try:
            async with asyncio.timeout(self.seconds):
                content = await self._fetched(target)
        except TimeoutError as error:
            raise NotFetched("quá thời gian tải tệp") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NotFetched(f"không kết nối được: {type(error).__name__}") from error
        except ValueError as error:
            # A host no name server can be asked for, or a redirect that is no address.
            raise NotFetched(f"địa chỉ không dùng được: {type(error).__name__}", is_final=True) from error
        kind = type_of(content)
        return FetchedFile(content, hashlib.sha256(content).digest(), kind)

    async def _fetched(self, target: Target) -> bytes:
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        require_outside(addresses, self.networks)
        connector = aiohttp.TCPConnector(resolver=_Resolved(addresses), use_dns_cache=False, limit=1)
        timeout = aiohttp.ClientTimeout(total=self.seconds, sock_connect=_CONNECT_SECONDS)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=_HEADERS, auto_decompress=False
        ) as session:
            try:
                return await self._asked(session, target, _MOST_MOVES)
            except _Missing:
                if "+" not in target.rest:
                    raise
                # Systems are known to write a sign for a blank in the names of files (section 23).
                spaced = Target(target.scheme, target.host, target.port, target.rest.replace("+", "%20"))
                return await self._asked(session, spaced, _MOST_MOVES)

    async def _asked(self, session: aiohttp.ClientSession, target: Target, moves: int) -> bytes:
        async with session.get(target.url, allow_redirects=False) as response:
            if response.status in _MOVED:
                moved = target_of(urljoin(target.url, response.headers.get("Location", "")), self.allowed)
                if moved.origin != target.origin or not moves:
                    raise NotFetched("máy chủ chuyển hướng sang nơi khác", is_final=True)
                return await self._asked(session, moved, moves - 1)
            if response.status == _NOT_FOUND:
                raise _Missing(f"HTTP {response.status}")
            if response.status != _OK or response.headers.get("Content-Encoding", "identity") != "identity":
                raise NotFetched(f"HTTP {response.status}")
            return await self._bounded(response)

    async def _bounded(self, response: aiohttp.ClientResponse) -> bytes:
        content = bytearray()
        if (response.content_length or 0) > self.most_bytes:
            raise NotFetched("tệp quá lớn", is_final=True)
        async for chunk in response.content.iter_chunked(65_536):
            content += chunk
            if len(content) > self.most_bytes:
                raise NotFetched("tệp quá lớn", is_final=True)
        return bytes(content)


class _Missing(NotFetched):
    """Nothing is at the address, now."""
