"""Asks clamd about a content (`INSTREAM`), over TCP or a unix socket; off where no address is set."""

import asyncio
import contextlib
from urllib.parse import urlsplit

import structlog

from services.dossier.use_cases.files.ports import Scanned, Scanner, Verdict

_CHUNK = 65_536
_SECONDS_TO_CONNECT = 3.0
_SECONDS = 30.0
_LONGEST_ANSWER = 4096
_AT_ONCE = 4
_log = structlog.get_logger()


async def no_scanner(content: bytes) -> Scanned:
    """Say that nobody looks."""
    del content
    return Scanned(Verdict.OFF)


class Clamd:
    """One scan a connection, a few at a time: clamd has few threads and other callers."""

    def __init__(self, url: str, *, seconds: float = _SECONDS) -> None:
        parsed = urlsplit(url)
        self._socket = parsed.path if parsed.scheme == "unix" else ""
        self._host, self._port = parsed.hostname or "", parsed.port or 3310
        self._seconds = seconds
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, content: bytes) -> Scanned:
        """Return the verdict; SILENT for whatever is no clear word."""
        try:
            async with self._free, asyncio.timeout(self._seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.warning("scanner_silent", error=repr(error))
            return Scanned(Verdict.SILENT)
        return _read(answer)

    async def _ask(self, content: bytes) -> str:
        async with asyncio.timeout(_SECONDS_TO_CONNECT):
            reader, writer = await self._connected()
        try:
            # One that refuses the size answers and hangs up before all is sent: its answer counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                writer.write(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    piece = content[start : start + _CHUNK]
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._socket:
            return await asyncio.open_unix_connection(self._socket, limit=_LONGEST_ANSWER)
        return await asyncio.open_connection(self._host, self._port, limit=_LONGEST_ANSWER)


def _read(answer: str) -> Scanned:
    """Read `stream: OK` or `stream: <name> FOUND`; an error of clamd's is no verdict."""
    said = answer.removeprefix("stream: ").strip()
    if said == "OK":
        return Scanned(Verdict.CLEAN)
    if said.endswith(" FOUND"):
        return Scanned(Verdict.INFECTED, said.removesuffix(" FOUND")[:200])
    _log.warning("scanner_error", answer=answer[:200])
    return Scanned(Verdict.SILENT)


def scanner_at(url: str) -> Scanner:
    """Return the scanner of an address, `tcp://host:port` or `unix:///path`; an empty one is off."""
    return Clamd(url) if url else no_scanner
