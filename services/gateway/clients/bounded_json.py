"""What an issuer answers, read only so far: a key set has kilobytes, whoever sends more is not one."""

from typing import Any

import aiohttp
import orjson

MOST_BYTES = 262_144
"""Of a key set, a discovery document, a token's answer and user information alike."""
_PIECE = 65_536


class TooLong(ValueError):  # noqa: N818 - the fact is the name.
    """The answer is longer than anything an issuer has to say."""


async def json_object(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return the JSON object of an answer; raise `ValueError` for anything else, after `MOST_BYTES` at most.

    Ask with `auto_decompress=False`: nothing is unpacked, so what comes is what is counted.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise TooLong("packed")
    found = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        found += piece
        if len(found) > MOST_BYTES:
            raise TooLong(f"more than {MOST_BYTES} bytes")
    read = orjson.loads(found)
    if not isinstance(read, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one error for whatever cannot be read.
    return read


UNPACKED = {"Accept-Encoding": "identity"}
