"""One row of the route table."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from services.gateway.domain.policy import Policy

MEGABYTE = 1_048_576
LEAST_MONTHS = 6
"""How long an address still answers after it was deprecated (docs/api.md)."""


def months_between(first: date, last: date) -> int:
    """Return how many whole months lie between two days."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (last.day < first.day)


class Priority(IntEnum):
    """What is served last when everything cannot be: the lower, the longer it is served."""

    VITAL = 1
    NORMAL = 2
    HEAVY = 3


@dataclass(frozen=True, slots=True)
class Route:
    """One public address.

    The address at the service is the public one without `/api`, or with `renamed` (public prefix, prefix at
    the service) applied. `service` is `gateway` for what the gateway answers itself.
    """

    method: str
    path: str
    service: str
    policy: Policy
    priority: Priority = Priority.NORMAL
    timeout_seconds: float = 10.0
    max_body_bytes: int = MEGABYTE
    renamed: tuple[str, str] | None = None
    is_embeddable: bool = False
    """Other sites may show the answer: it runs nothing and holds nothing of whoever asks."""
    is_stream: bool = False
    """The answer has no end: `timeout_seconds` then bounds the silence between two pieces."""
    is_packable: bool = True
    """Answers may be compressed; not where they are small and asked for thousands of times a second."""
    deprecated_on: date | None = None
    """Since when programs should use something else; told in every answer (docs/api.md says how long)."""
    sunset_on: date | None = None
    """From this day on the address answers 410."""
    successor: str = ""
    """The address to use instead."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for an address that goes unannounced or faster than promised."""
        if self.sunset_on is not None and (
            self.deprecated_on is None or months_between(self.deprecated_on, self.sunset_on) < LEAST_MONTHS
        ):
            raise ValueError(f"{self.path}: deprecated at least {LEAST_MONTHS} months before its sunset")

    @property
    def upstream_path(self) -> str:
        """The path template in the service's own OpenAPI document."""
        return self.at_service(self.path)

    def at_service(self, path: str) -> str:
        """Return the service's address of a public one."""
        public, own = self.renamed or ("/api", "")
        return own + path.removeprefix(public)

    def to_public(self, path: str) -> str:
        """Return the public address of a service's own."""
        public, own = self.renamed or ("/api", "")
        return public + path.removeprefix(own)
