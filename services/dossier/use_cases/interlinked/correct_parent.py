"""A wrong name found while no child's office can put it right: the lead's counter does, for the whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.interlinked.errors import CorrectInMember, ParentEnded
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.sight import require_lead_counter
from services.dossier.domain.interlinked.standing import ParentState
from services.dossier.domain.states import Move
from services.dossier.use_cases.correct_owner import changed_of, require_same_person
from services.dossier.use_cases.interlinked.carry_correction import Correction, put_right_in_all
from services.dossier.use_cases.interlinked.decide import open_parent
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Work


async def correct_parent(
    parent_id: UUID,
    *,
    corrected: Mapping[str, Any],
    reason: str,
    evidence: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Parent:
    """Put the owner right for the children to come, those not accepted yet and the one slip, in one commit.

    By the rules of every correction: the same person, on evidence, never the words in the history. Where a
    child's own office can do it, it does (`CorrectInMember`): its form 01 is issued by whom it names. A child
    accepted meanwhile makes the commit `Stale`.
    """
    parent = await open_parent(parent_id, by=by, seen=seen, work=work, now=now)
    require_lead_counter(parent, by)
    before = await _owner(parent, work)
    if parent.state is ParentState.ENDED or not before:
        raise ParentEnded
    open_in = await _correcting(parent, work)
    if open_in:
        raise CorrectInMember(extra={"procedures": open_in})
    changed = changed_of(before, corrected)
    require_same_person(before, changed, now)
    told = Correction(changed, reason=reason, evidence=evidence)
    where = (parent.group.lead_procedure, parent.reference, None)
    await put_right_in_all(parent, {**before, **changed}, told, where, by=by, work=work, now=now)
    return parent


async def _correcting(parent: Parent, work: Work) -> list[str]:
    """Return the members whose own office can do it; one sent to another system cannot."""
    found = []
    for child in parent.correcting:
        dossier, _ = await work.dossiers.load(child.dossier_id)
        if dossier.can(Move.CORRECT_OWNER) and dossier.elsewhere is None:
            found.append(child.procedure)
    return found


async def _owner(parent: Parent, work: Work) -> dict[str, Any]:
    """Return the owner as the whole has them; empty once the lead's own dossier is destroyed.

    Nothing is sealed for children to come once there are none: then the lead's dossier, with what was put
    right since.
    """
    if parent.parties_sealed:
        opened = work.seals.open(parent.parties_sealed, purpose="parties")
        return dict(opened["owner"]) if isinstance(opened, dict) else {}
    lead, _ = await work.dossiers.load(parent.lead.dossier_id)
    owner = parties_of(lead, work).get("owner")
    contact = work.seals.open(parent.contact_sealed, purpose="contact") if owner else None
    if not owner or not isinstance(contact, dict):
        return {}
    later = {name: contact[name] for name in ("phone", "email") if contact.get(name)}
    return {**owner, "full_name": parent.owner_name, **later}
