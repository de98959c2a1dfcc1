"""Prints an agency's book of certified copies for a period; every reading of names is logged."""

import asyncio
from datetime import date, datetime, time, timedelta

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from services.dossier.domain.intake.copies import HEADINGS, TITLE, WIDTHS, CertifiedCopy
from services.dossier.domain.papers import local_text
from services.dossier.domain.registers import MOST_ROWS, BookTooThick, require_period
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import UNREADABLE, opened_or_nothing

_PORTION = 1_000


async def print_copy_book(
    first: date, last: date, *, as_sheet: bool, by: Caller, work: Work, now: datetime
) -> bytes:
    """Return the lines of the caller's agency's book of these days as PDF, or as a spreadsheet."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    require_period(first, last)
    lines = await _lines(first, last, by=by, work=work, now=now)
    names = await work.registers.names([by.agency])
    content = {
        "title": TITLE,
        "form": "",
        "agency": names.get(by.agency, by.agency),
        "period": f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
        "headings": list(HEADINGS),
        "widths": list(WIDTHS),
        "lines": lines,
        "printed_at": local_text(now),
    }
    await work.rest()
    return await asyncio.to_thread(work.press.register_sheet if as_sheet else work.press.copy_book, content)


async def _lines(first: date, last: date, *, by: Caller, work: Work, now: datetime) -> list[list[str]]:
    since = datetime.combine(first, time(0), VIETNAM)
    until = datetime.combine(last + timedelta(days=1), time(0), VIETNAM)
    lines: list[list[str]] = []
    after = (0, 0)
    while found := await work.ways_in.copies.period(by.agency, since, until, after, _PORTION):
        await log_reading(work, by, "copy-book", None, None, now, shown=(line.id for line in found))
        lines += [line.cells(_requester(line, work)) for line in found]
        after = (found[-1].year, found[-1].number)
        if len(lines) > MOST_ROWS:
            raise BookTooThick
    return lines


def _requester(line: CertifiedCopy, work: Work) -> str:
    opened = opened_or_nothing(work.seals, line.requester_sealed, purpose="copy")
    return str(opened["full_name"]) if isinstance(opened, dict) else UNREADABLE
