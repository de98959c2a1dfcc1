"""Public keys of the issuers: fetched, remembered, and fetched anew when an unknown key is used."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

import aiohttp
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kernel.core.errors import Unavailable
from services.gateway.clients.bounded_json import UNPACKED, json_object
from services.gateway.domain.issuer import Issuer

_FRESH_SECONDS = 600.0
_REFETCH_SECONDS = 30.0
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_UNREADABLE = (aiohttp.ClientError, TimeoutError, JoseError, ValueError, KeyError, TypeError, AttributeError)
_log = structlog.get_logger()


class KeySets:
    """The keys of each issuer; an issuer that is down keeps the keys it last showed."""

    def __init__(self, session: aiohttp.ClientSession, steady: Callable[[], float]) -> None:
        self._session = session
        self._steady = steady
        self._kept: dict[str, tuple[KeySet, float]] = {}
        self._tried: dict[str, float] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One an issuer: a slow one keeps nobody else's people waiting."""

    async def of(self, issuer: Issuer, kid: str) -> KeySet:
        """Return the issuer's keys; an unknown `kid` is asked for at most every thirty seconds."""
        if issuer.jwks is not None:
            if issuer.name not in self._kept:
                self._kept[issuer.name] = (_key_set(dict(issuer.jwks)), 0.0)
            return self._kept[issuer.name][0]
        if not self._is_good(issuer, kid):
            async with self._locks[issuer.name]:
                if not self._is_good(issuer, kid):
                    await self._refetch(issuer)
        kept = self._kept.get(issuer.name)
        if kept is None:
            raise Unavailable
        return kept[0]

    def _is_good(self, issuer: Issuer, kid: str) -> bool:
        """Tell whether the keys at hand will do: fresh and with this key, or tried a moment ago."""
        now = self._steady()
        if now - self._tried.get(issuer.name, -_REFETCH_SECONDS) < _REFETCH_SECONDS:
            return True
        keys, at = self._kept.get(issuer.name, (None, 0.0))
        return keys is not None and now - at < _FRESH_SECONDS and any(key.kid == kid for key in keys.keys)

    async def _refetch(self, issuer: Issuer) -> None:
        now = self._steady()
        self._tried[issuer.name] = now
        try:
            url = issuer.jwks_url or (await self.document(issuer))["jwks_uri"]
            self._kept[issuer.name] = (_key_set(await self.read(url)), now)
        except _UNREADABLE as error:
            _log.warning("issuer_keys_not_read", issuer=issuer.name, error=repr(error))

    async def document(self, issuer: Issuer) -> dict[str, Any]:
        """Return the issuer's discovery document, which must name the issuer itself."""
        if issuer.name not in self._documents:
            found = await self.read(f"{issuer.name.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer.name:
                message = "the discovery document names another issuer"
                raise ValueError(message)
            self._documents[issuer.name] = found
        return self._documents[issuer.name]

    async def read(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address."""
        async with self._session.get(
            url, headers=UNPACKED, timeout=_TIMEOUT, allow_redirects=False, auto_decompress=False
        ) as response:
            response.raise_for_status()
            return await json_object(response)


def _key_set(jwks: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(cast("Any", jwks))
