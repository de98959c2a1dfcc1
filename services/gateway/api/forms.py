"""Forms of browsers and of token requests: small, url-encoded, each name once."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from kernel.core.unseen import has_unseen
from kernel.web.request import EdgeRequest, Unreadable

_MAX_FORM = 16_384


async def form_of(request: Request, *, most_fields: int = 30, most_bytes: int = _MAX_FORM) -> dict[str, str]:
    """Return the fields of a form; raise `Unreadable` or `BodyTooLarge`."""
    bounded = EdgeRequest(request.scope, request.receive)
    bounded.max_body_bytes = most_bytes
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        raise Unreadable
    try:
        text = (await bounded.body()).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=most_fields, errors="strict")
    except ValueError as error:
        raise Unreadable from error
    fields = dict(pairs)
    if len(fields) != len(pairs) or any(map(has_unseen, fields.values())):
        raise Unreadable
    return fields
