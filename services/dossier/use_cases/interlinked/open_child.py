"""Opens the dossier of a member whose turn came later, with what is carried to it: data, papers, results."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.intake.evidence import RESULT_OF_DOSSIER, Evidence, EvidenceKind
from services.dossier.domain.interlinked.child import Child
from services.dossier.domain.interlinked.groups import CarriedResult
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.results.register import Registered
from services.dossier.use_cases.interlinked.founding import dress
from services.dossier.use_cases.interlinked.members import MemberIntake, Shared, member_intake
from services.dossier.use_cases.interlinked.sharing import SharedFiles
from services.dossier.use_cases.payments.owing import owe_fees
from services.dossier.use_cases.ports import Attachment, SubmittedComponent, Work
from services.dossier.use_cases.record_change import new_entry
from services.dossier.use_cases.results.reuse import BOUND
from services.dossier.use_cases.submit_dossier import brought_details, new_dossier, require_worked_here

Carried = tuple[CarriedResult, Registered, Sequence[Attachment]]
_RESULT_OF_ANOTHER = 2
"""The portal's number for a component that is the result of another dossier."""


async def open_child(parent: Parent, child: Child, *, work: Work, now: datetime) -> Dossier:
    """Queue a child's dossier; whatever refuses it is raised before anything is queued.

    It is held against what is in force today. What is missing by a newer version is not refused: its agency
    asks for it, as of any dossier.
    """
    found = await _intake(parent, child, work=work, now=now)
    require_worked_here(found.procedure)
    carried = await _carried(parent, found, work=work)
    dossier = new_dossier(
        found.submission, found.procedure, found.intake, work=work, now=now, dossier_id=child.dossier_id
    )
    dossier.is_verified = bool(parent.brought.get("is_verified"))
    dress(parent, child, dossier)
    if child is parent.lead:
        dossier.take(UUID(one) for one in parent.brought.get("lead_files", ()))
    dossier.brought["interlinked"]["results"] = [_told(one, entry) for one, entry, _ in carried]
    stand_for = {one.component: entry for one, entry, _ in reversed(carried)}
    if stand_for:
        dossier.brought[BOUND] = len(stand_for)
    child.agency, child.heir, child.name = found.agency, None, found.procedure.name
    shared = SharedFiles()
    components = [*_handed(parent, child, found), *_from_results(carried, found, dossier.id, shared)]
    owe_fees(
        dossier,
        found.procedure,
        found.intake,
        found.submission.form_data,
        applicant_type=str(found.submission.owner.get("applicant_type") or "CITIZEN"),
        by=None,
        work=work,
        now=now,
    )
    entry = new_entry(
        work, dossier, Change("submitted", None, details=brought_details(dossier)), by=None, now=now
    )
    await work.ways_in.evidence.count_from_before(dossier.id)
    work.dossiers.add(dossier, entry, components)
    shared.keep(work, uploaders=("",))
    for component, entry_used in stand_for.items():
        # As of a result its owner names: what holds no more at the acceptance stands for nothing.
        work.results.use(entry_used, dossier.id, component, now)
    work.ways_in.evidence.add([_evidence(dossier, *one, now) for one in carried])
    return dossier


async def _intake(parent: Parent, child: Child, *, work: Work, now: datetime) -> MemberIntake:
    parties = work.seals.open(parent.parties_sealed, purpose="parties")
    form = work.seals.open(parent.form_sealed, purpose="form")
    opened: Mapping[str, Any] = parties if isinstance(parties, dict) else {}
    recorded = parent.brought.get("authorization_id")
    shared = Shared(
        group=parent.group,
        channel=parent.channel,
        owner=opened["owner"],
        representative=opened.get("representative"),
        helper=opened.get("helper"),
        form_data=form if isinstance(form, dict) else {},
        result_delivery=parent.brought["result_delivery"],
        lead_agency=parent.lead_agency.code,
        authorization_id=UUID(recorded) if recorded else None,
    )
    member = replace(parent.group.member(child.procedure), agency=child.agency.code)
    return await member_intake(shared, member, (), named="", work=work, today=now.astimezone(VIETNAM).date())


async def _carried(parent: Parent, found: MemberIntake, *, work: Work) -> list[Carried]:
    """Return the results in force of earlier members that are components of this one."""
    wanted = [one for one in found.member.results if one.component in found.procedure.components]
    from_ids = {parent.children[one.procedure].dossier_id: one for one in wanted}
    held = await work.interlinked.results(list(from_ids)) if wanted else []
    return [
        (one, entry, files)
        for one in wanted
        for entry, files in held
        if entry.dossier_id == parent.children[one.procedure].dossier_id and one.result in {"", entry.type}
    ]


def _handed(parent: Parent, child: Child, found: MemberIntake) -> list[SubmittedComponent]:
    """Return what was handed in for this member; a component a newer version no longer has stays named."""
    rules = found.procedure.components
    return [
        SubmittedComponent(
            component_code=item["component_code"],
            name=rules[item["component_code"]].name if item["component_code"] in rules else item["name"],
            form=item["form"],
            attachment_ids=tuple(UUID(str(one)) for one in item["attachment_ids"]),
            is_digitised=item["is_digitised"],
            reuse=item["reuse"],
            is_from_personal_store=item["is_from_personal_store"],
        )
        for item in parent.brought["components"].get(child.procedure, ())
    ]


def _from_results(
    carried: Sequence[Carried], found: MemberIntake, dossier_id: UUID, shared: SharedFiles
) -> list[SubmittedComponent]:
    made = []
    for one, _, files in carried:
        component = SubmittedComponent(
            component_code=one.component,
            name=found.procedure.components[one.component].name,
            form="electronic",
            attachment_ids=tuple(file.id for file in files),
            is_digitised=bool(files),
            reuse=_RESULT_OF_ANOTHER,
        )
        made += shared.give([component], dossier_id, {file.id: file for file in files})
    return made


def _told(one: CarriedResult, entry: Registered) -> dict[str, Any]:
    """Return a carried result as data: what it is, its number, of which dossier; no person."""
    return {
        "component": one.component,
        "procedure": one.procedure,
        "result_id": str(entry.id),
        "type": entry.type,
        "name": entry.name,
        "number": entry.number,
        "dossier_code": entry.dossier_code,
        "issued_at": entry.issued_at.astimezone(VIETNAM).isoformat(),
    }


def _evidence(
    dossier: Dossier, one: CarriedResult, entry: Registered, files: Sequence[Attachment], now: datetime
) -> Evidence:
    hashes = ",".join(file.sha256.hex() for file in files)
    return Evidence(
        dossier_id=dossier.id,
        kind=EvidenceKind.COMPONENT_REUSED,
        source=RESULT_OF_DOSSIER,
        at=now,
        by="",
        component_code=one.component,
        details={"source": entry.dossier_code, "reference": entry.number, "sha256": hashes},
    )
