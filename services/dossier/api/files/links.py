"""Short-lived links to files, and the versions a file has."""

from datetime import datetime
from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, Field

from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.dossier.api.answers import attachment_out
from services.dossier.api.attachments import FILE, UPLOAD, download
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.file_links import LONGEST, SHORTEST, USUAL
from services.dossier.use_cases.files import link_to_file, replace_file

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tệp"])


class LinkIn(Strict):
    """How long a link is good for, and whether once only."""

    seconds: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] = USUAL
    once: bool = False


class LinkOut(BaseModel):
    """A link; its address opens the file for whoever holds it."""

    link_id: UUID
    url: str
    expires_at: datetime
    once: bool


class VersionsOut(BaseModel):
    """All versions of one file, the oldest first."""

    items: list[AttachmentOut]


@router.post("/attachments/{attachment_id}/links", status_code=201)
async def make_link(attachment_id: UUID, body: LinkIn, by: Caller, work: Work, now: Now) -> LinkOut:
    """Tạo liên kết tải tệp dùng trong thời gian ngắn, gắn với người tạo, thu hồi được."""
    link, token = await link_to_file.link_to_file(
        attachment_id, seconds=body.seconds, is_once=body.once, by=by, work=work, now=now
    )
    return LinkOut(
        link_id=link.id,
        url=f"{work.policy.public_url}/api/v1/file-links/{token}",
        expires_at=local(link.expires_at) or link.expires_at,
        once=link.is_once,
    )


@router.get("/file-links/{token}", response_class=Response, responses=FILE, openapi_extra=PUBLIC)
async def open_link(token: Annotated[str, Path(max_length=100)], work: Work, now: Now) -> Response:
    """Tải tệp bằng liên kết; luôn là tệp đính kèm, không hiển thị trong trang."""
    attachment, content = await link_to_file.open_link(token, work=work, now=now)
    return download(content, attachment.media_type, attachment.file_name)


@router.delete("/file-links/{link_id}", status_code=204, response_class=Response)
async def revoke_link(link_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """Thu hồi liên kết; thu hồi lần nữa không đổi gì."""
    await link_to_file.revoke_link(link_id, by=by, work=work, now=now)
    return Response(status_code=204)


@router.post(
    "/attachments/{attachment_id}/versions",
    status_code=201,
    openapi_extra=UPLOAD,
    responses=problems(429, 503),
)
async def add_version(
    attachment_id: UUID,
    request: Request,
    by: Caller,
    work: Work,
    now: Now,
    x_file_name: Annotated[str, Header(max_length=1000, description="Tên tệp, mã hóa phần trăm")] = "",
) -> AttachmentOut:
    """Thay tệp bằng phiên bản mới; phiên bản cũ vẫn được giữ."""
    kept = await replace_file.replace_file(
        attachment_id,
        await request.body(),
        file_name=unquote(x_file_name, errors="replace"),
        by=by,
        work=work,
        now=now,
    )
    return attachment_out(kept)


@router.get("/attachments/{attachment_id}/versions")
async def list_versions(attachment_id: UUID, by: Caller, work: Work, now: Now) -> VersionsOut:
    """Các phiên bản của tệp, cũ nhất trước."""
    found = await replace_file.versions_of(attachment_id, by=by, work=work, now=now)
    return VersionsOut(items=[attachment_out(item) for item in found])
