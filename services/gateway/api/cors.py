"""Which other origins' pages may call, and what they may read: an allow-list, empty by default."""

from collections.abc import Collection, Mapping

Headers = list[tuple[bytes, bytes]]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Tus-Resumable,"
        b" Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-File-Name, X-Requested-With",
    ),
    (b"access-control-max-age", b"600"),
]
_EXPOSED = (
    b"ETag, Location, Retry-After, Content-Disposition, X-Correlation-Id, Idempotency-Replayed, Deprecation,"
    b" Sunset, Link,"
    b" Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset"
)


def cors_headers(given: Mapping[bytes, bytes], allowed: Collection[bytes]) -> Headers:
    """Return the headers for the asking page; none when its origin is not on the list."""
    origin = given.get(b"origin", b"")
    if origin not in allowed:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_headers(given: Mapping[bytes, bytes], allowed: Collection[bytes]) -> Headers | None:
    """Return the answer to a preflight; None when the request is none."""
    if b"access-control-request-method" not in given:
        return None
    found = cors_headers(given, allowed)
    return [*found, *_PREFLIGHT] if found else []
