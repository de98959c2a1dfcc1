"""Papers of dossiers received elsewhere go to their agency in a batch, signed by both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, Stale
from kernel.core.ids import new_id
from services.dossier.domain.intake.errors import AlreadyListed
from services.dossier.domain.intake.handovers import HandedPaper, HandOverList
from services.dossier.use_cases.keeping import books_of
from services.dossier.use_cases.ports import Work

_HANDLERS = ("ONE_STOP_OFFICER", "CLERK")
_SHOWN = 100


def _require_handler(by: Caller) -> None:
    if by.kind is not CallerKind.STAFF or not by.has_role(*_HANDLERS):
        raise Forbidden


async def give_papers(
    to_agency: str, items: Sequence[tuple[UUID, int]], *, by: Caller, work: Work, now: datetime
) -> HandOverList:
    """List papers that leave this agency, with the first signature; each dossier once, each really here."""
    _require_handler(by)
    ids = [dossier_id for dossier_id, _ in items]
    if to_agency == by.agency or len(set(ids)) < len(ids):
        raise Invalid(fields=[("items", "Mỗi hồ sơ một lần, giao cho cơ quan khác")])
    held = await work.ways_in.handovers.held(ids, await books_of(by, work, now))
    elsewhere = [str(one) for one in ids if one not in held]
    if elsewhere:
        raise AlreadyListed(extra={"dossiers": elsewhere})
    strangers = [str(one) for one in ids if to_agency not in held[one]]
    if strangers:
        raise Invalid(fields=[("to_agency", "Cơ quan nhận không tham gia giải quyết hồ sơ trong danh sách")])
    handed = HandOverList(
        id=new_id(),
        from_agency=by.agency,
        to_agency=to_agency,
        given_by=by.subject,
        given_by_name=by.name,
        given_at=now,
        items=tuple(HandedPaper(dossier_id=one, sheets=sheets) for one, sheets in items),
    )
    work.ways_in.handovers.add(handed)
    return handed


async def receive_papers(
    list_id: UUID,
    found: Mapping[UUID, tuple[int, str]],
    *,
    note: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> HandOverList:
    """Sign for what came, differences and all; only at the receiving agency."""
    _require_handler(by)
    agencies = await books_of(by, work, now)
    handed = await work.ways_in.handovers.find(list_id, agencies)
    if handed.to_agency not in agencies:
        raise Forbidden
    if handed.version != seen:
        raise Stale
    confirmed = handed.confirmed(found, by=by, at=now, note=note)
    work.ways_in.handovers.confirm(confirmed)
    return confirmed


async def read_handover(list_id: UUID, *, by: Caller, work: Work, now: datetime) -> HandOverList:
    """Return a list this agency, or one it goes on for, gives or receives."""
    _require_handler(by)
    return await work.ways_in.handovers.find(list_id, await books_of(by, work, now))


async def list_handovers(*, by: Caller, work: Work, now: datetime) -> list[HandOverList]:
    """Return this agency's lists and those of agencies it goes on for, those on their way first."""
    _require_handler(by)
    return await work.ways_in.handovers.of(await books_of(by, work, now), _SHOWN)
