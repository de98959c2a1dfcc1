"""Keeps a file from everybody until the scanner has said that it is clean."""

from dataclasses import replace
from datetime import datetime

from services.dossier.domain.errors import AttachmentInfected, AttachmentQuarantined, AttachmentWithheld
from services.dossier.domain.files import Scan
from services.dossier.use_cases.files.ports import Verdict
from services.dossier.use_cases.ports import Attachment, Work

_AT_ONCE = 20


def require_open(attachment: Attachment) -> None:
    """Raise unless the file may be opened at all, by whomever."""
    if attachment.scan is Scan.WAITING:
        raise AttachmentQuarantined
    if attachment.scan is Scan.INFECTED:
        raise AttachmentWithheld


async def scanned(content: bytes, attachment: Attachment, work: Work) -> Attachment:
    """Return the record with what the scanner says; raise `AttachmentInfected` for what it knows.

    A scanner that is silent takes nobody's right to hand in: the file is kept, in quarantine.
    """
    found = await work.scanner(content)
    if found.verdict is Verdict.INFECTED:
        raise AttachmentInfected
    scan = {Verdict.OFF: Scan.OFF, Verdict.CLEAN: Scan.CLEAN, Verdict.SILENT: Scan.WAITING}[found.verdict]
    return replace(attachment, scan=scan)


async def waiting_for_scan(*, work: Work, now: datetime) -> list[Attachment]:
    """Return some of the files to look at now."""
    return await work.attachments.quarantined(now, _AT_ONCE)


async def scan_again(attachment: Attachment, *, work: Work, now: datetime) -> Verdict:
    """Ask the scanner once more and keep what it says; the network before the database.

    Where the operator has switched the scanner off, a file stays in quarantine until it is on again: what
    nobody has looked at is not let out by a setting.
    """
    content = await work.files.get(attachment.sha256)
    found = await work.scanner(content)
    if found.verdict in {Verdict.CLEAN, Verdict.INFECTED}:
        is_clean = found.verdict is Verdict.CLEAN
        work.attachments.settle_scan(attachment, is_clean=is_clean, threat=found.threat, at=now)
    else:
        work.attachments.put_off_scan(attachment.id, now)
    return found.verdict
