"""Signs files with keys that are elsewhere, fifty at once at most; a signed file is a new version.

Each step reads first, then lets the database go while PDFs are worked on, then queues its writes: one item
that cannot be signed takes nothing from the others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Refusal
from kernel.core.ids import new_id
from services.dossier.domain.files import PDF
from services.dossier.domain.signing.session import (
    LIFETIME,
    NamedTwice,
    NotSignable,
    NotTheClerk,
    Signing,
    SigningGone,
)
from services.dossier.domain.signing.stamps import template_named
from services.dossier.domain.signing.verification import Thing
from services.dossier.use_cases.files.ports import Holder, PreparedPdf, StampWanted
from services.dossier.use_cases.files.quarantine import require_open
from services.dossier.use_cases.files.replace_file import keep_version, require_replaceable
from services.dossier.use_cases.files.verify_paper import address_of
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import find_attachment


@dataclass(frozen=True, slots=True)
class ToSign:
    """A file to be signed; without a stamp's name the signature is not seen on the page."""

    attachment_id: UUID
    reason: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class SignatureOver:
    """A signature, the prepared file it is over, and the certificates of whoever made it."""

    pdf: PreparedPdf
    chain: Sequence[bytes]
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignatureMade:
    """A signature that was made elsewhere."""

    signing_id: UUID
    signature: bytes


async def prepare_signings(
    wanted: Sequence[ToSign], chain: Sequence[bytes], *, by: Caller, work: Work, now: datetime
) -> list[Signing | Refusal]:
    """Return of each file what is to be signed over it, or why it cannot be."""
    if by.kind is CallerKind.SERVICE:
        raise Forbidden
    holder = work.signer.holder(chain, now)
    found: list[Attachment | Refusal] = []
    for one in wanted:
        found.append(await _signable(one.attachment_id, found, by=by, work=work))
    await work.rest()
    made = [
        old
        if isinstance(old, Refusal)
        else await _prepared(old, one, chain, holder, by=by, work=work, now=now)
        for one, old in zip(wanted, found, strict=True)
    ]
    for item in made:
        if isinstance(item, Signing):
            work.signings.add(item)
    return made


async def finish_signings(
    made: Sequence[SignatureMade], *, by: Caller, work: Work, now: datetime
) -> list[Attachment | Refusal]:
    """Put each signature in and keep the signed file as the next version; or return why not."""
    waiting: list[tuple[Signing, Attachment] | Refusal] = []
    for one in made:
        waiting.append(await _waiting(one.signing_id, waiting, by=by, work=work, now=now))
    await work.rest()
    signed: list[tuple[Signing, Attachment, Attachment] | Refusal] = []
    for one, item in zip(made, waiting, strict=True):
        if isinstance(item, Refusal):
            signed.append(item)
        else:
            signed.append(await _signed(*item, one.signature, by=by, work=work, now=now))
    answers: list[Attachment | Refusal] = []
    for result in signed:
        if isinstance(result, Refusal):
            answers.append(result)
            continue
        signing, old, new = result
        try:
            await keep_version(old, new, by=by, work=work, now=now)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        work.signings.finish(signing.id, now)
        answers.append(new)
    return answers


async def seal_file(
    attachment_id: UUID, *, stamp: str, reason: str, by: Caller, work: Work, now: datetime
) -> Attachment:
    """Seal a file with the key of the clerk's agency; the sealed file is the next version."""
    if by.kind is not CallerKind.STAFF or not by.has_role("CLERK"):
        raise NotTheClerk
    old = await _signable(attachment_id, (), by=by, work=work)
    if isinstance(old, Refusal):
        raise old
    new = await sealed_version(old, stamp=stamp, reason=reason, by=by, work=work, now=now)
    await keep_version(old, new, by=by, work=work, now=now)
    return new


async def sealed_version(
    old: Attachment, *, stamp: str, reason: str, by: Caller, work: Work, now: datetime
) -> Attachment:
    """Return a file's next version, sealed with the key of the clerk's agency and durable; not yet kept."""
    chain = work.agency_seals.chain(by.agency)
    holder = work.signer.holder(chain, now)
    await work.rest()
    new_attachment_id = new_id()
    pdf = await _pdf(old, new_attachment_id, chain, holder, reason, stamp, by=by, work=work, now=now)
    made = SignatureOver(pdf, chain, await work.agency_seals.sign(by.agency, pdf.attributes))
    return await _new_version(old, new_attachment_id, made, by=by, work=work, now=now)


async def forget_signings(*, work: Work, now: datetime) -> list[UUID]:
    """Return finished and old signings whose prepared files may go."""
    return list(await work.signings.expired(now, 100))


async def forget_signing(signing_id: UUID, *, work: Work) -> None:
    """Forget the prepared file first and the row last."""
    await work.parts.drop_parts(signing_id)
    work.signings.forget(signing_id)


async def _signable(
    attachment_id: UUID, before: Sequence[Attachment | Refusal], *, by: Caller, work: Work
) -> Attachment | Refusal:
    try:
        old = await find_attachment(attachment_id, by=by, work=work)
        require_open(old)
        await require_replaceable(old, by=by, work=work)
        _require_alone(old, [one for one in before if isinstance(one, Attachment)])
    except Refusal as refusal:
        return refusal
    return old if old.media_type == PDF else NotSignable()


def _require_alone(old: Attachment, before: Sequence[Attachment]) -> None:
    """Raise where two items would make a next version of one thing in one commit."""
    if any(one.id == old.id or (one.dossier_id and one.dossier_id == old.dossier_id) for one in before):
        raise NamedTwice


async def _prepared(
    old: Attachment,
    wanted: ToSign,
    chain: Sequence[bytes],
    holder: Holder,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> Signing | Refusal:
    signing_id, new_attachment_id = new_id(), new_id()
    try:
        pdf = await _pdf(
            old, new_attachment_id, chain, holder, wanted.reason, wanted.stamp, by=by, work=work, now=now
        )
    except Refusal as refusal:
        return refusal
    # Durable before its row: what was told to be signed can be finished after any kill.
    digest = await work.parts.put_part(signing_id, 0, pdf.content)
    return Signing(
        id=signing_id,
        attachment_id=old.id,
        new_attachment_id=new_attachment_id,
        subject=by.subject,
        kind=by.kind.value,
        chain=tuple(chain),
        attributes=pdf.attributes,
        prepared_sha256=digest,
        place=pdf.place,
        created_at=now,
        expires_at=now + LIFETIME,
    )


async def _pdf(
    old: Attachment,
    new_attachment_id: UUID,
    chain: Sequence[bytes],
    holder: Holder,
    reason: str,
    stamp: str,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> PreparedPdf:
    wanted = None
    if stamp:
        address = address_of(Thing.FILE, new_attachment_id, work)
        wanted = StampWanted(template_named(stamp, work.signer.templates), holder, address)
    content = await work.files.get(old.sha256)
    return await work.signer.prepare(content, chain, reason=reason, stamp=wanted, now=now, caller=by.subject)


async def _waiting(
    signing_id: UUID,
    before: Sequence[tuple[Signing, Attachment] | Refusal],
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[Signing, Attachment] | Refusal:
    signing = await work.signings.find(signing_id)
    is_own = signing is not None and signing.subject in by.subjects and signing.kind == by.kind.value
    if signing is None or not is_own or signing.expires_at <= now:
        return SigningGone()
    others = [item[1] for item in before if not isinstance(item, Refusal)]
    old = await _signable(signing.attachment_id, others, by=by, work=work)
    return old if isinstance(old, Refusal) else (signing, old)


async def _signed(
    signing: Signing, old: Attachment, signature: bytes, *, by: Caller, work: Work, now: datetime
) -> tuple[Signing, Attachment, Attachment] | Refusal:
    prepared = await work.parts.get_part(signing.id, 0, signing.prepared_sha256)
    pdf = PreparedPdf(content=prepared, attributes=signing.attributes, place=signing.place)
    made = SignatureOver(pdf, signing.chain, signature)
    try:
        new = await _new_version(old, signing.new_attachment_id, made, by=by, work=work, now=now)
    except Refusal as refusal:
        return refusal
    return signing, old, new


async def _new_version(
    old: Attachment, new_attachment_id: UUID, made: SignatureOver, *, by: Caller, work: Work, now: datetime
) -> Attachment:
    """Keep the signed content and return its record, with what is found of its signatures."""
    stamp = await work.time_stamps(made.signature)
    content, found = await _finished(made, stamp, by=by, work=work, now=now)
    if stamp and _broken(found) > _broken(old.signatures):
        # What the authority sent breaks the signature it was to date: a silent one holds up no result either.
        content, found = await _finished(made, b"", by=by, work=work, now=now)
    await work.files.put(content)
    return replace(
        old,
        id=new_attachment_id,
        uploader=by.subject if old.dossier_id else old.uploader,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        created_at=now,
        signatures=tuple(found),
        replaces=old.id,
        replaced_by=None,
    )


async def _finished(
    made: SignatureOver, time_stamp: bytes, *, by: Caller, work: Work, now: datetime
) -> tuple[bytes, Sequence[dict[str, Any]]]:
    """Return the signed content, read back: what is found of its signatures."""
    content = await work.signer.finish(
        made.pdf.content,
        made.pdf.attributes,
        made.pdf.place,
        made.chain,
        made.signature,
        time_stamp=time_stamp,
        now=now,
        caller=by.subject,
    )
    return content, await work.signatures(content, now=now, caller=by.subject)


def _broken(found: Sequence[Mapping[str, Any]]) -> int:
    return sum(not one.get("intact") for one in found)
