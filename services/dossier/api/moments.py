"""Instants as every answer gives them."""

from datetime import datetime

from kernel.core.clock import VIETNAM


def local(at: datetime | None) -> datetime | None:
    """Return an instant in Vietnam's zone."""
    return at.astimezone(VIETNAM) if at else None
