"""Finds procedures the way people ask for them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.search_terms import beginnings_of
from services.catalog.use_cases.finding.ports import Found, Search
from services.catalog.use_cases.ports import Work

_CODE = re.compile(r"(\d)[.\s]?(\d{0,6})(?:\.[0-9A-Za-z.]*)?")
_MOST_SUGGESTED = 10


def code_prefix(text: str) -> str:
    """Return the beginning of a national code that somebody typed; empty when it is none.

    Localised codes of either generation count by their national part, also half typed; the dot may lack.
    """
    found = _CODE.fullmatch(text.strip())
    if found is None or (not found[2] and "." not in text):
        return ""
    return f"{found[1]}.{found[2]}"


async def search_procedures(search: Search, *, work: Work, today: date) -> Found:
    """Return the procedures in force today that fit, best first, with the facets of all that fit.

    A question without a word (signs, emoji) finds nothing; no question at all shows everything.
    """
    text = search.text.strip()
    prefix = code_prefix(text)
    asked = replace(
        search,
        code_prefix=prefix,
        browse=bool(prefix) or not text,
        agency=agency_code(search.agency) or search.agency,
    )
    question = work.synonyms.ask("" if prefix else text)
    found = await work.finder.search(question, asked, today)
    if await _is_outdated(found.phrases, work):
        found = await work.finder.search(work.synonyms.ask("" if prefix else text), asked, today)
    return found


async def suggest_procedures(typed: str, limit: int, *, work: Work, today: date) -> Mapping[str, Any]:
    """Return at most ten procedures that fit what is being typed; slips and missing marks are forgiven."""
    limit = min(limit, _MOST_SUGGESTED)
    prefix = code_prefix(typed)
    if prefix:
        return await work.finder.suggest_codes(prefix, limit, today)
    beginnings = beginnings_of(typed)
    found = await work.finder.suggest(work.synonyms.ask(typed), beginnings, limit, today)
    if await _is_outdated(found["phrases"], work):
        found = await work.finder.suggest(work.synonyms.ask(typed), beginnings, limit, today)
    return found


async def _is_outdated(phrases: int, work: Work) -> bool:
    """Learn what editors changed since; another process may have taken their word."""
    if work.synonyms.is_latest(phrases):
        return False
    work.synonyms.renew(*await work.phrases.changes())
    return True
