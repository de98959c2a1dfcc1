"""What one process of the gateway holds: the parts every request meets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.gateway.domain.limits import Buckets, Room, Streams
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import Route
from services.gateway.use_cases.live_changes import LiveChanges
from services.gateway.use_cases.look_up import LookUp
from services.gateway.use_cases.ports import InternalTokens, Upstream
from services.gateway.use_cases.sample_issuer import OwnIssuer
from services.gateway.use_cases.sign_in import SignIn
from services.gateway.use_cases.usage.side import UsageSide
from services.gateway.use_cases.who_is_asking import WhoIsAsking


@dataclass(frozen=True, kw_only=True)
class Door:
    """The service's resources. `portal`, `documents` and `connectors` belong to those parts."""

    table: RouteTable
    upstream: Upstream
    tokens: InternalTokens
    who: WhoIsAsking
    sign_in: SignIn
    own_issuer: OwnIssuer
    look_up: LookUp
    live: LiveChanges
    room: Room
    streams: Streams
    bodies: Streams
    """Bodies still on their way: so many of one asker, that nobody fills the room with stalled ones."""
    buckets: Mapping[str, Buckets | None]
    cors_origins: frozenset[bytes]
    trusted_proxies: int
    is_https: bool
    fields_of: Callable[[Route], frozenset[str]]
    """The names of a list's items; none where there is no list."""
    questions_of: Callable[[Route], frozenset[str] | None]
    """The names an address's query may have; None where nobody promised which."""
    usage: UsageSide
    portal: Any = field(default=None)
    documents: Any = field(default=None)
    connectors: Any = field(default=None)
    look_ups: Any = field(default=None)
    papers: Any = field(default=None)
    seals: Any = field(default=None)
