"""The register of dossiers and the control slip, on the screen and printed."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from kernel.core.errors import Invalid
from kernel.web.described import a_file
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.deps import PROBLEMS, Caller, CertifyingFor, Now, Work
from services.dossier.api.moments import Day, local
from services.dossier.domain.registers import Entry
from services.dossier.use_cases.registers.print_copy_book import print_copy_book
from services.dossier.use_cases.registers.print_registers import print_control_slip, print_register
from services.dossier.use_cases.registers.read_register import read_register

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Sổ sách"])

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Agency = Annotated[str, Query(max_length=35, description="Cơ quan tiếp nhận")]
First = Annotated[Day, Query(alias="from")]
Last = Annotated[Day, Query(alias="to")]


class RegisterLine(BaseModel):
    """One line of the register, as TT 03/2025/TT-VPCP form 07 has it."""

    dossier_code: str
    procedure: str
    owner: str
    address: str
    phone: str
    competent_agency: str
    received_at: datetime | None
    due_at: datetime | None
    returned_at: datetime | None
    returned_to: str
    delivery: str
    note: str


class RegisterPage(BaseModel):
    """Lines by day of acceptance, in the order of the day's numbers."""

    items: list[RegisterLine]
    next_cursor: str | None


@router.get("/register")
async def get_register(
    agency: Agency,
    first: First,
    last: Last,
    by: Caller,
    work: Work,
    now: Now,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> RegisterPage:
    """Sổ theo dõi hồ sơ của một cơ quan tiếp nhận."""
    parts = decode_cursor(cursor, str, str)
    after = _place(*parts) if parts else None
    found = await read_register(agency, first, last, after=after, limit=limit + 1, by=by, work=work, now=now)
    items = [_line(entry) for entry, _ in found[:limit]]
    last_place = found[limit - 1][1] if len(found) > limit else None
    following = encode_cursor(last_place[0].isoformat(), last_place[1]) if last_place else None
    return RegisterPage(items=items, next_cursor=following)


@router.get("/register.pdf", response_class=Response, responses=a_file(_PDF))
async def get_register_pdf(
    agency: Agency, first: First, last: Last, by: Caller, work: Work, now: Now
) -> Response:
    """In sổ theo dõi hồ sơ của một khoảng thời gian (PDF)."""
    printed = await print_register(agency, first, last, as_sheet=False, by=by, work=work, now=now)
    return _file(printed, _PDF, "so-theo-doi.pdf")


@router.get("/register.xlsx", response_class=Response, responses=a_file(_XLSX))
async def get_register_sheet(
    agency: Agency, first: First, last: Last, by: Caller, work: Work, now: Now
) -> Response:
    """Tải sổ theo dõi hồ sơ của một khoảng thời gian (XLSX)."""
    printed = await print_register(agency, first, last, as_sheet=True, by=by, work=work, now=now)
    return _file(printed, _XLSX, "so-theo-doi.xlsx")


@router.get("/certified-copies.pdf", response_class=Response, responses=a_file(_PDF))
async def get_copy_book_pdf(first: First, last: Last, by: CertifyingFor, work: Work, now: Now) -> Response:
    """In sổ chứng thực bản sao của cơ quan trong một khoảng thời gian (PDF)."""
    printed = await print_copy_book(first, last, as_sheet=False, by=by, work=work, now=now)
    return _file(printed, _PDF, "so-chung-thuc.pdf")


@router.get("/certified-copies.xlsx", response_class=Response, responses=a_file(_XLSX))
async def get_copy_book_sheet(first: First, last: Last, by: CertifyingFor, work: Work, now: Now) -> Response:
    """Tải sổ chứng thực bản sao của cơ quan trong một khoảng thời gian (XLSX)."""
    printed = await print_copy_book(first, last, as_sheet=True, by=by, work=work, now=now)
    return _file(printed, _XLSX, "so-chung-thuc.xlsx")


@router.get("/dossiers/{dossier_id}/control-slip.pdf", response_class=Response, responses=a_file(_PDF))
async def get_control_slip(dossier_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """In phiếu kiểm soát quá trình giải quyết hồ sơ (PDF)."""
    printed = await print_control_slip(dossier_id, by=by, work=work, now=now)
    return _file(printed, _PDF, "phieu-kiem-soat.pdf")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _line(entry: Entry) -> RegisterLine:
    moments = {name: local(getattr(entry, name)) for name in ("received_at", "due_at", "returned_at")}
    texts = {
        name: getattr(entry, name)
        for name in (
            "dossier_code",
            "procedure",
            "owner",
            "address",
            "phone",
            "competent_agency",
            "returned_to",
            "delivery",
            "note",
        )
    }
    return RegisterLine(**moments, **texts)


def _place(day: str, code: str) -> tuple[date, str]:
    try:
        return date.fromisoformat(day), code
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
