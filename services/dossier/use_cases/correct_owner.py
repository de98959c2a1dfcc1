"""A wrong name found after acceptance: put right, with form 01 issued anew in the old one's place."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.actions import Action
from services.dossier.domain.codes import code_day
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.intake.errors import AnotherPerson
from services.dossier.domain.intake.identifiers import identity_faults
from services.dossier.domain.intake.names import is_same_name
from services.dossier.domain.moves import corrections
from services.dossier.use_cases.interlinked.carry_correction import Correction, carry_correction
from services.dossier.use_cases.open_dossier import allow, parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.reissue_receipt import reissue_receipt

FIRST_NAME = "first_name"
"""Among the sealed parties: what the owner was called when the dossier was handed in."""


async def correct_owner(
    dossier_id: UUID,
    *,
    corrected: Mapping[str, Any],
    reason: str,
    evidence: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Write the owner's name and addresses as the evidence has them; form 01 is issued again.

    The person stays the same: another identity number, or a name that is nobody's slip of the pen, or name
    and birthday at once, is another applicant and needs another dossier.
    History says what was corrected and on which evidence, never the words themselves.
    """
    dossier, grounds, components = await work.dossiers.load_for_acceptance(dossier_id, code_day(now))
    await allow(Action.OWNER_CORRECTION, dossier, by=by, seen=seen, work=work, now=now)
    parties = parties_of(dossier, work)
    before = parties["owner"]
    changed = changed_of(before, corrected)
    # Many small corrections make another person as well as one: each is held against the first name too.
    first = str(parties.get(FIRST_NAME) or before["full_name"])
    require_same_person(before, changed, now)
    require_same_person({**before, "full_name": first}, changed, now)
    owner = {**before, **changed}
    parties = {**parties, "owner": owner, FIRST_NAME: first}
    contact = {"name": owner["full_name"], "phone": owner.get("phone"), "email": owner.get("email")}
    left = corrections.correct_owner(
        dossier,
        name=str(owner["full_name"]),
        parties_sealed=work.seals.seal(parties, purpose="parties"),
        contact_sealed=work.seals.seal(contact, purpose="contact"),
    )
    reissued = await reissue_receipt(
        dossier, grounds, components, parties=parties, correction=reason, by=by, work=work, now=now
    )
    details = {
        "corrected": sorted(changed),
        "evidence": evidence,
        "superseded": str(reissued.superseded) if reissued and reissued.superseded else None,
    }
    paper = [reissued.paper] if reissued else []
    change = Change("corrected", left, note=reason, papers=paper, details=details)
    record_change(work, dossier, change, by=by, now=now)
    told = Correction(changed, reason=reason, evidence=evidence)
    await carry_correction(dossier, owner, told, by=by, work=work, now=now)
    return dossier


def changed_of(before: Mapping[str, Any], corrected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a correction really changes; raise `Invalid` where it changes nothing."""
    changed = {name: value for name, value in corrected.items() if before.get(name) != value}
    if not changed:
        raise Invalid(fields=[("full_name", "Không có nội dung nào được đính chính")])
    return changed


def require_same_person(before: Mapping[str, Any], changed: Mapping[str, Any], now: datetime) -> None:
    """Raise `AnotherPerson` where a correction would put somebody else in the owner's place."""
    is_same = is_same_name(str(before["full_name"]), str(changed.get("full_name", before["full_name"])))
    if not is_same or {"full_name", "birth_date"} <= changed.keys():
        raise AnotherPerson
    born = changed.get("birth_date")
    if born is not None:
        person = {**before, "birth_date": date.fromisoformat(str(born))}
        faults = identity_faults(person, now.astimezone(VIETNAM).date(), "owner")
        if faults:
            raise Invalid(fields=[("birth_date", said) for _, said in faults[:1]])
