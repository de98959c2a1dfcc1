"""The SMTP side: takes any mail for anybody and keeps it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from kernel.core.clock import Clock
from sandbox.catcher.faults import Switchboard
from sandbox.catcher.messages import Messages

_MEGABYTE = 1_000_000


class Catching:
    """Answers the SMTP conversation; names are those aiosmtpd calls."""

    def __init__(self, messages: Messages, board: Switchboard, clock: Clock) -> None:
        self._messages = messages
        self._board = board
        self._clock = clock

    async def handle_DATA(  # noqa: N802  The library's name for the hook.
        self,
        server: SMTP,  # noqa: ARG002  The library's signature.
        session: Session,  # noqa: ARG002  The library's signature.
        envelope: Envelope,
    ) -> str:
        """Keep the mail, or refuse it as switched."""
        fault = await self._board.mail_fault([str(one) for one in envelope.rcpt_tos])
        if fault is not None:
            return fault
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        sender = envelope.mail_from or ""
        recipients = [str(one) for one in envelope.rcpt_tos]
        number = self._messages.keep_mail(content, sender=sender, recipients=recipients, at=self._clock.now())
        return f"250 OK {number}"


@asynccontextmanager
async def smtp_server(handler: Catching, *, host: str, port: int, limit_mb: int) -> AsyncIterator[int]:
    """Listen on the running loop for as long as the block lasts; yields the port."""
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        return SMTP(handler, enable_SMTPUTF8=True, data_size_limit=limit_mb * _MEGABYTE, loop=loop)

    server = await loop.create_server(conversation, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
