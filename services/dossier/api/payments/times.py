"""Instants that come in and go out."""

from datetime import datetime

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid


def with_zone(at: datetime, path: str) -> datetime:
    """Return an instant; one without a time zone is refused."""
    if at.tzinfo is None:
        raise Invalid(fields=[(path, "Thiếu múi giờ")])
    return at


def local(at: datetime) -> datetime:
    """Return an instant as it leaves this service."""
    return at.astimezone(VIETNAM)
