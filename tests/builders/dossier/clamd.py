"""A peer that speaks clamd's INSTREAM, over TCP or a unix socket, and knows one harmful text."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HARMFUL = b"X5O!P%@AP-MOT-CUA-ANTIVIRUS-TEST"
THREAT = "Motcua.Test.Signature"


@dataclass
class ClamdPeer:
    """What it was asked, and how it behaves: it may refuse a size, say an error, or hang up."""

    most_bytes: int = 25_000_000
    error: str = ""
    hangs_up: bool = False
    is_slow: bool = False
    seen: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            if self.hangs_up:
                return
            content = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(size)
                if len(content) > self.most_bytes:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.seen.append(content)
            if self.is_slow:
                # No word until the asker has gone.
                assert await reader.read() == b""
                return
            writer.write(self._verdict(content).encode() + b"\0")
            await writer.drain()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _verdict(self, content: bytes) -> str:
        if self.error:
            return f"{self.error} ERROR"
        return f"stream: {THREAT} FOUND" if HARMFUL in content else "stream: OK"


@asynccontextmanager
async def a_clamd(socket: Path | None = None, port: int = 0) -> AsyncIterator[ClamdPeer]:
    """Listen on a unix socket, or on a port."""
    peer = ClamdPeer()
    if socket is not None:
        server = await asyncio.start_unix_server(peer.serve, socket)
        peer.url = f"unix://{socket}"
    else:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", port)
        peer.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield peer
