"""What endpoints ask for: the unit's work, the caller, the moment, the version the caller saw.

All are `async`: FastAPI hands a plain function to a thread pool, which costs more than the function.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from kernel.core.caller import Caller as CallerValue
from kernel.core.errors import Invalid, Kind, Refusal, VersionRequired


class WeakTag(Refusal):
    """If-Match names a weak tag (412): the comparison is strong, no weak tag matches (RFC 9110 13.1.1)."""

    code = "weak-etag"
    kind = Kind.STALE
    title = "If-Match cần ETag mạnh, không có tiền tố W/"


async def current_work(request: Request) -> Any:
    """Return the service's work around this request's unit of work."""
    return request.state.work


async def current_caller(request: Request) -> CallerValue:
    """Return who asks; on a public route there is nobody, and asking is a defect."""
    caller: CallerValue = request.state.caller
    return caller


async def current_moment(request: Request) -> datetime:
    """Return the present moment of the injected clock."""
    now: datetime = request.app.state.runtime.clock.now()
    return now


async def seen_version(
    if_match: Annotated[str, Header(description='Version seen, as in ETag: "3"')] = "",
) -> int:
    """Return the version the caller saw; raise `VersionRequired` without one."""
    if not if_match:
        raise VersionRequired
    if if_match.startswith("W/"):
        raise WeakTag
    text = if_match.strip('"')
    if not text:
        raise VersionRequired
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 - bigint's digits.
        raise Invalid(fields=[("If-Match", "Phải là phiên bản đã xem")])
    return int(text)


Caller = Annotated[CallerValue, Depends(current_caller)]
Now = Annotated[datetime, Depends(current_moment)]
IfMatch = Annotated[int, Depends(seen_version)]
