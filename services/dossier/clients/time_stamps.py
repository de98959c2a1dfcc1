"""Asks a time stamping authority when a signature was there (RFC 3161 over HTTP, section 3.4)."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from asn1crypto import algos, cms, tsp

from kernel.tls import authorities
from services.dossier.clients.asking import NoAnswer, posted
from services.dossier.use_cases.files.ports import TimeStamps

_SECONDS = 4.0
_QUIET_SECONDS = 30.0
_QUERY = "application/timestamp-query"
_GRANTED = {"granted", "granted_with_mods"}
_log = structlog.get_logger()


async def no_time_stamps(signature: bytes) -> bytes:
    """Stamp nothing."""
    del signature
    return b""


class TimeStampAuthority:
    """One authority. Once it was silent it is left alone for a while: fifty signatures wait for it once."""

    def __init__(self, client: httpx.AsyncClient, url: str, *, quiet_seconds: float = _QUIET_SECONDS) -> None:
        self._client = client
        self._url = url
        self._quiet_seconds = quiet_seconds
        self._quiet_until = 0.0

    async def __call__(self, signature: bytes) -> bytes:
        """Return the token; empty for whatever is no stamp over this signature."""
        now = asyncio.get_running_loop().time
        if now() < self._quiet_until:
            return b""
        nonce = secrets.randbits(63)
        digest = hashlib.sha256(signature).digest()
        try:
            return _token(await self._answer(_query(digest, nonce)), digest, nonce)
        except (NoAnswer, ValueError, TypeError, KeyError) as error:
            _log.warning("time_stamp_missing", error=repr(error)[:200])
            self._quiet_until = now() + self._quiet_seconds
            return b""

    async def _answer(self, query: bytes) -> bytes:
        return await posted(
            self._client, self._url, headers={"Content-Type": _QUERY}, seconds=_SECONDS, content=query
        )


def _query(digest: bytes, nonce: int) -> bytes:
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": digest,
    }
    asked = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(asked).dump())


def _token(raw: bytes, digest: bytes, nonce: int) -> bytes:
    """Return the token of an answer to this very question; raise `ValueError` for any other answer."""
    answer = tsp.TimeStampResp.load(raw, strict=True)
    status = answer["status"]["status"].native
    if status not in _GRANTED:
        raise ValueError(f"the authority says {status}")
    token = answer["time_stamp_token"]
    told = _told(token["content"])
    is_ours = told["message_imprint"]["hashed_message"].native == digest and told["nonce"].native == nonce
    if not is_ours:
        raise ValueError("the time stamp is over something else")
    return bytes(token.dump())


def _told(signed: cms.SignedData) -> tsp.TSTInfo:
    """Return what one authority signed, its certificate beside it (RFC 3161, 2.4.2); else `ValueError`.

    Whose certificate it is and whether the signature holds is judged by the process that reads the file.
    """
    info = signed["encap_content_info"]
    content = info["content"]
    if info["content_type"].native != "tst_info" or not isinstance(content, cms.ParsableOctetString):
        raise ValueError("the token holds no time stamp")
    if len(signed["signer_infos"]) != 1 or not signed["certificates"]:
        raise ValueError("nobody signed the time stamp")
    return tsp.TSTInfo.load(bytes(content), strict=True)


@asynccontextmanager
async def open_time_stamps(url: str) -> AsyncIterator[TimeStamps]:
    """Open the authority of an address; an empty one is off."""
    if not url:
        yield no_time_stamps
        return
    trusted = authorities(trust_env=False)
    async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, verify=trusted) as client:
        yield TimeStampAuthority(client, url)
