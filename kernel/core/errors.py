"""Refusals: what a use case or the domain raises, and the edge turns into a problem document."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """The family of a refusal; `kernel.web.problems` alone knows the HTTP status of each."""

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):  # noqa: N818 - the fact is the name: a refusal is an answer, not a defect.
    """A request that is refused, with a stable code and Vietnamese text for people.

    `code` is part of the public contract and never changes; `title` and `detail` are for people and never
    repeat what was sent; `fields` maps a path in the request to the reason (Vietnamese); `extra` holds
    further members of the problem document (for example `portal_url`).
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "Yêu cầu bị từ chối"

    def __init__(
        self,
        detail: str = "",
        *,
        fields: Sequence[tuple[str, str]] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fields = tuple(fields)
        self.extra = dict(extra or {})


class Invalid(Refusal):
    """The request is readable but some field is wrong (422)."""

    code = "invalid"
    kind = Kind.INVALID
    title = "Dữ liệu chưa hợp lệ"


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it (404)."""

    code = "not-found"
    kind = Kind.NOT_FOUND
    title = "Không tìm thấy"


class Forbidden(Refusal):
    """The caller is known and may not do this (403)."""

    code = "forbidden"
    kind = Kind.FORBIDDEN
    title = "Không có quyền thực hiện"


class Unauthenticated(Refusal):
    """The caller is not known (401)."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    title = "Chưa đăng nhập hoặc phiên đã hết hạn"


class Stale(Refusal):
    """The object has changed since the caller saw it (412)."""

    code = "stale-version"
    kind = Kind.STALE
    title = "Dữ liệu đã thay đổi, hãy tải lại"


class VersionRequired(Refusal):
    """An update came without saying which version it saw (428)."""

    code = "version-required"
    kind = Kind.PRECONDITION_REQUIRED
    title = "Thiếu phiên bản dữ liệu đã xem (If-Match)"


class Unavailable(Refusal):
    """A part that is needed does not answer now (503); trying again is safe."""

    code = "unavailable"
    kind = Kind.UNAVAILABLE
    title = "Hệ thống tạm thời chưa phục vụ được, hãy thử lại"
