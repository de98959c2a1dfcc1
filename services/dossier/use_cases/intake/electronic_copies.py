"""Electronic certified copies (NĐ 45/2020/NĐ-CP article 10): a line of the same book, a file and no paper.

The counter scans the original, the signer certifies (`certified_copies`) and signs the draft with a token as
any file (`signings`), the clerk seals it; then it is its owner's, and a later version of nothing.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound
from kernel.core.ids import new_id
from services.dossier.domain.files import PDF, Scan
from services.dossier.domain.intake.copies import CertifiedCopy, ElectronicCopy, words_of
from services.dossier.domain.intake.errors import CopyUnsigned, NotElectronic, NotTheSigner
from services.dossier.domain.signing.session import NotTheClerk
from services.dossier.domain.signing.soundness import is_broken, is_official
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.use_cases.files.replace_file import keep_version
from services.dossier.use_cases.files.sign_files import sealed_version
from services.dossier.use_cases.keeping import books_of
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import NEWEST, log_reading
from services.dossier.use_cases.secrets import identity_index

_STAMP = "result"
_REASON = "Chứng thực bản sao điện tử từ bản chính"


async def require_scans(
    requester: Mapping[str, Any], documents: Sequence[Mapping[str, Any]], *, by: Caller, work: Work
) -> None:
    """Raise `Invalid` unless each electronic copy has a sound scan of the officer's own, and is one file.

    Whose it is has to be known by number: nobody else will ever be given the file.
    """
    wanted = {place: one["scan_id"] for place, one in enumerate(documents) if one.get("scan_id")}
    if not wanted:
        return
    faults = []
    if not requester.get("identity_number"):
        faults.append(("requester.identity_number", "Bản sao điện tử cần số giấy tờ của người yêu cầu"))
    found = await work.attachments.unbound(list(wanted.values()), by.subjects)
    for place, scan_id in wanted.items():
        if documents[place]["copies"] != 1:
            faults.append((f"documents.{place}.copies", "Bản sao điện tử là một tệp"))
        if not _is_sound(found.get(scan_id)):
            faults.append((f"documents.{place}.scan_id", "Không có bản chụp PDF nguyên vẹn này"))
    if faults:
        raise Invalid(fields=faults)


def _is_sound(scan: Attachment | None) -> bool:
    is_open = scan is not None and scan.scan in {Scan.OFF, Scan.CLEAN}
    return scan is not None and is_open and scan.media_type == PDF and not is_broken(scan.signatures)


async def draft_copy(copy_id: UUID, *, by: Caller, work: Work, now: datetime) -> Attachment:
    """Return what the signer signs: the scan and the page of certification with the number; made once.

    Asked again it is the newest version of the same file.
    """
    line, electronic = await _line(copy_id, work)
    if by.kind is not CallerKind.STAFF or line.confirmed_by != by.subject:
        raise NotTheSigner
    if electronic is not None:
        return (await work.attachments.versions(electronic.draft_id))[-1]
    scan = await work.attachments.find(line.scan_id) if line.scan_id else None
    if scan is None:
        raise NotElectronic
    names = await work.registers.names([line.agency])
    agency_name = names.get(line.agency, line.agency)
    await work.rest()
    words = await asyncio.to_thread(work.press.copy_words, words_of(line, agency_name))
    content = await work.scan_desk.join(await work.files.get(scan.sha256), words, caller=by.subject)
    await work.files.put(content)
    draft = Attachment(
        id=new_id(),
        uploader=by.subject,
        component_code="",
        file_name=f"ban-sao-{line.number:04d}-{line.year}.pdf",
        media_type=PDF,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        created_at=now,
        scan=scan.scan,
    )
    work.attachments.add([draft])
    made = ElectronicCopy(
        copy_id=line.id,
        agency=line.agency,
        agency_name=agency_name,
        draft_id=draft.id,
        drafted_by=by.subject,
        drafted_at=now,
    )
    work.ways_in.copies.draft(made)
    return draft


async def issue_copy(copy_id: UUID, *, by: Caller, work: Work, now: datetime) -> Attachment:
    """Seal what the signer signed with the agency's key and give it to its owner; once, by the clerk.

    Signed is the draft itself: a PDF's signatures only add to it, so its bytes begin the signed file.
    """
    if by.kind is not CallerKind.STAFF or not by.has_role("CLERK"):
        raise NotTheClerk
    line, electronic = await _line(copy_id, work)
    if line.agency not in await books_of(by, work, now, work.fee_rules.copies_procedure):
        raise NotFound
    if electronic is None or electronic.file_id is not None:
        raise NotElectronic
    versions = await work.attachments.versions(electronic.draft_id)
    await work.rest()
    draft, signed = versions[0], versions[-1]
    begun, content = await work.files.get(draft.sha256), await work.files.get(signed.sha256)
    if not is_official(signed.signatures) or not content.startswith(begun):
        raise CopyUnsigned
    sealed = await sealed_version(signed, stamp=_STAMP, reason=_REASON, by=by, work=work, now=now)
    await keep_version(signed, sealed, by=by, work=work, now=now)
    issued = replace(
        electronic, file_id=sealed.id, issued_by=by.subject, issued_by_name=by.name, issued_at=now
    )
    work.ways_in.copies.issue(issued)
    return sealed


async def own_copies(
    *, before: UUID | None, limit: int, by: Caller, work: Work
) -> list[tuple[CertifiedCopy, ElectronicCopy]]:
    """Return the caller's electronic copies, newest first: by identity number, as the counter saw it."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    index = identity_index(work.seals, by.identity_number)
    return [] if index is None else await work.ways_in.copies.electronic_of(index, before or NEWEST, limit)


async def read_copy(copy_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Attachment, bytes]:
    """Return an issued copy to its owner, or to who keeps the book; `NotFound` for anybody else."""
    line, electronic = await _line(copy_id, work)
    if electronic is None or electronic.file_id is None or not await _may_read(line, by, work, now):
        raise NotFound
    if by.kind is not CallerKind.PERSON:
        await log_reading(work, by, "electronic-copy", None, copy_id, now, person=line.requester_index)
    file = await work.attachments.find(electronic.file_id)
    if file is None:
        raise NotFound
    return file, await work.files.get(file.sha256)


async def _may_read(line: CertifiedCopy, by: Caller, work: Work, now: datetime) -> bool:
    if by.kind is CallerKind.PERSON:
        index = identity_index(work.seals, by.identity_number)
        return index is not None and index == line.requester_index
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        return False
    return line.agency in await books_of(by, work, now, work.fee_rules.copies_procedure)


async def _line(copy_id: UUID, work: Work) -> tuple[CertifiedCopy, ElectronicCopy | None]:
    found = await work.ways_in.copies.line(copy_id)
    if found is None:
        raise NotFound
    return found
