"""Has files opened by processes of their own: one that takes too long or breaks its reader harms nobody."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from services.dossier.domain.files import Fault
from services.dossier.store.turns import Turns

_SECONDS = 5.0
_SECONDS_TO_START = 30.0
_READERS = 2
_WAITING_OF_ONE = 5
_WAITING_OF_ALL = 32
_ROOT = Path(__file__).parents[3]
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from services.dossier.store.inspection.reading import serve; serve()"
)
_log = structlog.get_logger()


class Inspector:
    """A few readers, started when first needed and kept; each looks at one file at a time."""

    def __init__(self, *, seconds: float = _SECONDS, readers: int = _READERS) -> None:
        self._seconds = seconds
        self._turns = Turns(readers, most_of_one=_WAITING_OF_ONE, most_of_all=_WAITING_OF_ALL)
        self._idle: list[Process] = []

    async def __call__(self, content: bytes, media_type: str, *, caller: str) -> Fault | None:
        """Return what is wrong with a content, None when it opens and runs nothing by itself.

        A caller's files are opened one after the other, however many come at once, and callers take turns;
        raise `TooManyFiles` or `InspectionBusy` when more wait than that is good for.
        """
        async with self._turns.turn(caller):
            reader = self._idle.pop() if self._idle else await _started()
            try:
                async with asyncio.timeout(self._seconds):
                    told = await _asked(reader, content, media_type)
            except TimeoutError:
                await _ended(reader)
                return Fault.TOO_COMPLEX
            except BaseException:
                await _ended(reader)
                raise
            if not told:
                await _ended(reader)
                _log.warning("file_reader_died", media_type=media_type, size=len(content))
                return Fault.TOO_COMPLEX
            self._idle.append(reader)
            return None if told == "sound" else Fault(told)

    async def close(self) -> None:
        """End the readers."""
        while self._idle:
            await _ended(self._idle.pop())


async def _started() -> Process:
    """Start a reader without this process's environment: there are secrets in it."""
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-s", "-c", _PROGRAM, str(_ROOT), stdin=PIPE, stdout=PIPE, env={}
    )
    try:
        # A file's seconds are its own: loading the parsers is not counted.
        async with asyncio.timeout(_SECONDS_TO_START):
            if reader.stdout is not None:
                await reader.stdout.readline()
    except BaseException:
        await _ended(reader)
        raise
    return reader


async def _asked(reader: Process, content: bytes, media_type: str) -> str:
    """Return the reader's word, empty when it died."""
    source, answers = reader.stdin, reader.stdout
    if source is None or answers is None:
        return ""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        source.write(f"{media_type} {len(content)}\n".encode())
        source.write(content)
        await source.drain()
    return (await answers.readline()).decode().strip()


async def _ended(reader: Process) -> None:
    if reader.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            reader.kill()
    await reader.communicate()


@contextlib.asynccontextmanager
async def open_inspector() -> AsyncIterator[Inspector]:
    """Open; leaving ends its processes."""
    inspector = Inspector()
    try:
        yield inspector
    finally:
        await inspector.close()
