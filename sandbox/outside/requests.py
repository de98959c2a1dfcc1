"""Requests the outside system was given, what came of them, and whether the asker knows."""

from datetime import datetime
from typing import Any

import orjson

from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    received_at TEXT NOT NULL,
    due_at REAL,
    result TEXT,
    state TEXT NOT NULL DEFAULT 'working' CHECK (state IN ('working', 'finished', 'told')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt REAL,
    failure TEXT
);
CREATE INDEX IF NOT EXISTS requests_to_work ON requests (due_at) WHERE state = 'working';
CREATE INDEX IF NOT EXISTS requests_to_tell ON requests (next_attempt) WHERE state = 'finished';
"""


class RequestReused(Exception):  # noqa: N818  Errors are named for the fact.
    """A request id came again with another content."""


class Requests:
    """Requests in the order they came. Moments are seconds since 1970, compared only among themselves."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, request_id: str, body: dict[str, Any], *, at: datetime, due_at: float | None) -> None:
        """Keep a request; the same one again changes nothing, another under its id is `RequestReused`."""
        written = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
        self._journal.write(
            "INSERT INTO requests (request_id, body, received_at, due_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (request_id) DO NOTHING",
            request_id,
            written,
            at.isoformat(),
            due_at,
        )
        kept = self._journal.row("SELECT body FROM requests WHERE request_id = ?", request_id)
        if kept is None or kept["body"] != written:
            raise RequestReused(request_id)

    def get(self, request_id: str) -> dict[str, Any] | None:
        """Return one request, or None."""
        row = self._journal.row("SELECT * FROM requests WHERE request_id = ?", request_id)
        return None if row is None else _told(dict(row))

    def all(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest requests, oldest first."""
        rows = self._journal.rows(
            "SELECT * FROM (SELECT * FROM requests ORDER BY number DESC LIMIT ?) ORDER BY number", limit
        )
        return [_told(dict(row)) for row in rows]

    def due_to_finish(self, now: float) -> list[dict[str, Any]]:
        """Return requests whose work is done by now."""
        rows = self._journal.rows(
            "SELECT * FROM requests WHERE state = 'working' AND due_at <= ? ORDER BY due_at", now
        )
        return [_told(dict(row)) for row in rows]

    def finish(self, request_id: str, result: dict[str, Any], *, now: float) -> bool:
        """Keep the result of a request, once; False when it has one already."""
        changed = self._journal.write(
            "UPDATE requests SET state = 'finished', result = ?, next_attempt = ?"
            " WHERE request_id = ? AND state = 'working'",
            orjson.dumps(result).decode(),
            now,
            request_id,
        )
        return changed == 1

    def due_to_tell(self, now: float, limit: int) -> list[dict[str, Any]]:
        """Return finished requests whose callback is to be tried now."""
        rows = self._journal.rows(
            "SELECT * FROM requests WHERE state = 'finished' AND next_attempt <= ?"
            " ORDER BY next_attempt LIMIT ?",
            now,
            limit,
        )
        return [_told(dict(row)) for row in rows]

    def told(self, request_id: str) -> None:
        """Note that the asker confirmed."""
        self._journal.write(
            "UPDATE requests SET state = 'told', attempts = attempts + 1, failure = NULL"
            " WHERE request_id = ?",
            request_id,
        )

    def not_told(self, request_id: str, failure: str, *, next_attempt: float) -> None:
        """Note why the asker did not confirm and when to try again."""
        self._journal.write(
            "UPDATE requests SET attempts = attempts + 1, failure = ?, next_attempt = ? WHERE request_id = ?",
            failure,
            next_attempt,
            request_id,
        )

    def next_moment(self) -> float | None:
        """Return when there is something to do next, None when nothing waits for time."""
        row = self._journal.row(
            "SELECT min(moment) AS moment FROM ("
            "SELECT min(due_at) AS moment FROM requests WHERE state = 'working'"
            " UNION ALL SELECT min(next_attempt) FROM requests WHERE state = 'finished')"
        )
        return None if row is None or row["moment"] is None else float(row["moment"])

    def forget(self) -> None:
        """Forget every request."""
        self._journal.write("DELETE FROM requests")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "body": orjson.loads(row["body"]),
        "result": None if row["result"] is None else orjson.loads(row["result"]),
    }
