"""What the portal sent down to the province, with every answer it got."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from sandbox.journal import Journal
from sandbox.portal.store.dossiers import to_json
from sandbox.portal.wire import Json


@dataclass(frozen=True)
class Outcome:
    """How one delivery ended: the province's answer, or why there was none."""

    state: str
    """accepted, duplicate, refused or unanswered."""
    http_status: int | None = None
    answer: Json | None = None
    failure: str | None = None


class Submissions:
    """Messages to the province in the order they were made."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def next_number(self, day: str) -> int:
        """Return the next number of a day; numbers are never given twice."""
        row = self._journal.row(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (day)"
            " DO UPDATE SET last = last + 1 RETURNING last",
            day,
        )
        return 0 if row is None else int(row["last"])

    def add(self, kind: str, code: str, path: str, body: Json, *, at: datetime) -> int:
        """Keep a message before its first delivery and return its number."""
        row = self._journal.row(
            "INSERT INTO submissions (kind, code, path, body, created_at)"
            " VALUES (?, ?, ?, ?, ?) RETURNING id",
            kind,
            code,
            path,
            to_json(body),
            at.isoformat(),
        )
        return 0 if row is None else int(row["id"])

    def settle(self, number: int, outcome: Outcome) -> None:
        """Keep how a delivery ended; an answered message never becomes unanswered again.

        What was accepted stays accepted when a repetition is answered "duplicate".
        """
        self._journal.write(
            "UPDATE submissions SET attempts = attempts + 1, http_status = ?1, failure = ?2,"
            " state = CASE WHEN ?3 = 'unanswered' OR (?3 = 'duplicate' AND state = 'accepted')"
            " THEN state ELSE ?3 END,"
            " answer = coalesce(?4, answer) WHERE id = ?5",
            outcome.http_status,
            outcome.failure,
            outcome.state,
            None if outcome.answer is None else to_json(outcome.answer),
            number,
        )

    def get(self, number: int) -> Json | None:
        """Return one message with its body."""
        row = self._journal.row("SELECT * FROM submissions WHERE id = ?", number)
        return None if row is None else _told(dict(row))

    def of_code(self, code: str) -> list[Json]:
        """Return the messages of a dossier in the order they were made."""
        return [
            _told(dict(row))
            for row in self._journal.rows("SELECT * FROM submissions WHERE code = ? ORDER BY id", code)
        ]

    def newest(self, limit: int) -> list[Json]:
        """Return messages, newest first."""
        rows = self._journal.rows("SELECT * FROM submissions ORDER BY id DESC LIMIT ?", limit)
        return [_told(dict(row)) for row in rows]


def _told(row: Json) -> Json:
    return {
        **row,
        "body": orjson.loads(row["body"]),
        "answer": None if row["answer"] is None else orjson.loads(row["answer"]),
    }
