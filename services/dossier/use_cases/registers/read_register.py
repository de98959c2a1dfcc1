"""Reads the register of an agency; every reading of names is logged."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden
from services.dossier.domain.keepers import Reach
from services.dossier.domain.registers import (
    MOST_ROWS,
    BookTooThick,
    Entry,
    note_of,
    require_period,
    require_reader,
    returned_at,
)
from services.dossier.use_cases.keeping import kept_by
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading, on_the_page
from services.dossier.use_cases.secrets import UNREADABLE, opened_or_nothing

_PORTION = 1_000


async def read_register(
    agency: str,
    first: date,
    last: date,
    *,
    after: tuple[date, str] | None,
    limit: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> Sequence[tuple[Entry, tuple[date, str]]]:
    """Return lines with the place of each, day by day, in the order of the day's numbers."""
    kept = await _kept(agency, by, work, now)
    require_period(first, last)
    rows = await work.registers.page(kept, first, last, after, limit)
    if rows:
        shown = (row["id"] for row in on_the_page(rows, limit))
        await log_reading(work, by, "register", None, None, now, shown=shown)
    return [(_entry(row, work, now), (row["day"], row["code"])) for row in rows]


async def read_book(
    agency: str, first: date, last: date, *, by: Caller, work: Work, now: datetime
) -> list[list[str]]:
    """Return every line of a period as it is printed; raise `BookTooThick` for more than a book holds."""
    kept = await _kept(agency, by, work, now)
    require_period(first, last)
    lines: list[list[str]] = []
    after: tuple[date, str] | None = None
    while rows := await work.registers.page(kept, first, last, after, _PORTION):
        await log_reading(work, by, "register", None, None, now, shown=(row["id"] for row in rows))
        lines += [_entry(row, work, now).cells(len(lines) + place) for place, row in enumerate(rows, 1)]
        after = (rows[-1]["day"], rows[-1]["code"])
        if len(lines) > MOST_ROWS:
            raise BookTooThick
    return lines


async def _kept(agency: str, by: Caller, work: Work, now: datetime) -> Reach:
    """Return which lines of an agency's register are the caller's agency's; raise `Forbidden` for none.

    All of its own counter; of one that ended those of the procedures it goes on with: the names of others'
    applicants are not shown to it.
    """
    require_reader(by)
    if agency == by.agency:
        return Reach(agency=agency)
    kept = [one for one in await kept_by(by, work, now) if one.agency == agency]
    if not kept:
        raise Forbidden
    return kept[0]


def _entry(row: Mapping[str, Any], work: Work, now: datetime) -> Entry:
    parties = opened_or_nothing(work.seals, row["parties_sealed"], purpose="parties")
    owner = parties["owner"] if isinstance(parties, dict) else {"full_name": UNREADABLE}
    handed: Mapping[str, Any] = row["delivery"] or {}
    is_away = bool((row["elsewhere"] or {}).get("end"))
    return Entry(
        dossier_code=row["dossier_code"] or "",
        procedure=f"{row['procedure_name']} ({row['procedure_code']})",
        owner=owner.get("full_name") or "",
        address=owner.get("address") or "",
        phone=owner.get("phone") or "",
        competent_agency=row["agencies"]["competent"]["name"],
        received_at=row["accepted_at"],
        due_at=row["due_at"],
        returned_at=returned_at(row),
        returned_to=_receiver(handed, work),
        delivery=handed.get("delivery") or ("" if is_away else row["result_delivery"]),
        note=note_of(row, now),
    )


def _receiver(handed: Mapping[str, Any], work: Work) -> str:
    sealed = handed.get("receiver")
    opened = opened_or_nothing(work.seals, sealed, purpose="delivery") if sealed else {}
    return str(opened.get("receiver_name") or "") if isinstance(opened, dict) else ""
