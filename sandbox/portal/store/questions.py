"""Questions of citizens and agencies, with their answers (section 14)."""

import orjson

from sandbox.journal import Journal
from sandbox.portal.store.dossiers import to_json
from sandbox.portal.wire import Json


class Questions:
    """Questions by the portal's number; an agency's own question also by the agency's number."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def ask(self, body: Json, *, agency: str) -> int:
        """Keep a question a citizen asks an agency on the portal and return its number."""
        row = self._journal.row(
            "INSERT INTO questions (origin, agency, body) VALUES ('portal', ?, ?) RETURNING id",
            agency,
            to_json(body),
        )
        return 0 if row is None else int(row["id"])

    def put_own(self, own_id: str, body: Json, *, agency: str) -> int:
        """Keep or replace a question an agency wrote, under the agency's own number."""
        row = self._journal.row(
            "INSERT INTO questions (origin, agency, own_id, body) VALUES ('agency', ?, ?, ?)"
            " ON CONFLICT (origin, agency, own_id) DO UPDATE SET body = excluded.body RETURNING id",
            agency,
            own_id,
            to_json(body),
        )
        return 0 if row is None else int(row["id"])

    def is_asked_on_portal(self, number: str) -> bool:
        """Tell whether a citizen's question has this number."""
        return (
            self._journal.row("SELECT 1 FROM questions WHERE id = ? AND origin = 'portal'", number)
            is not None
        )

    def answer(self, number: int, text: str, body: Json) -> None:
        """Keep the answer of a question; a later answer takes the place of the former."""
        self._journal.write(
            "INSERT INTO question_answers (question_id, text, body) VALUES (?, ?, ?)"
            " ON CONFLICT (question_id) DO UPDATE SET text = excluded.text, body = excluded.body",
            number,
            text,
            to_json(body),
        )

    def listed(self, origin: str, *, agency: str) -> list[Json]:
        """Return the questions of an agency and of those below it, in the fields of section 14 [I]."""
        rows = self._journal.rows(
            "SELECT q.id, q.body, a.id AS answer_id, a.text FROM questions q"
            " LEFT JOIN question_answers a ON a.question_id = q.id"
            " WHERE q.origin = ? AND (q.agency = ? OR q.agency LIKE ? || '.%') ORDER BY q.id",
            origin,
            agency,
            agency,
        )
        return [
            {
                **orjson.loads(row["body"]),
                "HOIDAPID": row["id"],
                "TRALOIID": "" if row["answer_id"] is None else str(row["answer_id"]),
                "NOIDUNGTRALOI": row["text"] or "",
            }
            for row in rows
        ]

    def answers_of(self, number: str) -> list[Json]:
        """Return the answers of one question."""
        rows = self._journal.rows("SELECT id, text FROM question_answers WHERE question_id = ?", number)
        return [{"TRALOIID": str(row["id"]), "NOIDUNGTRALOI": row["text"]} for row in rows]

    def petition(self, body: Json, *, agency: str) -> None:
        """Keep a petition that waits for an agency, with whatever fields it has."""
        self._journal.write("INSERT INTO petitions (agency, body) VALUES (?, ?)", agency, to_json(body))

    def petitions_of(self, agency: str) -> list[Json]:
        """Return what waits for an agency and those below it."""
        rows = self._journal.rows(
            "SELECT body FROM petitions WHERE agency = ? OR agency LIKE ? || '.%' ORDER BY id", agency, agency
        )
        return [orjson.loads(row["body"]) for row in rows]
