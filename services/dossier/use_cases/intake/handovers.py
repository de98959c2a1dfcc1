"""Papers of dossiers received elsewhere go to their agency in a batch, signed by both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.errors import AgencyEnded
from services.dossier.domain.intake.errors import AlreadyListed
from services.dossier.domain.intake.handovers import HandedPaper, HandOverList, PapersHeld
from services.dossier.domain.keepers import Keepers
from services.dossier.use_cases.keeping import keepers_on
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
    keepers = await keepers_on(work, now)
    held = await work.ways_in.handovers.held(ids)
    elsewhere = [str(one) for one in ids if one not in held or held[one].holder(keepers) != by.agency]
    if elsewhere:
        raise AlreadyListed(extra={"dossiers": elsewhere})
    await _require_going_on(to_agency, held.values(), keepers, work)
    if any(to_agency not in papers.destinations(keepers) for papers in held.values()):
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


async def _require_going_on(to_agency: str, held: Iterable[PapersHeld], keepers: Keepers, work: Work) -> None:
    """Raise `AgencyEnded`, naming who goes on with these dossiers, where the receiver is no more."""
    heirs = sorted({keepers.of(to_agency, papers.procedure) for papers in held} - {to_agency})
    if heirs:
        names = await work.ways_in.handovers.names(heirs)
        successors = [{"code": heir, "name": names.get(heir, heir)} for heir in heirs]
        raise AgencyEnded(
            "Hãy giao hồ sơ giấy cho cơ quan tiếp tục giải quyết.",
            extra={"agency": to_agency, "successors": successors},
        )


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
    """Sign for what came, differences and all; only at the receiving agency.

    Where that ended on the way, who goes on with each dossier signs for it.
    """
    _require_handler(by)
    keepers = await keepers_on(work, now)
    handed = await work.ways_in.handovers.find(list_id)
    _require_seen(handed, by, keepers)
    lines = {line.dossier_id for line in handed.lines_of(handed.to_agency, by.agency, keepers)}
    if not lines:
        raise Forbidden
    if handed.version != seen:
        raise Stale
    confirmed = handed.confirmed(found, lines=lines, by=by, at=now, note=note)
    work.ways_in.handovers.confirm(confirmed, found.keys(), by.agency)
    return _require_seen(confirmed, by, keepers)


async def read_handover(list_id: UUID, *, by: Caller, work: Work, now: datetime) -> HandOverList:
    """Return a list with the lines this agency gives or gets, its own or of agencies it goes on for."""
    _require_handler(by)
    return _require_seen(await work.ways_in.handovers.find(list_id), by, await keepers_on(work, now))


def _require_seen(handed: HandOverList, by: Caller, keepers: Keepers) -> HandOverList:
    seen = handed.seen_by(by.agency, keepers)
    if seen is None:
        raise NotFound
    return seen


async def list_handovers(*, by: Caller, work: Work, now: datetime) -> list[HandOverList]:
    """Return this agency's lists and those of agencies it goes on for, those on their way first."""
    _require_handler(by)
    keepers = await keepers_on(work, now)
    found = await work.ways_in.handovers.of(keepers.reaches(by.agency), _SHOWN)
    return [seen for one in found if (seen := one.seen_by(by.agency, keepers))]
