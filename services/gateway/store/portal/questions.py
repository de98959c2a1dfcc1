"""Questions of the portal and of agencies; who asked is sealed, each for its own row."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.exchange.questions import GivenAnswer, Origin, Question, QuestionState
from services.gateway.store.directory import KEPT
from services.gateway.store.portal.seals import PortalSeals
from services.gateway.use_cases.portal.ports import KeptQuestion, Outcome

# A question that is here already is not written over: only an answer given there by somebody else closes it,
# and one of before is given the agency as the portal names it.
_KEEP = Statement(
    """
INSERT INTO portal_questions AS q (id, origin, number, agency, agency_name, subject, body, asker, kept_at,
    state, answer, portal_agency)
SELECT x.id, 'PORTAL', x.number, x.agency, x.agency_name, x.subject, x.body, x.asker, :now, x.state, x.answer,
    x.portal_agency
FROM jsonb_to_recordset(:questions::jsonb) AS x(id uuid, number bigint, agency text, agency_name text,
    subject text, body text, asker text, state text, answer text, portal_agency text)
ON CONFLICT (origin, number) DO UPDATE
    SET (state, answer, version) = (SELECT CASE WHEN is_closed THEN EXCLUDED.state ELSE q.state END,
            CASE WHEN is_closed THEN EXCLUDED.answer ELSE q.answer END, q.version + is_closed::int
            FROM (SELECT q.state = 'OPEN' AND EXCLUDED.state = 'CLOSED' AS is_closed) AS c),
        portal_agency = EXCLUDED.portal_agency
    WHERE q.state = 'OPEN' AND EXCLUDED.state = 'CLOSED' OR q.portal_agency <> EXCLUDED.portal_agency
""",
    rows=None,
)
_ADD_OWN = Statement(
    "INSERT INTO portal_questions (id, origin, number, agency, agency_name, subject, body, asker, kept_at,"
    " state, answer, answered_by, answered_position, answered_at, next_attempt_at)"
    " VALUES (:id, 'AGENCY', nextval('portal_question_numbers'), :agency, :agency_name, :subject, :body, '',"
    " :now, 'ANSWERED', :answer, :answered_by, :answered_position, :now, :now)"
)
_COLUMNS = (
    "SELECT id, origin, number, agency, agency_name, subject, body, asker, kept_at, state, answer,"
    " answered_by, answered_position, answered_at, attempts, next_attempt_at, portal_code, portal_answer,"
    " told_at, version, portal_agency FROM portal_questions"
)
_FIND = Statement(f"{_COLUMNS} WHERE id = :id")
_LISTED = Statement(
    f"{_COLUMNS} WHERE (:agency::text IS NULL OR agency IN {KEPT})"
    " AND (:state::text IS NULL OR state = :state) AND (:after::uuid IS NULL OR id < :after)"
    " ORDER BY id DESC LIMIT :limit"
)
_IS_KEPT = Statement(f"SELECT :of::text IN {KEPT}")
_DUE = Statement(f"{_COLUMNS} WHERE next_attempt_at <= :now ORDER BY next_attempt_at, id LIMIT :limit")
_ANSWER = Statement(
    "UPDATE portal_questions SET state = 'ANSWERED', answer = :answer, answered_by = :by,"
    " answered_position = :position, answered_at = :now, attempts = 0, next_attempt_at = :now,"
    " version = version + 1 WHERE id = :id AND version = :seen AND state <> 'CLOSED'"
)
_SETTLE = Statement(
    "UPDATE portal_questions SET state = :state, attempts = :attempts, next_attempt_at = :next_attempt_at,"
    " portal_code = :code, portal_answer = :message,"
    " told_at = CASE WHEN :state::text = 'TOLD' THEN :now::timestamptz END"
    " WHERE id = :id AND version = :version",
    rows=None,
)
_READING = Statement(
    "INSERT INTO portal_question_readings (id, question_id, at, subject)"
    " VALUES (:id, :question_id, :at, :subject)"
)
_READINGS = Statement(
    "SELECT at, subject FROM portal_question_readings WHERE question_id = :question_id"
    " ORDER BY at DESC LIMIT 200"
)
_FORGET = Statement(
    "UPDATE portal_questions SET asker = '', forgotten_at = :now"
    " WHERE id IN (SELECT id FROM portal_questions WHERE forgotten_at IS NULL AND told_at < :before"
    " ORDER BY told_at LIMIT 1000)",
    rows=None,
)


class PostgresPortalQuestions:
    """Questions of one unit of work."""

    def __init__(self, unit: UnitOfWork, seals: PortalSeals) -> None:
        self._unit = unit
        self._seals = seals

    def keep(self, questions: Sequence[Question], now: datetime) -> None:
        """Keep what the portal lists; one kept already stays, or closes when it was answered there."""
        self._unit.write(_KEEP, questions=[self._columns(one) for one in questions], now=now)

    def add_own(self, question: Question, given: GivenAnswer) -> UUID:
        """Keep a question an agency wrote with its answer, to be told."""
        id_ = new_id()
        self._unit.write(
            _ADD_OWN,
            id=id_,
            agency=question.agency,
            agency_name=question.agency_name,
            subject=question.subject,
            body=question.text,
            now=given.at,
            answer=given.text,
            answered_by=given.name,
            answered_position=given.position,
        )
        return id_

    async def find(self, id_: UUID) -> KeptQuestion | None:
        """Return one question."""
        row = await self._unit.fetch_one(_FIND, id=id_)
        return self._kept(row) if row else None

    async def is_kept(self, of: str, agency: str, today: date) -> bool:
        """Tell whether an agency is this one, or one that ended and it goes on for."""
        return bool(await self._unit.fetch_value(_IS_KEPT, of=of, agency=agency, today=today))

    async def listed(
        self,
        *,
        agency: str | None,
        today: date,
        state: QuestionState | None,
        after: UUID | None,
        limit: int,
    ) -> list[KeptQuestion]:
        """Return questions to an agency and those it goes on for, newest first, without who asked."""
        rows = await self._unit.fetch(
            _LISTED,
            agency=agency,
            today=today,
            state=state.value if state else None,
            after=after,
            limit=limit,
        )
        return [self._kept(row, with_asker=False) for row in rows]

    async def due(self, *, limit: int, now: datetime) -> list[KeptQuestion]:
        """Return answers to be told now."""
        rows = await self._unit.fetch(_DUE, limit=limit, now=now)
        return [self._kept(row, with_asker=False) for row in rows]

    def answer(self, id_: UUID, given: GivenAnswer, *, seen: int) -> None:
        """Keep an answer, to be told; `Stale` at the commit when the question changed."""
        self._unit.write(
            _ANSWER,
            id=id_,
            answer=given.text,
            by=given.name,
            position=given.position,
            now=given.at,
            seen=seen,
        )

    def settle(self, kept: KeptQuestion, outcome: Outcome, now: datetime) -> None:
        """Keep what came of telling; nothing when somebody answered anew meanwhile."""
        self._unit.write(
            _SETTLE,
            id=kept.id,
            version=kept.version,
            state=outcome.state,
            attempts=kept.attempts + 1,
            next_attempt_at=outcome.next_attempt_at,
            code=outcome.code,
            message=outcome.message[:1000],
            now=now,
        )

    async def log_reading(self, id_: UUID, subject: str, at: datetime) -> None:
        """Keep that somebody read who asked, at once: a read commits nothing else."""
        await self._unit.fetch(_READING, id=new_id(), question_id=id_, at=at, subject=subject)

    async def readings(self, id_: UUID) -> list[Mapping[str, Any]]:
        """Return who read it, newest first."""
        return [dict(row) for row in await self._unit.fetch(_READINGS, question_id=id_)]

    def forget(self, *, before: datetime, now: datetime) -> None:
        """Forget who asked what was done before then."""
        self._unit.write(_FORGET, before=before, now=now)

    def _columns(self, question: Question) -> dict[str, Any]:
        id_ = new_id()
        return {
            "id": str(id_),
            "number": question.number,
            "agency": question.agency,
            "agency_name": question.agency_name,
            "subject": question.subject,
            "body": self._seals.seal_text(question.text, id_),
            "asker": self._seals.seal_text(orjson.dumps(dict(question.asker)).decode(), id_),
            "state": (QuestionState.CLOSED if question.answer else QuestionState.OPEN).value,
            "answer": question.answer,
            "portal_agency": question.portal_agency,
        }

    def _kept(self, row: Any, *, with_asker: bool = True) -> KeptQuestion:
        asker = self._seals.open_text(row["asker"], row["id"]) if with_asker and row["asker"] else ""
        return KeptQuestion(
            id=row["id"],
            question=Question(
                origin=Origin(row["origin"]),
                number=row["number"],
                agency=row["agency"],
                agency_name=row["agency_name"],
                subject=row["subject"],
                text=self._seals.open_text(row["body"], row["id"]),
                asker=orjson.loads(asker) if asker else {},
                portal_agency=row["portal_agency"],
            ),
            state=QuestionState(row["state"]),
            given=_given(row),
            kept_at=row["kept_at"],
            attempts=row["attempts"],
            portal_code=row["portal_code"],
            portal_answer=row["portal_answer"],
            told_at=row["told_at"],
            version=row["version"],
        )


def _given(row: Any) -> GivenAnswer | None:
    if not row["answer"]:
        return None
    at = row["answered_at"] or row["kept_at"]
    return GivenAnswer(row["answered_by"], row["answered_position"], at, row["answer"])
