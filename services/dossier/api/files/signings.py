"""Signing with keys that are elsewhere: prepare, sign outside, attach, up to fifty at once; and sealing."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kernel.core.errors import Invalid, Refusal
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import attachment_out
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.signing.session import MOST_AT_ONCE, Signing
from services.dossier.use_cases.files import sign_files
from services.dossier.use_cases.ports import Attachment

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Ký số"])
_Base64 = Annotated[str, Field(min_length=4, max_length=8000)]
_Text = Annotated[str, Field(max_length=200)]


class ToSignIn(Strict):
    """A file to be signed; `stamp` names a template, without one the signature is not seen on the page."""

    attachment_id: UUID
    reason: _Text = ""
    stamp: Annotated[str, Field(max_length=40)] = ""


class SigningsIn(Strict):
    """Files and the certificates of whoever will sign them, base64 of DER, the signer's own first."""

    certificates: Annotated[list[_Base64], Field(min_length=1, max_length=6)]
    items: Annotated[list[ToSignIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ItemProblem(BaseModel):
    """Why one item of several was not done."""

    code: str
    title: str


class SigningOut(BaseModel):
    """What is to be signed for one file: `to_sign` with SHA-256, or its digest where that is done apart."""

    attachment_id: UUID
    signing_id: UUID | None = None
    to_sign: str = ""
    digest_sha256: str = ""
    expires_at: datetime | None = None
    problem: ItemProblem | None = None


class SigningsOut(BaseModel):
    """A result an item, in the order asked."""

    items: list[SigningOut]


class SignatureIn(Strict):
    """A signature made elsewhere (RSA PKCS#1 v1.5 or ECDSA), base64."""

    signing_id: UUID
    signature: _Base64


class CompletionIn(Strict):
    """Signatures of one call."""

    items: Annotated[list[SignatureIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class SignedOut(BaseModel):
    """The signed file, the next version of what was signed; or why there is none."""

    signing_id: UUID
    attachment: AttachmentOut | None = None
    problem: ItemProblem | None = None


class CompletionOut(BaseModel):
    """A result an item, in the order asked."""

    items: list[SignedOut]


class SealIn(Strict):
    """How the agency's seal is put on."""

    stamp: Annotated[str, Field(max_length=40)] = "result"
    reason: _Text = ""


@router.post("/signings", status_code=201, responses=problems(429, 503))
async def prepare_signings(body: SigningsIn, by: Caller, work: Work, now: Now) -> SigningsOut:
    """Chuẩn bị nội dung cần ký cho tối đa 50 tệp; ký bằng thiết bị hoặc dịch vụ ở ngoài."""
    chain = [_bytes(f"certificates.{place}", one) for place, one in enumerate(body.certificates)]
    wanted = [sign_files.ToSign(item.attachment_id, item.reason, item.stamp) for item in body.items]
    made = await sign_files.prepare_signings(wanted, chain, by=by, work=work, now=now)
    return SigningsOut(
        items=[_prepared(item.attachment_id, one) for item, one in zip(body.items, made, strict=True)]
    )


@router.post("/signings/completion", responses=problems(429, 503))
async def finish_signings(body: CompletionIn, by: Caller, work: Work, now: Now) -> CompletionOut:
    """Gắn các chữ ký đã ký ở ngoài; mỗi tệp một kết quả."""
    made = [
        sign_files.SignatureMade(item.signing_id, _bytes(f"items.{place}.signature", item.signature))
        for place, item in enumerate(body.items)
    ]
    found = await sign_files.finish_signings(made, by=by, work=work, now=now)
    return CompletionOut(items=_signed(body.items, found))


@router.post("/attachments/{attachment_id}/seal", status_code=201, responses=problems(429, 503))
async def seal_file(attachment_id: UUID, body: SealIn, by: Caller, work: Work, now: Now) -> AttachmentOut:
    """Đóng dấu điện tử của cơ quan lên tệp PDF; tệp đã đóng dấu là phiên bản mới."""
    kept = await sign_files.seal_file(
        attachment_id, stamp=body.stamp, reason=body.reason, by=by, work=work, now=now
    )
    return attachment_out(kept)


def _prepared(attachment_id: UUID, one: Signing | Refusal) -> SigningOut:
    if isinstance(one, Refusal):
        return SigningOut(attachment_id=attachment_id, problem=_problem(one))
    return SigningOut(
        attachment_id=attachment_id,
        signing_id=one.id,
        to_sign=base64.b64encode(one.attributes).decode(),
        digest_sha256=hashlib.sha256(one.attributes).hexdigest(),
        expires_at=local(one.expires_at),
    )


def _signed(items: Sequence[SignatureIn], found: Sequence[Attachment | Refusal]) -> list[SignedOut]:
    return [
        SignedOut(signing_id=item.signing_id, problem=_problem(one))
        if isinstance(one, Refusal)
        else SignedOut(signing_id=item.signing_id, attachment=attachment_out(one))
        for item, one in zip(items, found, strict=True)
    ]


def _problem(refusal: Refusal) -> ItemProblem:
    return ItemProblem(code=refusal.code, title=refusal.title)


def _bytes(path: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields=[(path, "Không phải base64")]) from error
