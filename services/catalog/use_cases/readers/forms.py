"""Answers to a form, looked at and not kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from eforms.faults import Fault
from eforms.fees import FeeLine
from eforms.form import Form
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.readers.errors import NoSuchForm
from services.catalog.use_cases.ports import Work


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether answers would be taken, and what they would cost."""

    form_version: int | None
    faults: list[Fault]
    fee: list[FeeLine] | None


async def form_on(code: str, day: date, *, work: Work, today: date) -> dict[str, Any]:
    """Return the form of a procedure that applies on a day; raise `NoSuchForm`."""
    national = national_code(code)
    found = await work.readers.form(national, day, today) if national else None
    if found is None:
        raise NoSuchForm
    return dict(found)


async def check_answers(code: str, day: date, answers: object, *, work: Work, today: date) -> Verdict:
    """Say what is wrong with answers and what sound ones cost; changes nothing."""
    record = await form_on(code, day, work=work, today=today)
    form = Form(record)
    faults = form.faults(answers)
    fee = None
    if not faults and isinstance(answers, dict) and record.get("fee"):
        fee = form.fee(answers)
    return Verdict(record["version"], faults, fee)
