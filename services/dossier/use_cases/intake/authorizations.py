"""Recorded authorisations: by the owner's own account or by an officer from a document; used, revoked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.assurance import require_checked
from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.intake.authorizations import Authorization
from services.dossier.domain.intake.errors import NotAuthorized
from services.dossier.domain.intake.identifiers import identity_faults, identity_key, is_own_number
from services.dossier.domain.intake.limits import limit
from services.dossier.use_cases.keeping import books_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index, person_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is to be recorded."""

    owner: Mapping[str, Any]
    representative: Mapping[str, Any]
    procedures: frozenset[str]
    valid_from: date
    valid_until: date
    attachment_id: UUID | None


async def record_authorization(given: Given, *, by: Caller, work: Work, now: datetime) -> Authorization:
    """Record who may act for whom: an owner for themselves, an officer from a document shown and scanned."""
    is_officer = by.kind is CallerKind.STAFF and by.has_role("ONE_STOP_OFFICER")
    require_checked(by)
    if not is_officer and (by.kind is not CallerKind.PERSON or not by.identity_number):
        raise Forbidden
    if not is_officer and not is_own_number(given.owner, by.identity_number):
        raise Invalid(fields=[("owner.identity_number", "Chỉ ủy quyền cho việc của chính mình")])
    if is_officer and given.attachment_id is None:
        raise Invalid(fields=[("attachment_id", "Cần bản chụp văn bản ủy quyền")])
    _require_sound(given, now.astimezone(VIETNAM).date())
    authorization = Authorization(
        id=new_id(),
        owner_index=_index(work, given.owner),
        representative_index=_index(work, given.representative),
        parties_sealed=work.seals.seal(
            {"owner": _texts(given.owner), "representative": _texts(given.representative)},
            purpose="authorization",
        ),
        procedures=given.procedures,
        valid_from=given.valid_from,
        valid_until=given.valid_until,
        attachment_id=given.attachment_id,
        recorded_by=by.subject,
        agency=by.agency,
        recorded_at=now,
    )
    work.ways_in.authorizations.add(authorization)
    if given.attachment_id is not None:
        if not await work.attachments.unbound([given.attachment_id], by.subjects):
            raise Invalid(fields=[("attachment_id", "Không có tệp này")])
        work.attachments.bind(
            [given.attachment_id], authorization.id, uploaders=by.subjects, purpose="AUTHORIZATION"
        )
    return authorization


def _require_sound(given: Given, today: date) -> None:
    faults = [
        *identity_faults(given.owner, today, "owner"),
        *identity_faults(given.representative, today, "representative"),
    ]
    numbers = {identity_key(one) for one in (given.owner, given.representative)}
    if "" in numbers or len(numbers) == 1:
        faults.append(("representative.identity_number", "Cần số giấy tờ của hai người khác nhau"))
    longest = given.valid_from.year + limit("authorization_years", today)
    if given.valid_until < max(given.valid_from, today) or given.valid_until.year > longest:
        faults.append(("valid_until", "Thời hạn ủy quyền không hợp lý"))
    if faults:
        raise Invalid(fields=faults)


def _texts(person: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in person.items() if value is not None}


def _index(work: Work, person: Mapping[str, Any]) -> bytes:
    return person_index(work.seals, person) or b""


def parties_of_authorization(authorization: Authorization, work: Work) -> dict[str, Any]:
    """Return owner and representative, opened."""
    opened = work.seals.open(authorization.parties_sealed, purpose="authorization")
    return opened if isinstance(opened, dict) else {}


async def require_authorized(
    authorization_id: UUID,
    *,
    owner: bytes | None,
    representative: Mapping[str, Any],
    procedure: str,
    also: Collection[str] = (),
    work: Work,
    now: datetime,
) -> Authorization:
    """Return the authorisation these two are in, counted as used; raise `NotAuthorized` for any other.

    `also`: procedures handed in together with the first; it has to cover them all.
    One revoked between this look and the commit makes the commit stale: nobody acts under what has ended.
    """
    found = await work.ways_in.authorizations.find(authorization_id)
    acting = person_index(work.seals, representative)
    day = now.astimezone(VIETNAM).date()
    if (
        found is None
        or owner is None
        or acting is None
        or not all(
            found.holds(owner=owner, representative=acting, procedure=one, day=day)
            for one in (procedure, *also)
        )
    ):
        raise NotAuthorized
    work.ways_in.authorizations.use(authorization_id, now)
    return found


async def recorded_representative(
    authorization_id: UUID,
    *,
    owner: Mapping[str, Any],
    named: Mapping[str, Any] | None,
    acting: Caller | None,
    procedure: str,
    also: Collection[str] = (),
    work: Work,
    now: datetime,
) -> dict[str, Any]:
    """Return the representative as recorded, counted as used; raise `NotAuthorized` for anybody else.

    `acting`: whose account has to be that representative's; without one it is who was named at the counter.
    """
    if acting is not None:
        require_checked(acting)
    who = {"identity_number": acting.identity_number} if acting else named or {}
    found = await require_authorized(
        authorization_id,
        owner=person_index(work.seals, owner),
        representative=who,
        procedure=procedure,
        also=also,
        work=work,
        now=now,
    )
    return {**parties_of_authorization(found, work)["representative"], **(named or {})}


async def read_authorization(
    authorization_id: UUID, *, by: Caller, work: Work, now: datetime
) -> Authorization:
    """Return one to its parties and to the agency that recorded it; raise `NotFound` for everybody else."""
    found = await work.ways_in.authorizations.find(authorization_id)
    index = identity_index(work.seals, by.identity_number)
    if found is None:
        raise NotFound
    if by.kind is CallerKind.PERSON and index in {found.owner_index, found.representative_index}:
        return found
    is_officer = by.kind is CallerKind.STAFF and by.has_role("ONE_STOP_OFFICER")
    if is_officer and found.agency in await books_of(by, work, now):
        await log_reading(work, by, "authorization", None, authorization_id, now)
        return found
    raise NotFound


async def list_authorizations(*, by: Caller, work: Work) -> list[Authorization]:
    """Return those a person gave or holds."""
    require_checked(by)
    index = identity_index(work.seals, by.identity_number)
    if by.kind is not CallerKind.PERSON or index is None:
        raise Forbidden
    return await work.ways_in.authorizations.of(index)


async def revoke_authorization(
    authorization_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Authorization:
    """End it at once: by the owner, or by the agency that recorded it on the owner's word."""
    found = await read_authorization(authorization_id, by=by, work=work, now=now)
    if found.version != seen:
        raise Stale
    if by.kind is CallerKind.PERSON and identity_index(work.seals, by.identity_number) != found.owner_index:
        raise Forbidden
    ended = found.revoked(by=by.subject, reason=reason, at=now)
    work.ways_in.authorizations.save(ended)
    # Told a second time where nobody can take it out: set back by hand, it is found.
    who = {"subject": by.subject, "kind": by.kind.value, "agency": by.agency}
    work.views.note_deed(at=now, **who, what="authorization_revoked", object_id=found.id)
    return ended
