"""A person has a paper of their own store taken for a component: permitted first, then kept like an upload.

The platform fetches it, so nobody can pass an upload off as one: the permit names person, component and
consent, and only the gateway hands in what it leads to. Kept once under the choice's own number.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from kernel.sealing import SealBroken
from services.dossier.domain.errors import AttachmentType
from services.dossier.domain.intake.look_ups import Database, PermitOver
from services.dossier.domain.intake.personal_papers import (
    PURPOSE,
    STORE,
    ConsentNotGiven,
    NumberUnknown,
    StorePermit,
    require_lasting,
)
from services.dossier.use_cases.keep_attachment import FileTooLarge, looked_through, typed_file
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index
from services.dossier.use_cases.submit_dossier import require_identified

_PERMIT = "personal-paper permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPaper:
    """A paper as the store told of it, and the file that was chosen; `told` is all the store said of it."""

    code: str
    name: str
    number: str
    agency: str
    file_name: str
    issued_on: date | None
    valid_to: date | None
    reference: str
    told: Mapping[str, Any]


async def permit_paper(
    procedure: str, component: str, *, agreed: bool, by: Caller, work: Work, now: datetime
) -> tuple[StorePermit, str]:
    """Return a permit to read the caller's own store, and it sealed; logged before anybody is asked."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    if not agreed:
        raise ConsentNotGiven(fields=[("consent", "Phải đồng ý trước khi kho dữ liệu được khai thác")])
    today = now.astimezone(VIETNAM).date()
    purpose = work.ways_in.purposes.of(PURPOSE, Database.PERSONAL_PAPERS, today)
    levels = await work.catalogue.identification_levels([procedure], today)
    require_identified(by, [*levels, purpose.identification_level], work)
    if await work.catalogue.component(procedure, component, today) is None:
        raise Invalid(fields=[("component_code", "Thủ tục không có thành phần này")])
    index = identity_index(work.seals, by.identity_number)
    if index is None:
        raise NumberUnknown
    permit = StorePermit(
        look_up_id=new_id(),
        subject=by.subject,
        number_index=index.hex(),
        procedure=procedure,
        component=component,
        purpose=purpose.code,
        consent={
            "given_by": "OWNER",
            "subject": by.subject,
            "level": by.assurance_level,
            "given_at": now.isoformat(),
            "to": purpose.name,
        },
        at=now,
    )
    await log_reading(work, by, "personal-store", None, permit.look_up_id, now, person=index)
    return permit, work.seals.seal(orjson.loads(orjson.dumps(asdict(permit))), purpose=_PERMIT)


async def keep_taken(
    taken_id: UUID,
    sealed: str,
    paper: HeldPaper,
    content: bytes,
    *,
    sha256: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[str, Attachment]:
    """Keep a paper the store gave, once, as the person's own: typed, opened and scanned like an upload."""
    if by.kind is not CallerKind.SERVICE or not by.has_role("look-up.answer"):
        raise Forbidden
    permit = _opened(sealed, work)
    known = await work.attachments.find(taken_id)
    if known is not None:
        if known.taken is None or known.uploader != permit.subject:
            raise PermitOver
        return "repeated", known
    if permit.is_over(now):
        raise PermitOver
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Invalid(fields=[("sha256", "Nội dung không khớp mã băm")])
    today = now.astimezone(VIETNAM).date()
    require_lasting(paper.valid_to, today)
    rule = await work.catalogue.component(permit.procedure, permit.component, today)
    if rule is None:
        raise Invalid(fields=[("permit", "Thủ tục không có thành phần này")])
    file = typed_file(content, paper.file_name, permit.component, permit.subject, work, now)
    if file.media_type not in rule["allowed_types"]:
        raise AttachmentType
    if file.size > rule["max_bytes"]:
        raise FileTooLarge
    file = replace(file, id=taken_id, taken=_taken(permit, paper, sha256, work, now))
    await work.rest()
    file = await looked_through(content, file, work, now)
    await work.files.put(content)
    work.attachments.add([file])
    return "kept", file


def _taken(permit: StorePermit, paper: HeldPaper, sha256: str, work: Work, now: datetime) -> dict[str, Any]:
    """Return what is known of the taking, as it stays beside the file and becomes evidence when handed in."""
    snapshot = work.seals.seal(
        {"told": dict(paper.told), "number_index": permit.number_index},
        purpose=f"personal paper {permit.look_up_id}",
    )
    return {
        "store": STORE,
        "look_up_id": str(permit.look_up_id),
        "procedure": permit.procedure,
        "component": permit.component,
        "code": paper.code,
        "name": paper.name,
        "number": paper.number,
        "agency": paper.agency,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
        "purpose": permit.purpose,
        "consent": dict(permit.consent),
        "taken_at": now.isoformat(),
        "reference": paper.reference,
        "sha256": sha256,
        "snapshot": snapshot,
    }


def _opened(sealed: str, work: Work) -> StorePermit:
    try:
        told = work.seals.open(sealed, purpose=_PERMIT)
    except SealBroken as error:
        raise PermitOver from error
    if not isinstance(told, dict):
        raise PermitOver
    return StorePermit(
        **{
            **told,
            "look_up_id": UUID(told["look_up_id"]),
            "at": datetime.fromisoformat(told["at"]),
        }
    )
