"""Electronic certified copies: drafted for the signer, sealed by the clerk, fetched by their owner."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.web.described import a_file, problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, encode_cursor
from services.dossier.api.answers import attachment_out
from services.dossier.api.attachments import download
from services.dossier.api.cursors import cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.api.schemas.books import ElectronicCopyOut, ElectronicCopyPage
from services.dossier.domain.intake.copies import CertifiedCopy, ElectronicCopy
from services.dossier.domain.signing.verification import Thing
from services.dossier.use_cases import ports
from services.dossier.use_cases.files.verify_paper import address_of
from services.dossier.use_cases.intake import electronic_copies
from services.dossier.use_cases.read_dossiers import NEWEST

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Sổ và bàn giao"])
_PDF = "application/pdf"


@router.post("/certified-copies/{copy_id}/draft", status_code=201, responses=problems(429, 503))
async def draft_electronic_copy(copy_id: UUID, by: Caller, work: Work, now: Now) -> AttachmentOut:
    """Lập tệp bản sao điện tử có trang lời chứng và số chứng thực để người chứng thực ký số."""
    return attachment_out(await electronic_copies.draft_copy(copy_id, by=by, work=work, now=now))


@router.post("/certified-copies/{copy_id}/issuance", status_code=201, responses=problems(429, 503))
async def issue_electronic_copy(copy_id: UUID, by: Caller, work: Work, now: Now) -> AttachmentOut:
    """Văn thư đóng dấu điện tử lên bản sao đã được ký và cấp cho người yêu cầu."""
    return attachment_out(await electronic_copies.issue_copy(copy_id, by=by, work=work, now=now))


@router.get("/electronic-copies")
async def read_own_electronic_copies(
    by: Caller, work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> ElectronicCopyPage:
    """Bản sao điện tử có chứng thực của tôi."""
    before = cursor_place(cursor, NEWEST)
    found = await electronic_copies.own_copies(before=before, limit=limit, by=by, work=work)
    more = encode_cursor(str(found[-1][0].id)) if len(found) == limit else None
    return ElectronicCopyPage(items=[_own(line, copy, work) for line, copy in found], next_cursor=more)


@router.get("/electronic-copies/{copy_id}/content", response_class=Response, responses=a_file(_PDF))
async def download_electronic_copy(copy_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """Tải bản sao điện tử đã cấp: chủ sở hữu, hoặc cơ quan giữ sổ (ghi nhật ký)."""
    file, content = await electronic_copies.read_copy(copy_id, by=by, work=work, now=now)
    return download(content, file.media_type, file.file_name)


def _own(line: CertifiedCopy, copy: ElectronicCopy, work: ports.Work) -> ElectronicCopyOut:
    return ElectronicCopyOut(
        copy_id=line.id,
        number=line.number_text,
        document_name=line.document_name,
        agency=copy.agency,
        agency_name=copy.agency_name,
        certified_at=local(line.certified_at) or line.certified_at,
        issued_at=local(copy.issued_at),
        attachment_id=copy.file_id,
        verification_url=address_of(Thing.FILE, copy.file_id, work) if copy.file_id else "",
    )
