"""The workshop's processes as the service sees them: a few, started when first needed, callers in turn."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog

from services.dossier.store.turns import Turns

_SECONDS = 10.0
_SECONDS_TO_START = 30.0
_BENCHES = 2
_WAITING_OF_ONE = 60
_WAITING_OF_ALL = 120
_LONGEST_LINE = 1 << 20
_ROOT = Path(__file__).parents[4]
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from services.dossier.store.workshop.bench import serve; serve()"
)
_log = structlog.get_logger()


class Workshop:
    """Asks one of a few processes; one that takes too long or dies is ended, the next asks a new one."""

    def __init__(self, *, seconds: float = _SECONDS, benches: int = _BENCHES) -> None:
        self._seconds = seconds
        self._turns = Turns(benches, most_of_one=_WAITING_OF_ONE, most_of_all=_WAITING_OF_ALL)
        self._idle: list[Process] = []

    async def ask(
        self, job: str, *contents: bytes, caller: str, **told: Any
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return what the job says and makes; `problem` in it when it could not be done."""
        async with self._turns.turn(caller):
            bench = self._idle.pop() if self._idle else await _started()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await _asked(bench, job, contents, told)
            except TimeoutError:
                await _ended(bench)
                _log.warning("workshop_took_too_long", job=job, size=sum(map(len, contents)))
                return {"problem": "too-complex"}, []
            except (asyncio.IncompleteReadError, ConnectionError, orjson.JSONDecodeError):
                await _ended(bench)
                _log.warning("workshop_died", job=job, size=sum(map(len, contents)))
                return {"problem": "too-complex"}, []
            except BaseException:
                await _ended(bench)
                raise
            self._idle.append(bench)
            return answer

    async def close(self) -> None:
        """End the processes."""
        while self._idle:
            await _ended(self._idle.pop())


async def _started() -> Process:
    """Start a process without this one's environment: there are secrets in it."""
    bench = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-s",
        "-c",
        _PROGRAM,
        str(_ROOT),
        stdin=PIPE,
        stdout=PIPE,
        env={},
        limit=_LONGEST_LINE,
    )
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            if bench.stdout is not None:
                await bench.stdout.readline()
    except BaseException:
        await _ended(bench)
        raise
    return bench


async def _asked(
    bench: Process, job: str, contents: Sequence[bytes], told: dict[str, Any]
) -> tuple[dict[str, Any], list[bytes]]:
    source, answers = bench.stdin, bench.stdout
    if source is None or answers is None:
        raise ConnectionError("the process has no pipes")
    asked = {"job": job, "contents": [len(one) for one in contents], "told": told}
    source.write(orjson.dumps(asked) + b"\n")
    for one in contents:
        source.write(one)
    await source.drain()
    head = orjson.loads(await answers.readline())
    return head["told"], [await answers.readexactly(size) for size in head["contents"]]


async def _ended(bench: Process) -> None:
    if bench.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            bench.kill()
    await bench.communicate()


@contextlib.asynccontextmanager
async def open_workshop() -> AsyncIterator[Workshop]:
    """Open; leaving ends its processes."""
    workshop = Workshop()
    try:
        yield workshop
    finally:
        await workshop.close()
