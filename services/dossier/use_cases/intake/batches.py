"""One company's thirty: a template, a dry run with a report a row, then all or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid, Refusal, Stale
from kernel.core.ids import new_id
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.intake.authority import paper_faults
from services.dossier.domain.intake.batches import Batch, BatchState, Fault, Sheet, SheetRow
from services.dossier.domain.intake.identifiers import identity_faults, owner_faults, plain_number
from services.dossier.domain.intake.limits import limit
from services.dossier.use_cases.intake.reception import require_one_stop
from services.dossier.use_cases.ports import Intake, Work
from services.dossier.use_cases.receive_elsewhere import receive_at_counter
from services.dossier.use_cases.secrets import person_index
from services.dossier.use_cases.submission import Handed, Submission
from services.dossier.use_cases.submit_dossier import new_dossier, open_procedure, require_worked_here

Checked = Callable[[Mapping[str, Any]], Sequence[tuple[str, str]]]
"""Says what the contract for owners refuses in a row's texts: place and reason."""


async def _intake(code: str, by: Caller, work: Work, now: datetime) -> tuple[Procedure, Intake]:
    today = now.astimezone(VIETNAM).date()
    intake = await work.catalogue.intake(code, [by.agency], [], today=today)
    procedure = open_procedure(intake)
    require_worked_here(procedure)
    return procedure, intake


async def read_template(procedure_code: str, *, by: Caller, work: Work, now: datetime) -> bytes:
    """Return the workbook a company fills in for a procedure."""
    require_one_stop(by)
    procedure, _ = await _intake(procedure_code, by, work, now)
    return work.ways_in.sheets.template(procedure)


async def try_sheet(
    content: bytes, procedure_code: str, *, checked: Checked, by: Caller, work: Work, now: datetime
) -> Batch:
    """Read a filled sheet and say of each row what is wrong; nothing is received yet."""
    require_one_stop(by)
    procedure, intake = await _intake(procedure_code, by, work, now)
    today = now.astimezone(VIETNAM).date()
    sheet = work.ways_in.sheets.read(content, procedure, limit("batch_rows", today))
    faults = [*sheet.faults, *_faults(sheet, procedure, checked, now)]
    if not faults:
        faults += _refusals(sheet, procedure, intake, by, work, now)
    batch = Batch(
        id=new_id(),
        agency=by.agency,
        procedure_code=procedure_code,
        sha256=hashlib.sha256(content).digest(),
        sheet=replace(sheet, faults=tuple(sorted(faults, key=lambda fault: fault.row))),
        warnings=await _open_duplicates(sheet, procedure_code, by, work, now),
        state=BatchState.FAULTY if faults else BatchState.CHECKED,
        created_by=by.subject,
        created_at=now,
    )
    work.ways_in.batches.add(batch)
    return batch


def _faults(sheet: Sheet, procedure: Procedure, checked: Checked, now: datetime) -> list[Fault]:
    today = now.astimezone(VIETNAM).date()
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    said = checked(sheet.company) if {"full_name", "identity_number"} <= sheet.company.keys() else ()
    said = said or identity_faults(sheet.company, today, "company")
    faults += [Fault(0, path.removeprefix("company."), why) for path, why in said]
    mandatory = [rule for rule in procedure.components.values() if rule.is_mandatory]
    for row in sheet.rows:
        said = checked(row.owner) or owner_faults(_dated(row.owner), sheet.company, today)
        faults += [Fault(row.row, path.removeprefix("owner."), why) for path, why in said]
        number = plain_number(str(row.owner.get("identity_number") or ""))
        if number and number in seen:
            faults.append(Fault(row.row, "identity_number", f"Trùng với dòng {seen[number]}"))
        seen.setdefault(number, row.row)
        faults += [
            Fault(row.row, rule.code, f"Thiếu thành phần bắt buộc: {rule.name}")
            for rule in mandatory
            if rule.code not in row.components
        ]
    return faults


def _dated(owner: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's owner with the birthday as a day, where the contract took it for one."""
    born = owner.get("birth_date")
    return {**owner, **({"birth_date": datetime.fromisoformat(born).date()} if born else {})}


def _refusals(
    sheet: Sheet, procedure: Procedure, intake: Intake, by: Caller, work: Work, now: datetime
) -> list[Fault]:
    """Return what would stand against the first dossier: the agency, the route, the boundary."""
    try:
        new_dossier(
            _submission(sheet, sheet.rows[0], procedure.code, by), procedure, intake, work=work, now=now
        )
    except Refusal as refusal:
        return [Fault(0, "", refusal.fields[0][1] if refusal.fields else refusal.title)]
    return []


async def _open_duplicates(sheet: Sheet, procedure_code: str, by: Caller, work: Work, now: datetime) -> int:
    """Return how many of the owners have an open dossier of this procedure: a warning, no fault."""
    found = 0
    today = now.astimezone(VIETNAM).date()
    for row in sheet.rows:
        index = person_index(work.seals, row.owner)
        if index is not None:
            intake = await work.catalogue.intake(
                procedure_code, [by.agency], [], today=today, owner_index=index
            )
            found += bool(intake.duplicates)
    return found


def _submission(sheet: Sheet, row: SheetRow, procedure_code: str, by: Caller) -> Submission:
    return Submission(
        procedure_code=procedure_code,
        channel="DIRECT",
        owner=_dated(row.owner),
        representative=dict(sheet.company),
        receiving_agency=by.agency,
        components=[Handed(component_code=code, form="original") for code in row.components],
    )


async def receive_batch(
    batch_id: UUID, *, authority: Mapping[str, Any], by: Caller, seen: int, work: Work, now: datetime
) -> tuple[Batch, list[Dossier]]:
    """Receive every row of a sheet without faults in one commit, or none; they are one visit.

    `authority` lets the company act for all of them: its scan is kept once, with the batch.
    What changed since the dry run (procedure, agency, calendar) refuses the whole sheet.
    """
    require_one_stop(by)
    batch = await work.ways_in.batches.find(batch_id, by.agency)
    if batch.version != seen:
        raise Stale
    received = batch.received(now)
    await _keep_authority(batch, authority, by=by, work=work, now=now)
    told = {name: authority[name] for name in ("scope", "valid_until")}
    dossiers = []
    for row in batch.sheet.rows:
        submission = replace(
            _submission(batch.sheet, row, batch.procedure_code, by),
            representative={**batch.sheet.company, **told},
            is_authority_kept=True,
            visit_id=batch.id,
        )
        dossiers.append(await receive_at_counter(submission, by=by, work=work, now=now))
    work.ways_in.batches.save(received)
    return received, dossiers


async def _keep_authority(
    batch: Batch, authority: Mapping[str, Any], *, by: Caller, work: Work, now: datetime
) -> None:
    """Give the company's paper to its batch; raise what it lacks."""
    faults = paper_faults(authority, now.astimezone(VIETNAM).date())
    if faults:
        raise Invalid(fields=[(path.removeprefix("representative."), said) for path, said in faults])
    paper = authority["authorization_attachment_id"]
    if paper not in await work.attachments.unbound([paper], by.subjects):
        raise Invalid(fields=[("authorization_attachment_id", "Không có tệp này")])
    work.attachments.bind([paper], batch.id, uploaders=by.subjects, purpose="AUTHORIZATION")


async def read_batch(batch_id: UUID, *, by: Caller, work: Work) -> Batch:
    """Return a sheet tried at this agency, with its report."""
    require_one_stop(by)
    return await work.ways_in.batches.find(batch_id, by.agency)
