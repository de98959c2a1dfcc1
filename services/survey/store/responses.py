"""Responses in PostgreSQL, and how often each question was answered how."""

from collections.abc import Iterable
from datetime import date

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.indices import Tally
from services.survey.domain.invitation import Response
from services.survey.domain.questionnaire import Questionnaire
from services.survey.use_cases.ports import Counted, Place, ProcedureTally

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
# The page is chosen first: a month of a province is counted portion by portion.
_BY_PROCEDURE = Statement("""
WITH page AS MATERIALIZED (
    SELECT DISTINCT agency_code, procedure_code, questionnaire, questionnaire_version FROM responses
    WHERE received_on BETWEEN :first AND :last
        AND (agency_code, procedure_code, questionnaire, questionnaire_version)
            > (:after_agency, :after_procedure, :after_questionnaire, :after_version)
    ORDER BY 1, 2, 3, 4 LIMIT :limit
), counted AS (
    SELECT p.agency_code, p.procedure_code, p.questionnaire, p.questionnaire_version, a.key, a.value,
        count(*) AS answers
    FROM page p JOIN responses r USING (agency_code, procedure_code, questionnaire, questionnaire_version),
        jsonb_each_text(r.answers) AS a
    WHERE r.received_on BETWEEN :first AND :last AND a.value IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT p.*, coalesce((SELECT jsonb_agg(jsonb_build_array(c.key, c.value::int, c.answers)) FROM counted c
    WHERE (c.agency_code, c.procedure_code, c.questionnaire, c.questionnaire_version)
        = (p.agency_code, p.procedure_code, p.questionnaire, p.questionnaire_version)), '[]') AS scores
FROM page p ORDER BY 1, 2, 3, 4
""")


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

    async def by_procedure(
        self, *, first: date, last: date, after: Place | None, limit: int
    ) -> list[ProcedureTally]:
        """Return how these days' questions were answered, by agency and procedure, from a place on."""
        agency, procedure, questionnaire, version = after or ("", "", "", 0)
        rows = await self._unit.fetch(
            _BY_PROCEDURE,
            first=first,
            last=last,
            after_agency=agency,
            after_procedure=procedure,
            after_questionnaire=questionnaire,
            after_version=version,
            limit=limit,
        )
        return [
            ProcedureTally(
                row["agency_code"],
                row["procedure_code"],
                row["questionnaire"],
                row["questionnaire_version"],
                _by_question(row["scores"]),
            )
            for row in rows
        ]


def _by_question(scores: Iterable[tuple[str, int, int]]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for question, score, answers in scores:
        found.setdefault(question, {})[score] = answers
    return found
