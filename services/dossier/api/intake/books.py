"""Certified copies and hand-over lists: what is numbered and what is signed for twice."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.cursors import OLDEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, CertifyingFor, IfMatch, Now, Work
from services.dossier.api.moments import Day, local
from services.dossier.api.payments.cash_answers import MoneyReceiptOut, receipt_out, refund_out
from services.dossier.api.schemas.books import (
    CertifiedCopiesIn,
    CertifiedCopiesOut,
    CertifiedCopyOut,
    CertifiedCopyPage,
    CopyAskingOut,
    CopyConfirmationIn,
    CopyExemptIn,
    CopyFigureOut,
    CopyFiguresOut,
    CopyPaymentIn,
    CopyRejectionIn,
    CopyRejectionOut,
    CopyRequestOut,
    CopyRequestPage,
    CopyTakenIn,
    HandedOut,
    HandOverConfirmationIn,
    HandOverIn,
    HandOverLists,
    HandOverOut,
)
from services.dossier.domain.intake.copies import CertifiedCopy, CopyRequest
from services.dossier.domain.intake.handovers import HandOverList
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.copy_money import CopyPayment, is_owing
from services.dossier.use_cases import ports
from services.dossier.use_cases.intake import certified_copies, handovers
from services.dossier.use_cases.payments import copies
from services.dossier.use_cases.secrets import UNREADABLE, opened_or_nothing

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Sổ và bàn giao"])


def _copy(item: CertifiedCopy, work: ports.Work) -> CertifiedCopyOut:
    opened = opened_or_nothing(work.seals, item.requester_sealed, purpose="copy")
    return CertifiedCopyOut(
        copy_id=item.id,
        number=item.number_text,
        document_name=item.document_name,
        pages=item.pages,
        copies=item.copies,
        requester=str(opened["full_name"]) if isinstance(opened, dict) else UNREADABLE,
        signed_by=item.signed_by,
        entered_by=item.entered_by_name,
        certified_at=item.certified_at.astimezone(VIETNAM),
        fee=item.fee,
        signer_title=item.signer_title,
        note=item.note,
        is_electronic=item.scan_id is not None,
    )


def _request(item: CopyRequest, work: ports.Work, paid: Collection[UUID]) -> CopyRequestOut:
    opened = opened_or_nothing(work.seals, item.requester_sealed, purpose="copy")
    return CopyRequestOut(
        request_id=item.id,
        document_name=item.document_name,
        pages=item.pages,
        copies=item.copies,
        requester=str(opened["full_name"]) if isinstance(opened, dict) else UNREADABLE,
        signer=item.signer,
        signer_name=item.signer_name,
        entered_by=item.entered_by_name,
        asked_at=item.asked_at.astimezone(VIETNAM),
        state=item.state,
        reason=item.reason,
        fee=item.fee,
        asking_id=item.asking_id,
        exempt_reason=item.exempt_reason,
        is_settled=not is_owing(item) or item.asking_id in paid,
        scan_id=item.scan_id,
    )


def _payment(body: CopyTakenIn | CopyExemptIn) -> CopyPayment:
    if isinstance(body, CopyExemptIn):
        return CopyPayment(method=None, amount=None, payer={}, serial="", exempt_reason=body.reason)
    return CopyPayment(
        method=Method(body.method),
        amount=body.amount,
        payer=body.payer.model_dump(),
        serial=body.serial,
        exempt_reason="",
        place="amount" if isinstance(body, CopyPaymentIn) else "payment.amount",
    )


@router.post("/certified-copies", status_code=201)
async def ask_for_copies(body: CertifiedCopiesIn, by: Caller, work: Work, now: Now) -> CopyAskingOut:
    """Tiếp nhận yêu cầu chứng thực bản sao, thu phí trong một lượt gọi; người ký xác nhận mới vào sổ."""
    asking = await certified_copies.ask_for_copies(
        body.requester.model_dump(),
        [item.model_dump() for item in body.documents],
        signer=body.signer,
        payment=_payment(body.payment) if body.payment else None,
        by=by,
        work=work,
        now=now,
    )
    paid = {asking.id} if asking.receipt else set()
    return CopyAskingOut(
        items=[_request(item, work, paid) for item in asking.requests],
        asking_id=asking.id,
        receipt=receipt_out(asking.receipt) if asking.receipt else None,
    )


@router.post("/copy-payments", status_code=201)
async def pay_for_copies(
    body: CopyPaymentIn, response: Response, by: Caller, work: Work, now: Now
) -> MoneyReceiptOut:
    """Thu phí của yêu cầu chứng thực bản sao chưa thu, cấp biên lai."""
    receipt = await copies.pay_asking(body.asking_id, _payment(body), by=by, work=work, now=now)
    response.headers["ETag"] = f'"{receipt.version}"'
    return receipt_out(receipt)


@router.get("/copy-requests")
async def read_copy_requests(
    by: Caller, work: Work, now: Now, limit: Limit = 50, cursor: Cursor = ""
) -> CopyRequestPage:
    """Yêu cầu chứng thực đang chờ người ký tại cơ quan."""
    after = cursor_place(cursor, OLDEST)
    found = await certified_copies.read_requests(after=after, limit=limit, by=by, work=work, now=now)
    more = encode_cursor(str(found[-1].id)) if len(found) == limit else None
    paid = await certified_copies.paid_askings(found, work=work)
    return CopyRequestPage(items=[_request(item, work, paid) for item in found], next_cursor=more)


@router.post("/copy-confirmations", status_code=201)
async def confirm_copies(body: CopyConfirmationIn, by: Caller, work: Work, now: Now) -> CertifiedCopiesOut:
    """Người ký xác nhận bằng phiên của mình, tối đa 50 dòng; số chứng thực liên tục theo cơ quan và năm."""
    lines = await certified_copies.confirm_copies(
        body.request_ids, title=body.signer_title, note=body.note, by=by, work=work, now=now
    )
    return CertifiedCopiesOut(items=[_copy(item, work) for item in lines])


@router.post("/copy-rejections")
async def decline_copies(body: CopyRejectionIn, by: Caller, work: Work, now: Now) -> CopyRejectionOut:
    """Trả lại yêu cầu chứng thực, có lý do; không mất số. Tiền đã thu được đề nghị hoàn ngay."""
    found, given_back = await certified_copies.decline_copies(
        body.request_ids, reason=body.reason, by=by, work=work, now=now
    )
    paid = {one.asking_id for one in given_back if one.asking_id}
    return CopyRejectionOut(
        items=[_request(item, work, paid) for item in found],
        refunds=[refund_out(one) for one in given_back],
    )


@router.get("/statistics/certified-copies")
async def count_copies(
    by: Caller,
    work: Work,
    now: Now,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
) -> CopyFiguresOut:
    """Số việc, số bản, số trang đã chứng thực trong kỳ theo cơ quan."""
    found = await certified_copies.count_copies(first, last, by=by, work=work, now=now)
    return CopyFiguresOut(
        items=[CopyFigureOut.model_validate(one, from_attributes=True) for one in found],
        certifying_agencies=sum(one.documents > 0 for one in found),
        electronic_agencies=sum(one.electronic > 0 for one in found),
    )


@router.get("/certified-copies")
async def read_copy_book(
    by: CertifyingFor,
    work: Work,
    now: Now,
    year: Annotated[int, Query(ge=2000, le=2999)],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> CertifiedCopyPage:
    """Sổ chứng thực bản sao của cơ quan trong năm, hoặc của cơ quan đã kết thúc mà cơ quan tôi tiếp nhận."""
    after = decode_cursor(cursor, int)
    lines = await certified_copies.read_book(
        year, after=min(after[0], 2**31 - 1) if after else 0, limit=limit, by=by, work=work, now=now
    )
    items = [_copy(item, work) for item in lines]
    more = encode_cursor(lines[-1].number) if len(lines) == limit else None
    return CertifiedCopyPage(items=items, next_cursor=more)


def _list(item: HandOverList, response: Response | None = None) -> HandOverOut:
    if response is not None:
        response.headers["ETag"] = f'"{item.version}"'
    return HandOverOut(
        list_id=item.id,
        version=item.version,
        from_agency=item.from_agency,
        to_agency=item.to_agency,
        given_by=item.given_by_name,
        given_at=item.given_at.astimezone(VIETNAM),
        received_by=item.received_by_name,
        received_at=local(item.received_at),
        note=item.note,
        items=[
            HandedOut(
                dossier_id=one.dossier_id,
                sheets=one.sheets,
                received_sheets=one.received_sheets,
                differs=one.differs,
                remark=one.remark,
                received_by=one.received_by_name,
                received_at=local(one.received_at),
            )
            for one in item.items
        ],
    )


@router.post("/handover-lists", status_code=201)
async def give_papers(body: HandOverIn, response: Response, by: Caller, work: Work, now: Now) -> HandOverOut:
    """Lập danh sách bàn giao hồ sơ giấy, bên giao ký."""
    items = [(item.dossier_id, item.sheets) for item in body.items]
    handed = await handovers.give_papers(body.to_agency, items, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/handover-lists/{handed.id}"
    return _list(handed, response)


@router.get("/handover-lists")
async def read_handover_lists(by: Caller, work: Work, now: Now) -> HandOverLists:
    """Danh sách bàn giao của cơ quan, đang trên đường trước."""
    found = await handovers.list_handovers(by=by, work=work, now=now)
    return HandOverLists(items=[_list(item) for item in found])


@router.get("/handover-lists/{list_id}")
async def read_handover_list(
    list_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> HandOverOut:
    """Một danh sách bàn giao."""
    return _list(await handovers.read_handover(list_id, by=by, work=work, now=now), response)


@router.post("/handover-lists/{list_id}/confirmation")
async def receive_papers(
    list_id: UUID,
    body: HandOverConfirmationIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> HandOverOut:
    """Bên nhận kiểm đếm và ký; chênh lệch phải ghi rõ."""
    found = {item.dossier_id: (item.sheets, item.remark) for item in body.items}
    handed = await handovers.receive_papers(
        list_id, found, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return _list(handed, response)
