"""Answers that anybody may keep: entity tags, dates, compression; HEAD is the kernel's."""

import gzip
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import orjson
from fastapi import Request, Response

from kernel.web.edge import EdgeRoute

CACHED: dict[int | str, dict[str, Any]] = {304: {"description": "Chưa thay đổi"}}
FRESH = "public, max-age=60, stale-while-revalidate=300"
"""A procedure switches at midnight: what is kept is wrong for a minute at most."""
_WORTH_PACKING = 1_000
_PACKED = ("application/json", "application/geo+json", "application/atom+xml", "text/html", "text/csv")


class CacheableRoute(EdgeRoute):
    """A route whose public answers carry validators made of what they say, and are packed when asked for.

    The tag is a digest of the body: the same words have the same tag, and a version whose last day was
    brought forward has another one. Whoever is signed in gets what the endpoint says, unkept.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the edge's handler."""
        handle = super().get_route_handler()
        if (self.openapi_extra or {}).get("security") != [] or "GET" not in (self.methods or ()):
            return handle

        async def answer(request: Request) -> Response:
            seen = request.headers.get("if-none-match", "")
            since = request.headers.get("if-modified-since", "")
            packs = "gzip" in request.headers.get("accept-encoding", "")
            headers = [pair for pair in request.scope["headers"] if pair[0] != b"if-none-match"]
            found = await handle(Request({**request.scope, "headers": headers}, request.receive))
            if found.status_code != 200 or not hasattr(found, "body"):  # noqa: PLR2004 - OK.
                return found
            return _validated(found, seen, since, packs=packs)

        return answer


def _validated(found: Response, seen: str, since: str, *, packs: bool) -> Response:
    body = bytes(found.body)
    tag = hashlib.blake2b(body, digest_size=12).hexdigest()
    packed = packs and len(body) >= _WORTH_PACKING and (found.media_type or "").startswith(_PACKED)
    headers = {
        "ETag": f'"{tag}-gzip"' if packed else f'"{tag}"',
        "Cache-Control": FRESH,
        "Vary": "Accept-Encoding",
    }
    for name in (
        "Last-Modified",
        "Content-Security-Policy",
        "Content-Disposition",
        "Content-Language",
        "Link",
    ):
        if name in found.headers:
            headers[name] = found.headers[name]
    if _is_seen(tag, seen) if seen else _is_unchanged(headers.get("Last-Modified", ""), since):
        return Response(status_code=304, headers=headers)
    if packed:
        body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return Response(body, media_type=found.headers.get("content-type"), headers=headers)


def _is_seen(tag: str, seen: str) -> bool:
    tags = {one.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for one in seen.split(",")}
    return tag in tags or "*" in tags


def _is_unchanged(modified: str, since: str) -> bool:
    if not modified or not since:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def last_modified(moment: datetime | str | None) -> dict[str, str]:
    """Return the header of the moment something was last changed; none when nobody knows."""
    if not moment:
        return {}
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return {"Last-Modified": format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)}


def public_json(data: Mapping[str, Any], media_type: str = "application/json") -> Response:
    """Answer a record or a page; `changed_at` becomes its date and is not told."""
    told = {name: value for name, value in data.items() if name != "changed_at"}
    moments = [data.get("changed_at")]
    if isinstance(told.get("items"), list):
        moments += [item.get("changed_at") for item in told["items"] if isinstance(item, Mapping)]
        told["items"] = [
            {name: value for name, value in item.items() if name != "changed_at"} for item in told["items"]
        ]
    known = [datetime.fromisoformat(one) if isinstance(one, str) else one for one in moments if one]
    return Response(
        orjson.dumps(told), media_type=media_type, headers=last_modified(max(known, default=None))
    )
