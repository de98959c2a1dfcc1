"""Reads the register and takes a result's force away; readings of others' results are logged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from services.dossier.domain.results.register import (
    MOST_REUSED,
    Registered,
    require_looker,
    require_revoker,
)
from services.dossier.use_cases.keeping import standing
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import NEWEST, log_reading
from services.dossier.use_cases.secrets import identity_index, person_index


async def own_results(*, before: UUID | None, limit: int, by: Caller, work: Work) -> Sequence[Registered]:
    """Return the results somebody holds, newest first: by account and by identity number."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    index = identity_index(work.seals, by.identity_number)
    return await work.results.of_holder(by.subjects, index, before=before or NEWEST, limit=limit)


async def look_up_results(
    *,
    identity_number: str,
    number: str,
    purpose: str,
    identity_type: str = "CITIZEN_ID",
    nationality: str | None = None,
    by: Caller,
    work: Work,
    now: datetime,
) -> Sequence[Registered]:
    """Return results of a person or of a number for an officer who says what for; logged with the purpose."""
    require_looker(by)
    if bool(identity_number) == bool(number):
        raise Invalid(fields=[("identity_number", "Nêu số định danh, hoặc số của kết quả")])
    index = None
    if number:
        found = await work.results.numbered(number, MOST_REUSED)
    else:
        who = {"identity_type": identity_type, "identity_number": identity_number, "nationality": nationality}
        index = person_index(work.seals, who)
        found = await work.results.of_holder("", index, before=NEWEST, limit=MOST_REUSED)
    shown = (entry.dossier_id for entry in found)
    await log_reading(work, by, f"results: {purpose}", None, None, now, person=index, shown=shown)
    return found


async def read_result(result_id: UUID, *, by: Caller, work: Work, now: datetime) -> Registered:
    """Return an entry to its holder, or to an officer; logged."""
    entry = await work.results.find(result_id)
    if entry is None:
        raise NotFound
    if by.kind is CallerKind.PERSON:
        index = identity_index(work.seals, by.identity_number)
        is_holder = entry.holder_subject in by.subjects or (index is not None and index == entry.holder_index)
        if not is_holder:
            raise NotFound
        return entry
    require_looker(by)
    await log_reading(work, by, "result", entry.dossier_id, entry.id, now)
    return entry


async def revoke_result(
    result_id: UUID, *, reason: str, legal_basis: str, by: Caller, seen: int, work: Work, now: datetime
) -> Registered:
    """Take a result's force away by decision of its agency's signer, or its heir's, with the legal basis."""
    entry = await work.results.find(result_id)
    if entry is None:
        raise NotFound
    if entry.version != seen:
        raise Stale
    require_revoker(entry, await standing(by, entry.agency, work, now, entry.procedure_code))
    work.results.revoke(entry, reason=reason, legal_basis=legal_basis, by=by.subject, at=now)
    # Told a second time where nobody can take it out: set back by hand, it is found.
    who = {"subject": by.subject, "kind": by.kind.value, "agency": by.agency}
    work.views.note_deed(at=now, **who, what="result_revoked", object_id=entry.id)
    return entry
