"""Splits one scanned batch into the components of a dossier, as the officer at the reception confirms it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.files import PDF
from services.dossier.domain.scans import BatchUnreadable, Piece, ScanBatch, require_reception
from services.dossier.use_cases.files.quarantine import require_open
from services.dossier.use_cases.keep_attachment import looked_through, typed_file
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import find_attachment


async def measure_batch(attachment_id: UUID, *, by: Caller, work: Work, now: datetime) -> ScanBatch:
    """Measure every page of a scan the officer has uploaded; nothing is judged yet.

    A scan is one batch: whoever asks again gets the one there is; `BatchConfirmed` once it was split.
    """
    require_reception(by)
    scan = await _own_scan(attachment_id, by=by, work=work)
    if known := await work.scan_batches.of_scan(scan.id):
        known.require_open()
        return known
    await work.rest()
    pages = await work.scan_desk.measure(await work.files.get(scan.sha256), caller=by.subject)
    # Measuring takes its time: somebody may have asked a second time meanwhile.
    if known := await work.scan_batches.hold_scan(scan.id):
        known.require_open()
        return known
    batch = ScanBatch(
        id=new_id(),
        version=1,
        attachment_id=scan.id,
        officer=by.subject,
        agency=by.agency,
        pages=pages,
        least_dpi=work.scan_desk.least_dpi(now.astimezone(VIETNAM).date()),
        created_at=now,
    )
    work.scan_batches.add(batch)
    return batch


async def find_batch(batch_id: UUID, *, by: Caller, work: Work) -> ScanBatch:
    """Return the officer's own batch."""
    require_reception(by)
    batch = await work.scan_batches.find(batch_id)
    if batch is None or batch.officer != by.subject:
        raise NotFound
    return batch


async def confirm_batch(
    batch_id: UUID,
    pieces: Sequence[Piece],
    dropped: Sequence[int],
    *,
    accepts_faults: bool,
    note: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> list[Attachment]:
    """Cut the batch as confirmed; each piece is an attachment of the officer's, for the intake to take.

    Who confirmed, which pages went where, what was dropped and why faults were accepted is kept.
    """
    batch = await find_batch(batch_id, by=by, work=work)
    if batch.version != seen:
        raise Stale
    batch.require_whole(pieces, dropped, accepts_faults=accepts_faults, note=note)
    # Batches of before may share a scan: one of them is split.
    first = await work.scan_batches.of_scan(batch.attachment_id)
    if first is not None and first.id != batch.id:
        first.require_open()
    scan = await _own_scan(batch.attachment_id, by=by, work=work)
    await work.rest()
    content = await work.files.get(scan.sha256)
    cut = await work.scan_desk.cut(content, [piece.pages for piece in pieces], caller=by.subject)
    kept = []
    for piece, made in zip(pieces, cut, strict=True):
        record = typed_file(made, f"{piece.name}.pdf", piece.component_code, by.subject, work, now)
        record = await looked_through(made, replace(record, created_at=now), work, now)
        await work.files.put(made)
        kept.append(record)
    # Cutting takes its time: of several from before another may have been split meanwhile.
    first = await work.scan_batches.hold_scan(batch.attachment_id)
    if first is not None and first.id != batch.id:
        first.require_open()
    work.attachments.add(kept)
    decision = {
        "components": [
            {"component_code": piece.component_code, "pages": list(piece.pages), "attachment_id": str(one.id)}
            for piece, one in zip(pieces, kept, strict=True)
        ],
        "dropped": list(dropped),
        "accepts_faults": accepts_faults,
        "note": note,
    }
    work.scan_batches.confirm(batch, name=by.name, decision=decision, at=now)
    return kept


async def _own_scan(attachment_id: UUID, *, by: Caller, work: Work) -> Attachment:
    scan = await find_attachment(attachment_id, by=by, work=work)
    require_open(scan)
    if scan.uploader != by.subject:
        raise NotFound
    if scan.media_type != PDF:
        raise BatchUnreadable
    return scan
