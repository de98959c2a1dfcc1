"""Files in parts: the tus protocol 1.0.0 (core, creation, checksum, expiration, termination).

A part is at most 8 MiB and is kept whole or not at all. The bytes are tus; that a finished upload becomes an
attachment is one more call, which answers like the upload in one piece and refuses for the same reasons.
"""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from kernel.core.errors import Invalid, Kind, Refusal
from kernel.web.described import problems
from kernel.web.edge import KEYLESS, PUBLIC, EdgeRoute
from kernel.web.problems import of_refusal
from services.dossier.api.answers import attachment_out
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.domain.errors import AttachmentType
from services.dossier.domain.uploads import ALGORITHMS, PartMangled, Upload, UploadState, metadata_of
from services.dossier.use_cases.files import bring_in_parts

VERSION = "1.0.0"
MOST_A_PART = 8_388_608
_MANGLED = 460
_PART_TYPE = "application/offset+octet-stream"
_LONGEST_NAME = 300
_DIGITS = 15
_HEAD = "Phiên bản tus, luôn là 1.0.0"


class OtherVersion(Refusal):
    """The client speaks another version of tus (412)."""

    code = "tus-version"
    kind = Kind.STALE
    title = "Phiên bản giao thức tus không được hỗ trợ"


class TusRoute(EdgeRoute):
    """Says the protocol's version with every answer, refusals too, and its own status for a mangled part."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the edge."""
        handle = super().get_route_handler()

        async def speak(request: Request) -> Response:
            try:
                response = await handle(request)
            except Refusal as refusal:
                response = of_refusal(refusal)
                if isinstance(refusal, PartMangled):
                    response.status_code = _MANGLED
                if isinstance(refusal, OtherVersion):
                    response.headers["Tus-Version"] = VERSION
            response.headers["Tus-Resumable"] = VERSION
            return response

        return speak


router = APIRouter(prefix="/v1", route_class=TusRoute, responses=PROBLEMS, tags=["Tệp"])
Tus = Annotated[str, Header(alias="Tus-Resumable", max_length=20, description=_HEAD)]
Number = Annotated[str, Header(max_length=20)]
_PART: dict[str, Any] = {
    KEYLESS: True,
    "x-max-body-bytes": MOST_A_PART,
    "requestBody": {
        "required": True,
        "content": {_PART_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
}


class UploadOut(BaseModel):
    """How far an upload has come."""

    upload_id: UUID
    state: UploadState
    offset: int
    length: int
    file_name: str
    expires_at: datetime
    attachment_id: UUID | None


@router.options("/uploads", status_code=204, response_class=Response, openapi_extra=PUBLIC)
async def describe_uploads(work: Work) -> Response:
    """Máy chủ hỗ trợ những gì của giao thức tus."""
    told = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,checksum,expiration,termination",
        "Tus-Max-Size": str(work.policy.max_attachment_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=told)


@router.post(
    "/uploads",
    status_code=201,
    response_class=Response,
    openapi_extra={KEYLESS: True},
    responses=problems(429),
)
async def begin_upload(
    by: Caller,
    work: Work,
    now: Now,
    version: Tus = "",
    upload_length: Number = "",
    upload_metadata: Annotated[str, Header(max_length=4000)] = "",
) -> Response:
    """Bắt đầu tải một tệp theo từng phần (tus creation)."""
    _require_tus(version)
    told = metadata_of(upload_metadata)
    name, component, procedure = (told.get(key, "") for key in ("filename", "component", "procedure"))
    if max(map(len, (name, component, procedure))) > _LONGEST_NAME:
        raise Invalid(fields=[("Upload-Metadata", "Chuỗi quá dài")])
    upload = await bring_in_parts.begin_upload(
        length=_number("Upload-Length", upload_length),
        file_name=name,
        component=component,
        procedure_code=procedure,
        by=by,
        work=work,
        now=now,
    )
    headers = {"Location": f"/v1/uploads/{upload.id}", **_standing(upload)}
    return Response(status_code=201, headers=headers)


@router.get("/uploads/{upload_id}")
async def show_upload(upload_id: UUID, response: Response, by: Caller, work: Work) -> UploadOut:
    """Đã nhận đến đâu; HEAD trả cùng các tiêu đề của tus."""
    upload = await bring_in_parts.find_upload(upload_id, by=by, work=work)
    response.headers.update({**_standing(upload), "Upload-Length": str(upload.length)})
    return UploadOut(
        upload_id=upload.id,
        state=upload.state,
        offset=upload.received,
        length=upload.length,
        file_name=upload.file_name,
        expires_at=upload.expires_at,
        attachment_id=upload.attachment_id,
    )


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    response_class=Response,
    openapi_extra=_PART,
    responses={_MANGLED: {"description": "Phần nhận được không khớp Upload-Checksum"}},
)
async def take_part(
    upload_id: UUID,
    request: Request,
    by: Caller,
    work: Work,
    now: Now,
    version: Tus = "",
    upload_offset: Number = "",
    upload_checksum: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Nhận phần tiếp theo; phần không nối tiếp bị từ chối kèm vị trí đã nhận."""
    _require_tus(version)
    if request.headers.get("content-type", "").partition(";")[0].strip() != _PART_TYPE:
        raise AttachmentType
    upload = await bring_in_parts.take_part(
        upload_id,
        await request.body(),
        offset=_number("Upload-Offset", upload_offset),
        checksum=upload_checksum,
        by=by,
        work=work,
        now=now,
    )
    return Response(status_code=204, headers=_standing(upload))


@router.delete(
    "/uploads/{upload_id}", status_code=204, response_class=Response, openapi_extra={KEYLESS: True}
)
async def give_up_upload(upload_id: UUID, by: Caller, work: Work, now: Now, version: Tus = "") -> Response:
    """Bỏ một tệp đang tải dở (tus termination)."""
    _require_tus(version)
    await bring_in_parts.give_up_upload(upload_id, by=by, work=work, now=now)
    return Response(status_code=204)


@router.post("/uploads/{upload_id}/attachment", status_code=201, responses=problems(429, 503))
async def finish_upload(upload_id: UUID, by: Caller, work: Work, now: Now) -> AttachmentOut:
    """Ghép các phần, kiểm tra như tệp tải một lần, và nhận tệp."""
    return attachment_out(await bring_in_parts.finish_upload(upload_id, by=by, work=work, now=now))


def _require_tus(version: str) -> None:
    if version != VERSION:
        raise OtherVersion


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise Invalid(fields=[(name, "Phải là số nguyên không âm")])
    return int(text)


def _standing(upload: Upload) -> dict[str, str]:
    expires = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    return {"Upload-Offset": str(upload.received), "Upload-Expires": expires}
