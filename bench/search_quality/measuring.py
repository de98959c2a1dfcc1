"""Asks questions of a running catalogue and counts what was found among the first five and ten."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import httpx

from bench.search_quality.files import Question
from services.catalog.domain.text import fold

FIRST, MORE = 5, 10
_LONGEST_QUESTION = 500
_FOUND = 200

Miss = Callable[[Question, str, float, Sequence[str]], None]


class Catalogue(Protocol):
    """Answers searches: a service, or the gateway before it."""

    async def get(self, path: str, /, *, params: Mapping[str, Any]) -> httpx.Response:
        """GET a path."""


def answerable(questions: Sequence[Question], held: Collection[str]) -> list[Question]:
    """Return the questions with an expected code in the catalogue, each with those codes only."""
    asked = [
        Question(one.text, tuple(code for code in one.expected if code in held), one.wants_all)
        for one in questions
    ]
    return [one for one in asked if one.expected]


async def recall(
    catalog: Catalogue, asked: Sequence[Question], *, removed: bool, on_miss: Miss | None = None
) -> tuple[float, float]:
    """Return recall among the first five and the first ten, with diacritics removed or as typed."""
    totals = [0.0, 0.0]
    for question in asked:
        text = (fold(question.text) if removed else question.text)[:_LONGEST_QUESTION]
        answer = await catalog.get("/v1/procedures", params={"q": text, "limit": MORE})
        found = [item["code"] for item in answer.json()["items"]] if answer.status_code == _FOUND else []
        scores = [_score(question, found[:FIRST]), _score(question, found[:MORE])]
        totals = [total + score for total, score in zip(totals, scores, strict=True)]
        if on_miss is not None and scores[0] < 1:
            on_miss(question, text, scores[0], found[:FIRST])
    count = max(len(asked), 1)
    return totals[0] / count, totals[1] / count


def _score(question: Question, found: Sequence[str]) -> float:
    hits = len(set(found) & set(question.expected))
    return hits / len(question.expected) if question.wants_all else float(hits > 0)
