"""Finds procedures the way people ask for them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.use_cases.ports import Search, Work

_CODE_PREFIX = re.compile(r"\d\.\d{0,6}")


async def search_procedures(search: Search, *, work: Work, today: date) -> Mapping[str, Any]:
    """Return the procedures in force today that fit, best first, with the facets of all that fit."""
    text = search.text.strip()
    prefix = national_code(text) or (text if _CODE_PREFIX.fullmatch(text) else "")
    question = work.synonyms.ask("" if prefix else text)
    agency = agency_code(search.agency) or search.agency
    return await work.views.search(question, replace(search, code_prefix=prefix, agency=agency), today)
