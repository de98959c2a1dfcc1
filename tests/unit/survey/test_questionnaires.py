"""Questionnaires are versioned data; what counts as an answer is theirs to say."""

from datetime import date
from pathlib import Path

import pytest

from services.survey.domain.errors import AnswersInvalid
from services.survey.store.questionnaires import PackagedQuestionnaires, QuestionnaireBroken

PACKAGED = PackagedQuestionnaires()
RATING = PACKAGED.valid_on(date(2026, 11, 22))
SOURCE = Path(__file__).parents[3] / "services/survey/questionnaires/dossier-rating.v1.yaml"


def a_folder(tmp_path: Path, **versions: str) -> Path:
    """Write copies of the shipped questionnaire, changed as told, one a version."""
    for name, text in versions.items():
        (tmp_path / f"dossier-rating.{name}.yaml").write_text(text)
    return tmp_path


def test_the_shipped_questionnaire_asks_twelve_questions_on_the_legal_scale() -> None:
    assert len(RATING.questions) == 12
    assert [grade.score for grade in RATING.scale] == [1, 2, 3, 4, 5]
    assert {question.factor for question in RATING.questions} == {factor.code for factor in RATING.factors}


def test_a_day_is_asked_with_the_version_valid_then(tmp_path: Path) -> None:
    first = SOURCE.read_text()
    second = first.replace("version: 1", "version: 2").replace("2026-01-01", "2027-01-01")
    known = PackagedQuestionnaires(a_folder(tmp_path, v1=first, v2=second))
    assert known.valid_on(date(2026, 12, 31)).version == 1
    assert known.valid_on(date(2027, 1, 1)).version == 2
    assert known.find("dossier-rating", 3) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("code: TIME,", "code: OVERALL,"),
        ("factor: FEEDBACK,", "factor: KHAC,"),
        ("version: 1", "version: 4"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_stops_the_process(
    tmp_path: Path, before: str, after: str
) -> None:
    text = SOURCE.read_text()
    assert before in text
    with pytest.raises(QuestionnaireBroken):
        PackagedQuestionnaires(a_folder(tmp_path, v1=text.replace(before, after)))


def test_every_question_wants_an_answer_and_no_opinion_is_one() -> None:
    full: dict[str, int | None] = {question.code: 4 for question in RATING.questions}
    RATING.check({**full, "TIME": None})
    wrong: list[dict[str, int | None]] = [
        {**full, "TIME": 0},
        {**full, "KHAC": 3},
        {code: score for code, score in full.items() if code != "TIME"},
        dict.fromkeys(full),
    ]
    for answers in wrong:
        with pytest.raises(AnswersInvalid):
            RATING.check(answers)
