"""Dossiers worked elsewhere: what their systems tell of them, kept in order and shown, never worked here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.dossier.domain.actions import Action
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.interlinked.telling import told_by_mirror
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.domain.work import arranging
from services.dossier.domain.work.elsewhere import Elsewhere
from services.dossier.domain.work.mirrors import Mirror, Status, WorkedHere, mirror_data, told_last
from services.dossier.use_cases.open_dossier import open_for
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import NEWEST, log_reading, on_the_page
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.secrets import secret_hash
from services.dossier.use_cases.work.follow_elsewhere import follow
from services.dossier.use_cases.work.ports import MirrorGround
from services.dossier.use_cases.work_steps import ask_outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a system tells of one of its dossiers."""

    source: str
    outside_code: str
    route: str
    procedure_code: str
    agency: str
    owner_name: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    status: Status
    secret: str


async def mirror_dossier(told: Told, *, by: Caller, work: Work, now: datetime) -> tuple[str, UUID]:
    """Keep a status of a dossier worked elsewhere; return `created`, `added` or `repeated`, and the mirror.

    The same status of the same moment is kept once, whatever else comes with it. A code of a dossier that is
    worked here is refused; one whose route was changed to that system is fed, counted once, and ends with it.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role("mirror.feed"):
        raise Forbidden
    await work.mirrors.hold(told.source, told.outside_code)
    ground = await work.mirrors.ground(told.source, told.outside_code, told.procedure_code, told.agency)
    missing = [("procedure_code", "Không có thủ tục này")] if ground.procedure_name is None else []
    missing += [("agency", "Không có cơ quan này")] if ground.agency_name is None else []
    if missing:
        raise Invalid(fields=missing)
    if ground.is_worked_here:
        raise WorkedHere
    if ground.is_destroyed:
        told = replace(told, owner_name="", secret="")
    known = ground.mirror
    version = (known.version if known else 0) + 1
    status = replace(
        told.status, version=version, received_at=now, accepted_at=told.accepted_at, due_at=told.due_at
    )
    if known is not None and known.has(status):
        return "repeated", known.id
    mirror = _told_by_all(_mirrored(told, known, ground, status, work=work), known, ground, now)
    mirror = await follow(mirror, by=by, work=work, now=now)
    work.mirrors.keep(mirror, status, is_new=known is None)
    work.figures.mirrored(mirror)
    if ground.member is not None:
        said = replace(told_by_mirror(mirror), version=ground.times_told + 1)
        work.interlinked.child_told(*ground.member, said)
    data = mirror_data(mirror)
    key = str(mirror.id)
    event_type = "mirrored_dossier.recorded.v1"
    work.record(Event(type=event_type, key=key, sequence=mirror.version, data=data, occurred_at=now))
    return ("created" if known is None else "added"), mirror.id


def _mirrored(
    told: Told, known: Mirror | None, ground: MirrorGround, status: Status, *, work: Work
) -> Mirror:
    """Return the mirror with this status; what an older status says of the dossier does not overwrite."""
    mirror_id = known.id if known else new_id()
    hashed = secret_hash(work.seals, mirror_id, told.secret) if told.secret else None
    fresh = Mirror(
        id=mirror_id,
        version=status.version,
        source=told.source,
        outside_code=told.outside_code,
        route=told.route,
        procedure_code=told.procedure_code,
        procedure_name=ground.procedure_name or "",
        sector=ground.sector or "",
        agency=told.agency,
        agency_name=ground.agency_name or "",
        owner_name=told.owner_name,
        submitted_at=told.submitted_at,
        accepted_at=told.accepted_at,
        due_at=told.due_at,
        secret_hash=hashed,
        dossier_id=ground.dossier_id or (known.dossier_id if known else None),
        statuses=(*(known.statuses if known else ()), status),
    )
    if known is None or fresh.present == status:
        kept = known.secret_hash if known else None
        return replace(fresh, secret_hash=hashed or kept)
    return replace(
        known,
        version=fresh.version,
        statuses=fresh.statuses,
        secret_hash=known.secret_hash or hashed,
        dossier_id=fresh.dossier_id,
    )


def _told_by_all(mirror: Mirror, known: Mirror | None, ground: MirrorGround, now: datetime) -> Mirror:
    """Return the mirror with what all its statuses told, and since when statistics know it and how."""
    counted_at, linked_at = (known.counted_at, known.linked_at) if known else (None, None)
    if mirror.dossier_id is None:
        counted_at = counted_at or now
    elif counted_at is not None:
        linked_at = linked_at or now
    follows_since = known.follows_since if known else None
    return replace(
        mirror,
        accepted_at=told_last(mirror.statuses, "accepted_at"),
        due_at=told_last(mirror.statuses, "due_at"),
        counted_at=counted_at,
        linked_at=linked_at,
        follows_since=follows_since or (now if ground.is_follower else None),
    )


async def change_route(
    dossier_id: UUID,
    *,
    route: str,
    source: str,
    outside_code: str,
    note: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Let another system go on with a running dossier, or take it back; code and due moment stay."""
    dossier, _ = await open_for(Action.ROUTE_CHANGE, dossier_id, by=by, seen=seen, work=work, now=now)
    if (route == "PROVINCE") is (dossier.elsewhere is None):
        raise Invalid(fields=[("route", "Hồ sơ đang được giải quyết theo tuyến này")])
    elsewhere = None if route == "PROVINCE" else Elsewhere(route, source, outside_code, now, note)
    if elsewhere is not None:
        await work.mirrors.hold(source, outside_code)
        if await work.mirrors.is_taken(source, outside_code, dossier.id):
            raise Invalid(fields=[("outside_code", "Mã này đã là của một hồ sơ khác")])
        mirror = await work.mirrors.known(source, outside_code)
        was_there = elsewhere.key == dossier.outside_key or (mirror and mirror.dossier_id == dossier.id)
        elsewhere = replace(elsewhere, again_since=now if was_there else None)
        if mirror is not None:
            since = (mirror.linked_at or now) if mirror.counted_at else None
            # What it said before it was known as ours is heard by a job, in a commit of its own.
            linked = replace(mirror, dossier_id=dossier.id, linked_at=since, follow_at=now)
            work.mirrors.link(linked)
            work.figures.mirrored(linked)
    waiting = dossier.step.request_id if dossier.step is not None else None
    if elsewhere is not None and waiting is not None:
        work.outside.abandon(waiting)
    left = arranging.change_route(dossier, elsewhere)
    if elsewhere is None:
        ask_outside(work, dossier)
    work.slips.confirm(dossier.id, subject=by.subject, name=by.name, at=now)
    told = {"noted": "ROUTE_CHANGED", "route": route, "source": source, "outside_code": outside_code}
    record_change(work, dossier, Change("work_noted", left, note=note, details=told), by=by, now=now)
    return dossier


async def list_mirrors(
    *, before: UUID | None, limit: int, by: Caller, work: Work, now: datetime
) -> Sequence[Mirror]:
    """Return the mirrors of an officer's agency, newest first; names are logged."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    found = await work.mirrors.of_agency(by.agency, before=before or NEWEST, limit=limit)
    if found:
        shown = (one.dossier_id or one.id for one in on_the_page(found, limit))
        await log_reading(work, by, "mirrors", None, None, now, shown=shown)
    return found


async def read_mirror(mirror_id: UUID, *, by: Caller, work: Work, now: datetime) -> Mirror:
    """Return a mirror of an officer's agency with every status; logged."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    found = await work.mirrors.find(mirror_id)
    if found is None or found.agency != by.agency:
        raise NotFound
    await log_reading(work, by, "mirror", found.dossier_id, mirror_id, now)
    return found
