"""Prints the register and the control slip by the set of forms in force today."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.legal_sets import CONTROL_SLIP, REGISTER
from services.dossier.domain.papers import local_text
from services.dossier.domain.registers import HEADINGS, WIDTHS, slip_lines
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.registers.read_register import read_book
from services.dossier.use_cases.work.read_work import read_slip


async def print_register(
    agency: str, first: date, last: date, *, as_sheet: bool, by: Caller, work: Work, now: datetime
) -> bytes:
    """Return the register of a period as PDF, or as a spreadsheet."""
    lines = await read_book(agency, first, last, by=by, work=work, now=now)
    names = await work.registers.names([agency])
    content = {
        **_form(REGISTER, work, now),
        "agency": names.get(agency, agency),
        "period": f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
        "headings": list(HEADINGS),
        "widths": list(WIDTHS),
        "lines": lines,
    }
    return await _printed(work.press.register_sheet if as_sheet else work.press.register, content, work)


async def print_control_slip(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> bytes:
    """Return a dossier's control slip as PDF, for officers who see all of it."""
    rows = await read_slip(dossier_id, by=by, work=work, now=now)
    dossier, _ = await work.dossiers.load(dossier_id)
    content = {
        **_form(CONTROL_SLIP, work, now),
        "agency": dossier.competent_agency.name,
        "dossier_code": dossier.dossier_code or dossier.reference,
        "procedure": f"{dossier.procedure_name} ({dossier.procedure_code})",
        "receiving": dossier.receiving_agency.name,
        "received_at": local_text(dossier.accepted_at),
        "due_at": local_text(dossier.due_at),
        "lines": slip_lines(rows, dossier.stretches, work.limits.cause_name),
    }
    return await _printed(work.press.control_slip, content, work)


async def _printed(press: Callable[[dict[str, Any]], bytes], content: dict[str, Any], work: Work) -> bytes:
    """Print beside the event loop, with the database given back."""
    await work.rest()
    return await asyncio.to_thread(press, content)


def _form(kind: str, work: Work, now: datetime) -> dict[str, Any]:
    forms = work.legal_sets.on(now)
    return {"title": forms.forms[kind].title, "form": forms.label(kind), "printed_at": local_text(now)}
