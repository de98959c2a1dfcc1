"""Replaces a file by a new version; the old one stays what it was, for whoever decided by it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import AttachmentReplaced, TransitionRefused, WorkedElsewhere
from services.dossier.domain.events import Change
from services.dossier.domain.intake.personal_papers import PaperKeptAsTaken
from services.dossier.domain.replacing import may_replace, takes_files
from services.dossier.use_cases.keep_attachment import looked_through, typed_file
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import find_attachment, log_reading
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.secrets import identity_index


async def replace_file(
    attachment_id: UUID, content: bytes, *, file_name: str, by: Caller, work: Work, now: datetime
) -> Attachment:
    """Take a new version of exactly this one; of two that replace the same one, one is refused.

    The address names the version that is replaced, so it is the precondition: no If-Match is needed. Of a
    dossier's file the history says who replaced it.
    """
    old = await find_attachment(attachment_id, by=by, work=work)
    new = replace(
        typed_file(content, file_name or old.file_name, old.component_code, by.subject, work, now),
        dossier_id=old.dossier_id,
        purpose=old.purpose,
        replaces=old.id,
    )
    await require_replaceable(old, by=by, work=work)
    await work.rest()
    new = await looked_through(content, new, work, now)
    await work.files.put(content)
    await keep_version(old, new, by=by, work=work, now=now)
    return new


async def keep_version(old: Attachment, new: Attachment, *, by: Caller, work: Work, now: datetime) -> None:
    """Queue the new version, and of a dossier's file the note in its history."""
    dossier = await require_replaceable(old, by=by, work=work)
    work.attachments.replace(old, new)
    if dossier is not None:
        dossier.take([new.id])
        left = dossier.note_work()
        details = {"noted": "ATTACHMENT_REPLACED"}
        record_change(work, dossier, Change("work_noted", left, details=details), by=by, now=now)


async def versions_of(attachment_id: UUID, *, by: Caller, work: Work, now: datetime) -> list[Attachment]:
    """Return all versions, the oldest first, for whoever may open this one; logged: names of files tell."""
    found = await find_attachment(attachment_id, by=by, work=work)
    if found.dossier_id is not None:
        await log_reading(work, by, "attachment-versions", found.dossier_id, attachment_id, now)
    return await work.attachments.versions(attachment_id)


async def require_replaceable(old: Attachment, *, by: Caller, work: Work) -> Dossier | None:
    """Return the file's dossier, None for a free file; raise what stands against replacing it."""
    if old.replaced_by is not None:
        raise AttachmentReplaced
    if by.kind is CallerKind.SERVICE:
        raise Forbidden
    if old.taken is not None:
        raise PaperKeptAsTaken
    if old.dossier_id is None:
        return None
    dossier, _ = await work.dossiers.load(old.dossier_id)
    if not may_replace(dossier, old.purpose, by, identity_index(work.seals, by.identity_number)):
        raise Forbidden
    if dossier.elsewhere is not None:
        raise WorkedElsewhere
    if not takes_files(dossier, by):
        raise TransitionRefused.in_state(dossier.state)
    return dossier
