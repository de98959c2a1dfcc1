"""One dossier's money: what is owed, what came in, what goes back."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, encode_cursor
from services.dossier.api.cursors import OLDEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.payments.answers import (
    AccountOut,
    ExemptionOut,
    ExemptionsOut,
    MoneyOut,
    TakenOut,
    VisitTakenOut,
    account_out,
    money_out,
)
from services.dossier.api.payments.cash_answers import (
    MoneyReceiptOut,
    RefundOut,
    RefundPage,
    receipt_out,
    refund_out,
)
from services.dossier.api.payments.platform_answers import PaymentRequestOut, request_out
from services.dossier.api.payments.requests import (
    AskIn,
    ClaimDecisionIn,
    DecisionIn,
    ExemptionIn,
    MoneyRefundIn,
    OwedCorrectionIn,
    OwedIn,
    ReceiptEndIn,
    ReplacementIn,
    TakenIn,
    VisitTakenIn,
)
from services.dossier.domain.payments.account import ItemKind, Method
from services.dossier.use_cases.payments import (
    claiming,
    counter,
    owing,
    platform,
    reading,
    refeeing,
    refunds,
    visit_receipts,
)
from services.dossier.use_cases.payments.ledger import Ledger

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Phí, lệ phí"])


def _account(ledger: Ledger, response: Response) -> AccountOut:
    response.headers["ETag"] = f'"{ledger.account.version}"'
    return AccountOut(**account_out(ledger.account, ledger.dossier.id))


@router.get("/dossiers/{dossier_id}/payments")
async def read_money(dossier_id: UUID, response: Response, by: Caller, work: Work, now: Now) -> MoneyOut:
    """Tiền của hồ sơ: khoản phải nộp, đã nộp, biên lai, yêu cầu thanh toán, hoàn tiền."""
    money, to_assess = await reading.read_money(dossier_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{money.account.version}"'
    return money_out(money, dossier_id, to_assess)


@router.post("/dossiers/{dossier_id}/payments", status_code=201)
async def assess(
    dossier_id: UUID, body: OwedIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AccountOut:
    """Ghi khoản phải nộp chưa có trong biểu phí, hoặc nghĩa vụ tài chính theo thông báo."""
    given = body.model_dump(exclude={"kind"})
    ledger = await owing.assess(
        dossier_id, kind=ItemKind(body.kind), **given, by=by, seen=seen, work=work, now=now
    )
    return _account(ledger, response)


@router.post("/dossiers/{dossier_id}/payments/exemptions")
async def exempt(
    dossier_id: UUID, body: ExemptionIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AccountOut:
    """Áp dụng diện miễn, giảm có giấy tờ chứng minh."""
    ledger = await owing.exempt(
        dossier_id,
        category=body.category,
        items=body.items,
        evidence=body.evidence.model_dump(mode="json"),
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return _account(ledger, response)


@router.post("/dossiers/{dossier_id}/payments/exemption-decision")
async def decide_exemption_claim(
    dossier_id: UUID,
    body: ClaimDecisionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> AccountOut:
    """Xác nhận hoặc từ chối đề nghị miễn, giảm của người nộp, trước khi tiếp nhận."""
    ledger = await claiming.decide_exemption_claim(
        dossier_id, confirmed=body.confirmed, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _account(ledger, response)


@router.post("/dossiers/{dossier_id}/payments/reassessment")
async def reassess(
    dossier_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AccountOut:
    """Tính lại khoản phải nộp theo biểu phí đang có hiệu lực, trước khi tiếp nhận."""
    ledger = await refeeing.reassess(dossier_id, by=by, seen=seen, work=work, now=now)
    return _account(ledger, response)


@router.get("/fee-exemptions")
async def list_exemptions(by: Caller, work: Work, now: Now) -> ExemptionsOut:
    """Các diện miễn, giảm đang áp dụng."""
    del by
    found = work.fee_rules.exemptions(now.astimezone(VIETNAM).date())
    return ExemptionsOut(
        items=[
            ExemptionOut(
                code=one.code,
                name=one.name,
                percent=one.percent,
                legal_basis=one.legal_basis,
                needs_evidence=one.needs_evidence,
            )
            for one in found
        ]
    )


@router.post("/dossiers/{dossier_id}/payments/corrections")
async def correct_owed(
    dossier_id: UUID,
    body: OwedCorrectionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> AccountOut:
    """Điều chỉnh số phải nộp của một khoản."""
    ledger = await owing.correct(dossier_id, **body.model_dump(), by=by, seen=seen, work=work, now=now)
    return _account(ledger, response)


@router.post("/dossiers/{dossier_id}/payments/receipts", status_code=201)
async def take_payment(
    dossier_id: UUID, body: TakenIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TakenOut:
    """Thu tiền tại quầy, cấp biên lai."""
    ledger, receipt = await counter.take_payment(
        dossier_id,
        amount=body.amount,
        method=Method(body.method),
        item=body.item,
        payer=body.payer.model_dump(),
        serial=body.serial,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    response.headers["ETag"] = f'"{ledger.account.version}"'
    return TakenOut(**account_out(ledger.account, dossier_id), receipt=receipt_out(receipt))


@router.post("/visits/{visit_id}/payments/receipts", status_code=201)
async def take_visit_payment(
    visit_id: UUID, body: VisitTakenIn, by: Caller, work: Work, now: Now
) -> VisitTakenOut:
    """Thu tiền tại quầy một lần cho nhiều hồ sơ của một lượt, một biên lai có dòng từng hồ sơ."""
    ledgers, receipt = await visit_receipts.take_for_visit(
        visit_id,
        [visit_receipts.Part(one.dossier_id, one.amount, one.version) for one in body.dossiers],
        method=Method(body.method),
        payer=body.payer.model_dump(),
        serial=body.serial,
        by=by,
        work=work,
        now=now,
    )
    accounts = [AccountOut(**account_out(one.account, one.dossier.id)) for one in ledgers]
    return VisitTakenOut(accounts=accounts, receipt=receipt_out(receipt))


@router.get("/receipts/{receipt_id}")
async def read_receipt(
    receipt_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> MoneyReceiptOut:
    """Một biên lai."""
    receipt = await reading.read_receipt(receipt_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{receipt.version}"'
    return receipt_out(receipt)


@router.post("/receipts/{receipt_id}/cancellation")
async def cancel_receipt(
    receipt_id: UUID, body: ReceiptEndIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> MoneyReceiptOut:
    """Hủy biên lai khi ngày thu chưa khóa sổ."""
    done = await counter.cancel_receipt(receipt_id, reason=body.reason, by=by, seen=seen, work=work, now=now)
    return receipt_out(done)


@router.post("/receipts/{receipt_id}/replacement", status_code=201)
async def replace_receipt(
    receipt_id: UUID, body: ReplacementIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> MoneyReceiptOut:
    """Thay thế biên lai ghi sai người nộp."""
    done = await counter.replace_receipt(
        receipt_id,
        reason=body.reason,
        payer=body.payer.model_dump(),
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_out(done)


@router.post("/dossiers/{dossier_id}/payments/requests", status_code=201)
async def ask_payment_online(
    dossier_id: UUID, body: AskIn, by: Caller, work: Work, now: Now
) -> PaymentRequestOut:
    """Yêu cầu thanh toán trực tuyến qua nền tảng của Cổng Dịch vụ công quốc gia."""
    return request_out(await platform.ask_payment(dossier_id, item=body.item, by=by, work=work, now=now))


@router.post("/dossiers/{dossier_id}/payments/refunds", status_code=201)
async def ask_refund(
    dossier_id: UUID, body: MoneyRefundIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> RefundOut:
    """Đề nghị hoàn tiền; người khác duyệt."""
    done = await refunds.ask_refund(
        dossier_id,
        amount=body.amount,
        method=Method(body.method),
        reason=body.reason,
        payee=body.payee.model_dump(),
        item=body.item,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return refund_out(done)


@router.post("/refunds/{refund_id}/decision")
async def decide_refund(
    refund_id: UUID, body: DecisionIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> RefundOut:
    """Duyệt hoặc không duyệt hoàn tiền."""
    done = await refunds.decide_refund(
        refund_id,
        approved=body.approved,
        note=body.note,
        drawer=body.drawer,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return refund_out(done)


@router.get("/refunds")
async def list_refunds(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> RefundPage:
    """Các đề nghị hoàn tiền chờ duyệt của cơ quan tôi."""
    after = cursor_place(cursor, OLDEST)
    found = await refunds.refunds_waiting(after=after, limit=limit, by=by, work=work, now=now)
    items = [refund_out(one) for one in found.records]
    more = encode_cursor(str(found.following)) if found.following else None
    return RefundPage(items=items, next_cursor=more, unreadable=list(found.unreadable))
