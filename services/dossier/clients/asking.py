"""Asks somebody outside over HTTP: the whole exchange has a time, and what is read of the answer a bound."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

MOST_ANSWER_BYTES = 65_536


class NoAnswer(Exception):  # noqa: N818 - the fact is the name.
    """Nothing that counts as an answer came; the text says why, for an operator's log or list."""


async def posted(
    client: httpx.AsyncClient,
    url: str,
    *,
    headers: Mapping[str, str],
    seconds: float,
    json: Any = None,
    content: bytes | None = None,
) -> bytes:
    """POST a body and return what a good status came with, `MOST_ANSWER_BYTES` at the most.

    `seconds` are for all of it: one byte every few seconds is no answer either. Raises `NoAnswer` for any
    other status, too much, too slow, and whatever goes wrong between.
    """
    # Nothing is unpacked here, so nothing small can grow past the bound.
    asked = {**headers, "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout(seconds),
            client.stream("POST", url, json=json, content=content, headers=asked) as response,
        ):
            if not response.is_success:
                raise NoAnswer(f"HTTP {response.status_code}")
            said = bytearray()
            async for piece in response.aiter_raw():
                said += piece
                if len(said) > MOST_ANSWER_BYTES:
                    raise NoAnswer("the answer is too long")
            return bytes(said)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise NoAnswer(type(error).__name__) from error
