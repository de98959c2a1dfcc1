"""The issuers' side of the code flow: discovery, the token endpoint, and the claims of user information."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog

from kernel.core.errors import Unauthenticated, Unavailable
from services.gateway.clients.bounded_json import UNPACKED, json_object
from services.gateway.clients.key_sets import KeySets
from services.gateway.clients.outside_tokens import IssuerTokens
from services.gateway.domain.issuer import Issuer, IssuerKind, OutsideIdentity
from services.gateway.use_cases.ports import SignedOut
from services.gateway.use_cases.sample_issuer import OAuthError, OwnIssuer

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_UNREADABLE = (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError)
_OF_THE_SIGN_IN = frozenset({"acr", "amr", "auth_time", "exp", "iat", "nonce", "sid"})
_log = structlog.get_logger()


class HttpSignIn:
    """Speaks to outside issuers over HTTP, and to our own without leaving the process."""

    def __init__(
        self, session: aiohttp.ClientSession, keys: KeySets, tokens: IssuerTokens, own: OwnIssuer
    ) -> None:
        self._session = session
        self._keys = keys
        self._tokens = tokens
        self._own = own

    async def address(self, issuer: Issuer, parameters: Mapping[str, str]) -> str:
        """Return where the browser goes to sign in."""
        address = issuer.authorization_url or (
            f"{issuer.name}/authorize"
            if issuer.kind is IssuerKind.OWN
            else await self._discovered(issuer, "authorization_endpoint")
        )
        return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"

    async def redeem(
        self, issuer: Issuer, *, code: str, verifier: str, redirect_uri: str, nonce: str
    ) -> OutsideIdentity:
        """Return who signed in; raise `Unauthenticated` when the code is not good."""
        if issuer.kind is IssuerKind.OWN:
            try:
                claims = self._own.redeem(code, verifier, redirect_uri)
            except OAuthError as error:
                raise Unauthenticated from error
            if claims["nonce"] != nonce:
                raise Unauthenticated
            return self._tokens.identity(issuer, claims)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": issuer.client_id,
        }
        if issuer.client_secret:
            form["client_secret"] = issuer.client_secret
        answer = await self._redeemed(issuer, form)
        hint = str(answer.get("id_token", ""))
        _, claims = await self._tokens.claims(hint, issuer.client_id, nonce)
        identity = self._tokens.identity(issuer, await self._with_user_info(issuer, claims, answer))
        return replace(identity, hint=hint)

    async def leaving(self, issuer: Issuer, parameters: Mapping[str, str]) -> str:
        """Return where the browser signs out there; nothing where the issuer has no such page."""
        address = issuer.end_session_url
        if not address and issuer.kind is not IssuerKind.OWN and not issuer.authorization_url:
            # An issuer whose endpoints are all given is not asked for more.
            try:
                address = str((await self._keys.document(issuer)).get("end_session_endpoint", ""))
            except _UNREADABLE as error:
                _log.warning("issuer_not_discovered", issuer=issuer.name, error=repr(error))
        return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}" if address else ""

    async def told_to_end(self, token: str) -> SignedOut:
        """Return what a verified logout token ends; raise `Unauthenticated`."""
        return await self._tokens.sign_out(token)

    async def _redeemed(self, issuer: Issuer, form: Mapping[str, str]) -> dict[str, Any]:
        url = issuer.token_url or await self._discovered(issuer, "token_endpoint")
        try:
            async with self._session.post(
                url,
                data=form,
                headers=UNPACKED,
                timeout=_TIMEOUT,
                allow_redirects=False,
                auto_decompress=False,
            ) as response:
                if response.status in {400, 401}:
                    raise Unauthenticated
                response.raise_for_status()
                return await json_object(response)
        except _UNREADABLE as error:
            _log.warning("sign_in_not_redeemed", issuer=issuer.name, error=repr(error))
            raise Unavailable from error

    async def _with_user_info(
        self, issuer: Issuer, claims: dict[str, Any], answer: Mapping[str, Any]
    ) -> dict[str, Any]:
        """VNConnect tells who a person is only there; it must speak of the same subject."""
        if not issuer.userinfo_url:
            return claims
        headers = {**UNPACKED, "Authorization": f"Bearer {answer.get('access_token', '')}"}
        try:
            async with self._session.get(
                issuer.userinfo_url,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                auto_decompress=False,
            ) as response:
                response.raise_for_status()
                told = await json_object(response)
        except _UNREADABLE as error:
            _log.warning("user_info_not_read", issuer=issuer.name, error=repr(error))
            raise Unavailable from error
        if told.get("sub") != claims["sub"]:
            raise Unauthenticated
        # How somebody signed in is said, signed, by the identity token alone.
        signed = {name: value for name, value in claims.items() if value is not None}
        return {**{name: told[name] for name in told.keys() - _OF_THE_SIGN_IN}, **signed}

    async def _discovered(self, issuer: Issuer, name: str) -> str:
        try:
            return str((await self._keys.document(issuer))[name])
        except _UNREADABLE as error:
            _log.warning("issuer_not_discovered", issuer=issuer.name, error=repr(error))
            raise Unavailable from error
