"""Addresses that go: what every answer of theirs says (RFC 9745, RFC 8594), and their end. docs/api.md."""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from kernel.core.clock import VIETNAM
from kernel.core.errors import Kind, Refusal
from services.gateway.domain.routes import Route


class AddressRetired(Refusal):
    """The address was deprecated long enough and is no more (410); `successor` says what to use."""

    code = "address-retired"
    kind = Kind.GONE
    title = "Địa chỉ này đã ngừng phục vụ"


def deprecation_headers(route: Route) -> list[tuple[bytes, bytes]]:
    """Return the headers of a deprecated route; none of another."""
    if route.deprecated_on is None:
        return []
    found = [(b"deprecation", f"@{int(_start(route.deprecated_on).timestamp())}".encode())]
    if route.sunset_on is not None:
        found.append(
            (b"sunset", format_datetime(_start(route.sunset_on).astimezone(UTC), usegmt=True).encode())
        )
    if route.successor:
        found.append((b"link", f'<{route.successor}>; rel="successor-version"'.encode()))
    return found


def refuse_retired(route: Route, now: datetime) -> None:
    """Raise `AddressRetired` from the day of the sunset on."""
    if route.sunset_on is not None and now >= _start(route.sunset_on):
        raise AddressRetired(extra={"successor": route.successor} if route.successor else None)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM)
