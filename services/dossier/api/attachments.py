"""Files in and out: bounded, typed by content, never shown in the page."""

from typing import Annotated, Any
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import attachment_out
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.use_cases.keep_attachment import keep_attachment
from services.dossier.use_cases.print_papers import read_paper
from services.dossier.use_cases.read_dossiers import read_attachment

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tệp"])
UPLOAD = {
    "x-max-body-bytes": 52_428_800,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "Nội dung tệp, theo loại của tệp", "content": {"*/*": {}}}
}
_PDF: dict[int | str, dict[str, Any]] = {200: {"description": "PDF", "content": {"application/pdf": {}}}}


@router.post("/attachments", status_code=201, openapi_extra=UPLOAD, responses=problems(429, 503))
async def upload_attachment(
    request: Request,
    by: Caller,
    work: Work,
    now: Now,
    component: Annotated[str, Query(max_length=64)] = "",
    procedure: Annotated[str, Query(max_length=64)] = "",
    x_file_name: Annotated[str, Header(max_length=1000, description="Tên tệp, mã hóa phần trăm")] = "",
) -> AttachmentOut:
    """Tải tệp lên; nêu thủ tục và thành phần thì loại tệp được kiểm tra ngay."""
    attachment = await keep_attachment(
        await request.body(),
        file_name=unquote(x_file_name, errors="replace"),
        component=component,
        procedure_code=procedure,
        by=by,
        work=work,
        now=now,
    )
    return attachment_out(attachment)


@router.get("/attachments/{attachment_id}/content", response_class=Response, responses=FILE)
async def download_attachment(attachment_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """Tải tệp về; mọi lần xem đều được ghi nhật ký."""
    attachment, content = await read_attachment(attachment_id, by=by, work=work, now=now)
    return download(content, attachment.media_type, attachment.file_name)


@router.get("/papers/{paper_id}", response_class=Response, responses=_PDF)
async def download_paper(paper_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """Tải giấy tờ do Bộ phận Một cửa ban hành."""
    paper, content = await read_paper(paper_id, by=by, work=work, now=now)
    return download(content, "application/pdf", f"{paper.kind.value.lower()}-{paper.id.hex[-8:]}.pdf")


def download(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved, never shown: what is in it must not act in this origin."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
