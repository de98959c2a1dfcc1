"""Finds procedures: one statement a question, whatever it asks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.search_terms import Question, base_of
from services.catalog.store.finding_statements import (
    BROWSE,
    BROWSE_NARROWED,
    SEARCH,
    SEARCH_NARROWED,
    SUGGEST,
    SUGGEST_CODES,
)
from services.catalog.use_cases.finding.ports import FACETS, Found, Search


class PostgresFinder:
    """Searches and suggests."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def search(self, question: Question, asked: Search, today: date) -> Found:
        """Return what is shown of the procedures in force today that fit."""
        score, code = asked.after or (0.0, "")
        given: dict[str, Any] = {
            **_terms(question, today),
            "beginnings": [],
            "prefix": asked.code_prefix,
            "sector": asked.sector,
            "agency": asked.agency,
            "level": asked.level,
            "audience": asked.audience,
            "online_level": asked.online_level,
            "after_score": score,
            "after_code": code,
            "limit": asked.limit,
        }
        if asked.is_narrowed:
            statement = BROWSE_NARROWED if asked.browse else SEARCH_NARROWED
        else:
            statement = BROWSE if asked.browse else SEARCH
        row = await self._unit.fetch_one(statement, **{name: given[name] for name in statement.names})
        if row is None:
            raise LookupError("a search gives one row")
        return Found(
            phrases=row["phrases"],
            total=row["total"],
            items=row["items"],
            facets={name: row[name] for name in FACETS},
            last=(row["last_score"], row["last_code"]) if row["last_code"] is not None else None,
        )

    async def suggest(
        self, question: Question, beginnings: Sequence[str], limit: int, today: date
    ) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures that fit what has been typed, the last word unfinished."""
        found: Mapping[str, Any] = await self._unit.fetch_value(
            SUGGEST, **_terms(question, today), beginnings=list(beginnings), limit=limit
        )
        return found

    async def suggest_codes(self, prefix: str, limit: int, today: date) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures whose code begins so."""
        found: Mapping[str, Any] = await self._unit.fetch_value(
            SUGGEST_CODES, prefix=prefix, limit=limit, today=today
        )
        return found


def _terms(question: Question, today: date) -> dict[str, Any]:
    terms = list(question.terms)
    return {
        "terms": terms,
        "bases": [base_of(term) for term in terms],
        "weights": list(question.terms.values()),
        "text": question.text,
        "today": today,
    }
