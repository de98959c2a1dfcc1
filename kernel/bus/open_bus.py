"""Chooses the adapter by the scheme of the bus's address."""

from urllib.parse import urlsplit

from kernel.bus.embedded import EmbeddedBus
from kernel.bus.kafka import KafkaBus
from kernel.bus.kafka_security import KafkaSecurity
from kernel.bus.memory import MemoryBus
from kernel.core.bus import Bus
from kernel.core.clock import Clock


def open_bus(
    url: str, *, client_id: str, security: KafkaSecurity | None = None, clock: Clock | None = None
) -> Bus:
    """Return the bus at `memory://`, `postgresql://…` or `kafka://host:port[,host:port]`, not yet started."""
    address = urlsplit(url)
    match address.scheme:
        case "memory":
            return MemoryBus()
        case "postgresql" | "postgres":
            return EmbeddedBus(url, client_id=client_id, clock=clock)
        case "kafka":
            return KafkaBus(address.netloc, client_id=client_id, security=security or KafkaSecurity())
        case scheme:
            raise ValueError(f"no bus speaks {scheme or 'without a scheme'}: memory, postgresql or kafka")
