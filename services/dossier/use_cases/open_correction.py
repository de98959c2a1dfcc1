"""Makes the dossier that corrects another's result: of the same person, with the same papers, free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.codes import reference_of
from services.dossier.domain.correcting import CORRECTS, IN_CORRECTED, Corrected
from services.dossier.domain.course import CorrectionDraft
from services.dossier.domain.deadlines import reply_due
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.files import Scan
from services.dossier.domain.holdings import Pins
from services.dossier.domain.intake.evidence import Evidence, EvidenceKind
from services.dossier.domain.states import Move, State
from services.dossier.use_cases.correct_owner import FIRST_NAME
from services.dossier.use_cases.interlinked.sharing import SharedFiles
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Attachment, Grounds, Intake, SubmittedComponent, Work
from services.dossier.use_cases.record_change import new_entry
from services.dossier.use_cases.results.reuse import bind_again
from services.dossier.use_cases.submit_dossier import brought_details

_IN_PERSON = "DIRECT"
_AUTHORITY = ("authorization_id", "authorized_until")


@dataclass(frozen=True, slots=True)
class Wrong:
    """The dossier whose result is wrong, what it stands on, and the papers it was decided by."""

    dossier: Dossier
    grounds: Grounds
    components: Sequence[SubmittedComponent]


async def open_correction(
    wrong: Wrong, draft: CorrectionDraft, *, by: Caller, work: Work, now: datetime
) -> Dossier:
    """Queue the dossier: submitted today, to be received and worked like any other, by who works now.

    Where nothing new of the procedure is received here any more (closed, or a central system's), it goes on
    under the version the wrong result was made by: whoever made it puts it right.
    """
    first = wrong.dossier
    receiving, competent = (
        first.standing_at(first.receiving_agency),
        first.standing_at(first.competent_agency),
    )
    intake = await work.catalogue.intake(
        first.procedure_code,
        list(dict.fromkeys([receiving.code, competent.code])),
        (),
        today=now.astimezone(VIETNAM).date(),
        calendar_of=receiving.code,
    )
    procedure = _procedure_of(intake, wrong.grounds)
    dossier = _dossier_of(first, draft, procedure, intake, (receiving, competent), work=work, now=now)
    files = {item.id: item for item in await work.attachments.of_dossier(first.id)}
    shared = SharedFiles()
    papers = [_newest(item, files) for item in _papers_of(wrong, files)]
    components = shared.give(papers, dossier.id, files)
    await bind_again(dossier, first, work=work, now=now)
    dossier.move(Move.SUBMIT)
    change = Change("submitted", None, note=draft.reason, details=brought_details(dossier))
    entry = new_entry(work, dossier, change, by=by, now=now)
    work.dossiers.add(dossier, entry, components)
    shared.keep(work, uploaders=())
    evidence = [one for item in components for one in _evidence(dossier, first, item, shared, by=by, now=now)]
    if evidence:
        work.ways_in.evidence.add(evidence)
    return dossier


def _procedure_of(intake: Intake, grounds: Grounds) -> Procedure:
    today = intake.procedure
    takes_new = today is not None and today.is_open and today.route == "PROVINCE"
    return today if takes_new and today is not None else grounds.procedure


def _dossier_of(
    first: Dossier,
    draft: CorrectionDraft,
    procedure: Procedure,
    intake: Intake,
    agencies: tuple[Agency, Agency],
    *,
    work: Work,
    now: datetime,
) -> Dossier:
    receiving, competent = (intake.agencies.get(one.code, one) for one in agencies)
    parties = parties_of(first, work)
    # What the owner was first called comes along: a correction is no fresh start for another name.
    kept = {name: parties[name] for name in ("owner", FIRST_NAME) if name in parties}
    representative = parties.get("representative") if first.is_spoken_for else None
    if representative:
        # The scan of the authority stays with the dossier it was shown for.
        shown = "authorization_attachment_id"
        kept["representative"] = {name: part for name, part in representative.items() if name != shown}
    dossier_id = new_id()
    dossier = Dossier(
        id=dossier_id,
        state=State.DRAFT,
        reference=reference_of(dossier_id),
        origin="COUNTER",
        channel=_IN_PERSON if _IN_PERSON in procedure.channels else first.channel,
        procedure_code=procedure.code,
        procedure_name=procedure.name,
        sector=procedure.sector,
        procedure_version=procedure.version,
        pins=Pins(submitted_version=procedure.version, form=first.pins.form),
        helping_agency=receiving,
        receiving_agency=receiving,
        competent_agency=competent,
        submitted_at=now,
        owner_name=first.owner_name,
        owner_subject=first.owner_subject,
        submitter_subject=first.submitter_subject if first.is_spoken_for else first.owner_subject,
        owner_index=first.owner_index,
        parties_sealed=work.seals.seal(kept, purpose="parties"),
        contact_sealed=first.contact_sealed,
        form_sealed=first.form_sealed,
        result_delivery=first.result_delivery,
        brought=_brought(first, draft),
    )
    dossier.reply_due_at = reply_due(intake.calendar, now, work.limits)
    return dossier


def _brought(first: Dossier, draft: CorrectionDraft) -> dict[str, Any]:
    corrected = Corrected(first.id, first.dossier_code or first.reference, draft.cause)
    authority = {name: first.brought[name] for name in _AUTHORITY if name in first.brought}
    return {CORRECTS: corrected.told | {"found_by": draft.found_by}} | (
        authority if first.is_spoken_for else {}
    )


def _papers_of(wrong: Wrong, files: Mapping[UUID, Attachment]) -> list[SubmittedComponent]:
    """Return what the wrong result was decided by: components with the papers its supplements brought."""
    rules = wrong.grounds.procedure.components
    brought: dict[str, tuple[UUID, ...]] = {}
    for file in files.values():
        if file.purpose == "SUPPLEMENT" and file.component_code in rules:
            brought[file.component_code] = (*brought.get(file.component_code, ()), file.id)
    given = {item.component_code for item in wrong.components}
    added = [
        SubmittedComponent(component_code=code, name=rules[code].name, form="electronic", is_digitised=True)
        for code in brought
        if code not in given
    ]
    return [
        replace(item, attachment_ids=(*item.attachment_ids, *brought.get(item.component_code, ())))
        for item in (*wrong.components, *added)
    ]


def _newest(item: SubmittedComponent, files: dict[UUID, Attachment]) -> SubmittedComponent:
    """Return a component with the newest versions of its files; what a scanner found harmful is left."""
    found = []
    for one in item.attachment_ids:
        file = files.get(one)
        while file is not None and file.replaced_by is not None:
            file = files.get(file.replaced_by)
        if file is not None and file.scan is not Scan.INFECTED:
            found.append(file.id)
    return replace(item, attachment_ids=tuple(dict.fromkeys(found)), reuse=item.reuse or int(bool(found)))


def _evidence(
    dossier: Dossier,
    first: Dossier,
    item: SubmittedComponent,
    shared: SharedFiles,
    *,
    by: Caller,
    now: datetime,
) -> list[Evidence]:
    """Return what shows that a component was not asked for again, and that it is there as data."""
    if not item.attachment_ids:
        return []
    hashes = ",".join(shared.files[one].sha256.hex() for one in item.attachment_ids)
    kinds = [EvidenceKind.COMPONENT_REUSED]
    kinds += [EvidenceKind.COMPONENT_DIGITISED] if item.is_digitised else []
    return [
        Evidence(
            dossier_id=dossier.id,
            kind=kind,
            source=IN_CORRECTED,
            at=now,
            by=by.subject,
            component_code=item.component_code,
            details={"source": first.dossier_code, "sha256": hashes},
        )
        for kind in kinds
    ]
