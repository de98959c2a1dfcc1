"""One row of the route table."""

from dataclasses import dataclass
from enum import IntEnum

from services.gateway.domain.policy import Policy

MEGABYTE = 1_048_576


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
