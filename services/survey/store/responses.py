"""Responses in PostgreSQL, and how often each question was answered how."""

from datetime import date

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.indices import Tally
from services.survey.domain.invitation import Response
from services.survey.domain.questionnaire import Questionnaire
from services.survey.use_cases.ports import Counted

_ADD = Statement(
    "INSERT INTO responses (id, questionnaire, questionnaire_version, agency_code, procedure_code,"
    " received_on, answers) VALUES (:id, :questionnaire, :questionnaire_version, :agency_code,"
    " :procedure_code, :received_on, :answers)"
)
# One statement for the whole screen; the row without a question counts the responses themselves.
_TALLIES = Statement(
    """
    WITH chosen AS MATERIALIZED (
        SELECT answers FROM responses
        WHERE questionnaire = :questionnaire AND questionnaire_version = :version
            AND received_on BETWEEN :first AND :last AND (:agency::text IS NULL OR agency_code = :agency)
    )
    SELECT key AS question, value::text AS score, count(*) AS answers FROM chosen, jsonb_each(answers)
    GROUP BY key, value
    UNION ALL SELECT NULL, NULL, count(*) FROM chosen
    """,
    rows=None,
)


class PostgresResponses:
    """Responses of this unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, response: Response) -> None:
        """Keep a response."""
        self._unit.write(
            _ADD,
            id=response.id,
            questionnaire=response.questionnaire,
            questionnaire_version=response.questionnaire_version,
            agency_code=response.agency_code,
            procedure_code=response.procedure_code,
            received_on=response.received_on,
            answers=dict(response.answers),
        )

    async def tallies(
        self, questionnaire: Questionnaire, *, agency: str | None, first: date, last: date
    ) -> Counted:
        """Return how the questions were answered on these days, about one agency or about all."""
        rows = await self._unit.fetch(
            _TALLIES,
            questionnaire=questionnaire.code,
            version=questionnaire.version,
            agency=agency,
            first=first,
            last=last,
        )
        responses, counts, silent = 0, dict[str, dict[int, int]](), dict[str, int]()
        for row in rows:
            question, score = row["question"], row["score"]
            if question is None:
                responses = row["answers"]
            elif score == "null":
                silent[question] = row["answers"]
            else:
                counts.setdefault(question, {})[int(score)] = row["answers"]
        questions = counts.keys() | silent.keys()
        return Counted(responses, {one: Tally(counts.get(one, {}), silent.get(one, 0)) for one in questions})
