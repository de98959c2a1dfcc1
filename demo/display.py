"""A display in the hall: hears its point's stream as a browser would, in a thread of its own."""

import json
import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from demo.script import Surprise

_SILENT_SECONDS = 45.0
"""A heartbeat comes every 15 seconds; a stream silent for three of them is dead."""

Event = dict[str, Any]


class Display:
    """The stream of one point, from the moment its board was shown."""

    def __init__(self, url: str, point: str) -> None:
        self._path = f"/api/v1/displays/{point}"
        self._client = httpx.Client(base_url=url, timeout=_SILENT_SECONDS)
        self._heard: queue.Queue[Event] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Switch on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Switch off; the thread ends with the process if the stream does not end at once."""
        self._client.close()

    def shows(self, fits: Callable[[Event], bool], what: str, seconds: float = 10.0) -> Event:
        """Return the next event that fits; raise `Surprise` when none comes in time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                event = self._heard.get(timeout=left)
            except queue.Empty:
                break
            if event["event"] == "ended":
                raise Surprise(f"the display's stream ended: {event['why']}")
            if fits(event):
                return event
        raise Surprise(f"after {seconds:.0f} s the display does not show {what}")

    def _listen(self) -> None:
        """Queue every event of the stream, and at last why it ended."""
        try:
            with self._client.stream("GET", self._path) as answer:
                answer.raise_for_status()
                event: Event = {}
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "data":
                        event |= json.loads(value)
                    elif name in {"event", "id"}:
                        event[name] = value
                    elif not line and "event" in event:
                        self._heard.put(event)
                        event = {}
            self._heard.put({"event": "ended", "why": "the server closed it"})
        except (httpx.HTTPError, RuntimeError) as error:
            # A RuntimeError is the client closed under the thread: the play is over, nobody reads this.
            self._heard.put({"event": "ended", "why": repr(error)})
