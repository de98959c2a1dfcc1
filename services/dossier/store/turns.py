"""Who may use one of a few readers now: each caller one at a time, the callers in turn, the queue bounded."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.dossier.domain.errors import InspectionBusy, TooManyFiles


class Turns:
    """A bounded queue in which nobody waits for all the files of somebody else."""

    def __init__(self, places: int, *, most_of_one: int, most_of_all: int) -> None:
        self._free = places
        self._most_of_one = most_of_one
        self._most_of_all = most_of_all
        self._served: set[str] = set()
        # Callers in the order of their next turn, each with what waits of them.
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line) for line in self._waiting.values())

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for the caller's turn; raise `TooManyFiles` or `InspectionBusy` at once when too many wait."""
        if self._free and caller not in self._served:
            self._serve(caller)
        else:
            await self._wait(caller)
        try:
            yield
        finally:
            self._leave(caller)

    def _serve(self, caller: str) -> None:
        self._free -= 1
        self._served.add(caller)

    def _leave(self, caller: str) -> None:
        self._free += 1
        self._served.discard(caller)
        self._call_next()

    async def _wait(self, caller: str) -> None:
        line = self._waiting.get(caller, ())
        if len(line) >= self._most_of_one:
            raise TooManyFiles
        if self.waiting >= self._most_of_all:
            raise InspectionBusy
        called = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                # Called and gone in the same moment: the turn is the next one's.
                self._leave(caller)
            else:
                self._forget(caller, called)
            raise

    def _call_next(self) -> None:
        while self._free:
            caller = next((one for one in self._waiting if one not in self._served), None)
            if caller is None:
                return
            called = self._waiting[caller][0]
            self._forget(caller, called)
            if caller in self._waiting:
                self._waiting.move_to_end(caller)
            if not called.cancelled():
                self._serve(caller)
                called.set_result(None)

    def _forget(self, caller: str, called: asyncio.Future[None]) -> None:
        line = self._waiting.get(caller)
        if line is None or called not in line:
            return
        line.remove(called)
        if not line:
            del self._waiting[caller]
