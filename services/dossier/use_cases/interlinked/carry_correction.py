"""One name for the citizen: what one child had put right goes to the whole, and other offices know."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.interlinked.child import ChildStatus
from services.dossier.domain.interlinked.telling import link_of
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def carry_correction(
    dossier: Dossier,
    owner: Mapping[str, Any],
    fields: Collection[str],
    *,
    evidence: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> None:
    """Queue a child's correction for its submission; nothing for a dossier of its own.

    Children begun later have it from there. Those under way are noted that it was corrected and on which
    evidence: each office puts its own right, with its own form 01, since another's officer may not. `Stale`
    at the commit when one of them was changed meanwhile.
    """
    link = link_of(dossier)
    if link is None:
        return
    parent = await work.interlinked.hold(UUID(link["parent_id"]))
    parent.owner_name = str(owner["full_name"])
    contact = {"name": owner["full_name"], "phone": owner.get("phone"), "email": owner.get("email")}
    parent.contact_sealed = work.seals.seal(contact, purpose="contact")
    if parent.parties_sealed:
        opened = work.seals.open(parent.parties_sealed, purpose="parties")
        others = opened if isinstance(opened, dict) else {}
        parent.parties_sealed = work.seals.seal({**others, "owner": dict(owner)}, purpose="parties")
    told = {"fields": sorted(fields), "evidence": evidence, "dossier_code": dossier.dossier_code}
    for child in parent.of_status(ChildStatus.OPEN):
        if child.dossier_id == dossier.id:
            continue
        other, _ = await work.dossiers.load(child.dossier_id)
        if other.ended_at is None:
            details = {"noted": "OWNER_CORRECTED_ELSEWHERE", "corrected_elsewhere": told}
            record_change(
                work, other, Change("work_noted", other.note_work(), details=details), by=by, now=now
            )
    procedure = dossier.procedure_code
    record_parent(
        parent, "advanced", by=by, work=work, now=now, details={"corrected": {"procedure": procedure, **told}}
    )
