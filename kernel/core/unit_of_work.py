"""What every unit of work offers a use case: to record what happened."""

from typing import Protocol

from kernel.core.event import Event


class Records(Protocol):
    """The part of a unit of work that use cases share; each service adds its own stores."""

    def record(self, event: Event) -> None:
        """Publish this event if, and only if, the unit of work commits."""
