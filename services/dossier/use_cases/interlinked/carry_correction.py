"""One name for the citizen: put right in one child it is right in the whole, with new slips (ADR 0017)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.codes import code_day
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.interlinked.child import ChildStatus
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.telling import link_of
from services.dossier.domain.moves import corrections
from services.dossier.domain.states import State
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.interlinked.slip import correct_slip, told_slip
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.reissue_receipt import reissue_receipt

Where = tuple[str, str | None, UUID | None]
"""Procedure, code, id of where a correction was made; of the whole: the lead, its reference, none."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right of an owner, why and on which evidence."""

    changed: Mapping[str, Any]
    reason: str
    evidence: str


async def carry_correction(
    dossier: Dossier, owner: Mapping[str, Any], told: Correction, *, by: Caller, work: Work, now: datetime
) -> None:
    """Queue a child's correction for its whole submission; nothing for a dossier of its own.

    Children begun later have it from the parent. Those under way take it over, each with a new form 01 of its
    own office where one was given; the one slip is issued anew. One whose result is signed already, or that
    another system works, is told only: a signed paper is put right by its signer. `Stale` at the commit when
    any of them was changed meanwhile.
    """
    link = link_of(dossier)
    if link is None:
        return
    parent = await work.interlinked.hold(UUID(link["parent_id"]))
    where = (dossier.procedure_code, dossier.dossier_code, dossier.id)
    await put_right_in_all(parent, owner, told, where, by=by, work=work, now=now)


async def put_right_in_all(
    parent: Parent,
    owner: Mapping[str, Any],
    told: Correction,
    where: Where,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> None:
    """Queue a correction for a held submission and each of its children but the one where it was made."""
    procedure, code, made_in = where
    _put_right(parent, owner, work)
    said = {"fields": sorted(told.changed), "evidence": told.evidence, "dossier_code": code}
    for child in parent.of_status(ChildStatus.OPEN, ChildStatus.GRANTED):
        if child.dossier_id != made_in and child.route == "PROVINCE":
            await _carry(child.dossier_id, told, said, work=work, now=now)
    facts = [["Nội dung đính chính", told.reason]]
    superseded = await correct_slip(parent, told.changed, facts, work=work, now=now)
    details: dict[str, Any] = {"corrected": {"procedure": procedure, **said}}
    if superseded is not None:
        details |= {"papers": told_slip(parent), "superseded": str(superseded)}
    record_parent(parent, "advanced", by=by, work=work, now=now, details=details)


def _put_right(parent: Parent, owner: Mapping[str, Any], work: Work) -> None:
    parent.owner_name = str(owner["full_name"])
    parent.contact_sealed = work.seals.seal(_contact(owner), purpose="contact")
    if parent.parties_sealed:
        opened = work.seals.open(parent.parties_sealed, purpose="parties")
        others = opened if isinstance(opened, dict) else {}
        parent.parties_sealed = work.seals.seal({**others, "owner": dict(owner)}, purpose="parties")


async def _carry(
    dossier_id: UUID, told: Correction, said: Mapping[str, Any], *, work: Work, now: datetime
) -> None:
    """Queue it for another child; done by the system, since the officer has no right in that office."""
    other, grounds, components = await work.dossiers.load_for_acceptance(dossier_id, code_day(now))
    noted: dict[str, Any] = {"noted": "OWNER_CORRECTED_ELSEWHERE", "corrected_elsewhere": dict(said)}
    if not corrections.takes_correction(other):
        if other.state is State.RESULT_READY or other.ended_at is None:
            record_change(
                work, other, Change("work_noted", other.note_work(), details=noted), by=None, now=now
            )
        return
    parties = parties_of(other, work)
    owner = {**parties["owner"], **told.changed}
    if owner == parties["owner"]:
        # Its own office had put it right before.
        return
    parties = {**parties, "owner": owner}
    left = corrections.carry_correction(
        other,
        name=str(owner["full_name"]),
        parties_sealed=work.seals.seal(parties, purpose="parties"),
        contact_sealed=work.seals.seal(_contact(owner), purpose="contact"),
    )
    reason = f"{told.reason} (đính chính tại hồ sơ {said['dossier_code']})"
    reissued = await reissue_receipt(
        other, grounds, components, parties=parties, correction=reason, by=None, work=work, now=now
    )
    if reissued is None:
        # Not accepted yet: there is no form 01 to take the place of.
        change = Change("work_noted", left, details=noted)
    else:
        details = {
            "corrected": sorted(told.changed),
            "evidence": told.evidence,
            "superseded": str(reissued.superseded),
            "corrected_elsewhere": dict(said),
        }
        change = Change("corrected", left, note=told.reason, papers=[reissued.paper], details=details)
    record_change(work, other, change, by=None, now=now)


def _contact(owner: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": owner["full_name"], "phone": owner.get("phone"), "email": owner.get("email")}
