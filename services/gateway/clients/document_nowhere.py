"""No axis is connected: everything is kept until there is one."""

from collections.abc import AsyncIterator, Sequence

from services.gateway.domain.documents.ledger import Message
from services.gateway.use_cases.documents.ports import AxisSilent, Handed, Incoming, Receipt


class NoAxis:
    """A `DocumentAxis` that never answers and brings nothing."""

    async def hand_over(self, message: Message) -> Handed:
        """Say that there is no way."""
        raise AxisSilent(f"chưa kết nối trục văn bản: {message.kind.value}")

    async def receipts(self, limit: int) -> Sequence[Receipt]:  # noqa: ARG002 - the port's own word.
        """Return none."""
        return ()

    async def incoming(self, limit: int) -> AsyncIterator[Incoming]:  # noqa: ARG002 - the port's own word.
        """Bring nothing."""
        nothing: tuple[Incoming, ...] = ()
        for one in nothing:
            yield one

    async def let_go(self, handle: str) -> None:
        """Have nothing to let go of."""
