"""What the gateway's use cases need of the world."""

from typing import Protocol

from kernel.core.unit_of_work import Records


class Work(Records, Protocol):
    """One unit of work of the gateway."""
