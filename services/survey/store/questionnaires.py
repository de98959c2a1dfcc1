"""The questionnaires that come with the package, read and checked once."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from services.survey.domain.questionnaire import Questionnaire

_FOLDER = Path(__file__).parents[1] / "questionnaires"


class QuestionnaireBroken(ValueError):  # noqa: N818 - the fact is the name.
    """A questionnaire file that contradicts itself."""


class PackagedQuestionnaires:
    """Every questionnaire of the folder."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        read = TypeAdapter(Questionnaire)
        load = partial(yaml.load, Loader=yaml.CSafeLoader)
        files = sorted(folder.glob("*.yaml"))
        self._all: Sequence[Questionnaire] = [
            _checked(read.validate_python(load(path.read_text(encoding="utf-8"))), path) for path in files
        ]
        if not self._all:
            raise QuestionnaireBroken("there is no questionnaire")

    def valid_on(self, day: date) -> Questionnaire:
        """Return the questionnaire people are asked with on a day; before the first, the first."""
        begun = [one for one in self._all if one.valid_from <= day]
        return max(begun or self._all[:1], key=lambda one: (one.valid_from, one.version))

    def find(self, code: str, version: int) -> Questionnaire | None:
        """Return one version."""
        return next((one for one in self._all if (one.code, one.version) == (code, version)), None)


def _checked(questionnaire: Questionnaire, path: Path) -> Questionnaire:
    codes = [question.code for question in questionnaire.questions]
    known = {factor.code for factor in questionnaire.factors}
    if len(set(codes)) != len(codes):
        raise QuestionnaireBroken(f"{path.name}: a question stands twice")
    if any(question.factor not in known for question in questionnaire.questions):
        raise QuestionnaireBroken(f"{path.name}: a question has no factor")
    if path.name != f"{questionnaire.code}.v{questionnaire.version}.yaml":
        raise QuestionnaireBroken(f"{path.name}: named for another version")
    return questionnaire
