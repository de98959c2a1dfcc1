"""A provider of electronic receipts: issues, replaces and cancels, and fails when it is told to."""

from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS receipts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    receipt_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'issued' CHECK (state IN ('issued', 'replaced', 'cancelled')),
    times INTEGER NOT NULL DEFAULT 1
);
"""
SERIAL = "1C26TMC"

router = APIRouter(prefix="/bien-lai", tags=["receipts"])


class ReceiptFaults(BaseModel):
    """How many calls fail: before anything is done, or after it with the answer lost."""

    model_config = ConfigDict(extra="forbid")

    down: int = Field(0, ge=0)
    lose_answer: int = Field(0, ge=0)


class Cancellation(BaseModel):
    """Why a receipt is cancelled."""

    reason: str = ""


def _journal(request: Request) -> Journal:
    return cast("Journal", request.app.state.journal)


def _fails(request: Request, name: str) -> bool:
    faults = cast("ReceiptFaults", request.app.state.receipt_faults)
    left = getattr(faults, name)
    request.app.state.receipt_faults = faults.model_copy(update={name: max(0, left - 1)})
    return bool(left)


@router.post("/receipts", status_code=201)
async def issue(
    document: dict[str, Any], request: Request, idempotency_key: Annotated[str, Header()] = ""
) -> dict[str, str]:
    """Issue a receipt once; one that replaces another ends that one, which must have been issued."""
    if _fails(request, "down"):
        raise HTTPException(503, "Tạm ngừng")
    receipt_id, replaces = str(document.get("receipt_id") or ""), document.get("replaces")
    if not receipt_id or idempotency_key != receipt_id:
        raise HTTPException(422, "Thiếu mã biên lai")
    journal = _journal(request)
    with journal.together():
        if replaces and journal.row("SELECT 1 FROM receipts WHERE receipt_id = ?", str(replaces)) is None:
            raise HTTPException(409, "Chưa có biên lai bị thay thế")
        row = journal.row(
            "INSERT INTO receipts (receipt_id, body) VALUES (?, ?)"
            " ON CONFLICT (receipt_id) DO UPDATE SET times = times + 1 RETURNING number",
            receipt_id,
            orjson.dumps(document).decode(),
        )
        journal.write("UPDATE receipts SET state = 'replaced' WHERE receipt_id = ?", str(replaces or ""))
    if _fails(request, "lose_answer") or row is None:
        raise HTTPException(504, "Mất câu trả lời")
    return {"serial": SERIAL, "number": f"{row['number']:08d}"}


@router.post("/receipts/{receipt_id}/cancellation")
async def cancel(receipt_id: str, cancellation: Cancellation, request: Request) -> dict[str, str]:
    """Cancel a receipt; again changes nothing."""
    del cancellation
    if _fails(request, "down"):
        raise HTTPException(503, "Tạm ngừng")
    journal = _journal(request)
    journal.write("UPDATE receipts SET state = 'cancelled' WHERE receipt_id = ?", receipt_id)
    row = journal.row("SELECT number FROM receipts WHERE receipt_id = ?", receipt_id)
    if row is None:
        raise HTTPException(404, "Không có biên lai này")
    return {"serial": SERIAL, "number": f"{row['number']:08d}"}


@router.get("/receipts")
async def list_receipts(request: Request) -> list[dict[str, Any]]:
    """List what was issued, in order."""
    rows = _journal(request).rows("SELECT number, receipt_id, state, times FROM receipts ORDER BY number")
    return [dict(row) for row in rows]


@router.put("/faults")
async def switch_faults(faults: ReceiptFaults, request: Request) -> ReceiptFaults:
    """Replace the faults."""
    request.app.state.receipt_faults = faults
    return faults
