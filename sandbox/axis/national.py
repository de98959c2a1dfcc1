"""The axis' own door over HTTP: what was sent and what waits for a system, with signed calls and faults.

Written anew from docs/edxml.md, not from the gateway's driver, so that two readings meet.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.core.clock import VIETNAM, Clock
from kernel.core.ids import new_id
from sandbox.axis.office import Office
from sandbox.axis.settings import AxisSettings
from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS axis_sent (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id TEXT NOT NULL UNIQUE,
    own TEXT NOT NULL,
    kind TEXT NOT NULL,
    sender TEXT NOT NULL,
    receivers TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS axis_waiting (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'new',
    created_time TEXT NOT NULL
);
"""
_PREFIX = "xroadvnpt-"
_NO_RIGHT, _NO_SUCH, _BAD_FILE, _REFUSED = "401", "404", "422", "409"

router = APIRouter(prefix="/truc", tags=["national"])


class DoorFaults(BaseModel):
    """How many calls fail yet: before anything is done, after it with the answer lost, or otherwise."""

    model_config = ConfigDict(extra="forbid")

    down: int = Field(0, ge=0)
    html: int = Field(0, ge=0)
    lose_answer: int = Field(0, ge=0)
    slow: int = Field(0, ge=0)
    slow_seconds: float = Field(0.0, ge=0)
    redirect: int = Field(0, ge=0)


class NationalDoor:
    """Everything it took, and everything that waits for the province."""

    def __init__(self, journal: Journal, settings: AxisSettings, office: Office, clock: Clock) -> None:
        self.journal = journal
        self.settings = settings
        self.office = office
        self._clock = clock
        self.faults = DoorFaults()

    def brings(self, raw: bytes) -> str:
        """Let what the e-office sends wait for the province; return its identifier."""
        return self.waits(raw, "status" if b"StatusCode>" in raw else "edoc")

    def waits(self, raw: bytes, kind: str) -> str:
        """Let something wait for the province; return its identifier."""
        doc_id = f"vn-{new_id().hex}"
        now = self._clock.now().astimezone(VIETNAM)
        self.journal.write(
            "INSERT INTO axis_waiting (doc_id, kind, body, created_time) VALUES (?, ?, ?, ?)",
            *(doc_id, kind, raw, f"{now:%Y/%m/%d %H:%M:%S.%f}"),
        )
        return doc_id

    def uses(self, name: str) -> bool:
        """Tell whether this call meets a fault, and count it."""
        left = int(getattr(self.faults, name))
        self.faults = self.faults.model_copy(update={name: max(0, left - 1)})
        return left > 0

    def is_signed(self, headers: dict[str, str]) -> bool:
        """Tell whether a call is of the system that holds the secret, and its headers are those signed."""
        said = headers.get(f"{_PREFIX}sign-header", "")
        secret = (self.settings.secret or "").encode()
        mark = hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()
        if not self.settings.secret or not hmac.compare_digest(
            mark, headers.get(f"{_PREFIX}hash-header", "")
        ):
            return False
        signed = {name.lower(): value for name, value in json.loads(said).items()}
        names = [f"{_PREFIX}{one.lower()}" for one in headers[f"{_PREFIX}sign-header-key"].split(";")]
        same = all(headers.get(name) == value for name, value in signed.items())
        return same and names == list(signed) and signed.get(f"{_PREFIX}systemid") == self.settings.system_id


@router.post("/sendEdoc")
async def send_edoc(request: Request) -> Response:
    """Take a message; it takes as many as it is sent: who repeats itself is heard twice."""
    door, said, early = await _opened(request)
    if early is not None:
        return early
    file_doc = _part(request.headers.get("content-type", ""), await request.body())
    told = "".join(f"{byte:x}" for byte in hashlib.sha256(file_doc).digest())
    if said.get("hash-file") != told:
        return _answer(_BAD_FILE, "sai mã băm")
    reason = door.office.takes(file_doc)
    if reason:
        return _answer(_REFUSED, reason)
    doc_id = f"vn-{new_id().hex}"
    door.journal.write(
        "INSERT INTO axis_sent (doc_id, own, kind, sender, receivers, body) VALUES (?, ?, ?, ?, ?, ?)",
        *(doc_id, said.get("senderdocid", ""), said["messagetype"], said["from"], said["to"], file_doc),
    )
    if door.uses("lose_answer"):
        return Response(status_code=504)
    return _answer("0", "Success", DocId=doc_id)


@router.post("/getSentEdocList")
async def get_sent(request: Request) -> Response:
    """List what a system sent."""
    door, said, early = await _opened(request)
    if early is not None:
        return early
    rows = door.journal.rows("SELECT * FROM axis_sent WHERE kind = ? ORDER BY number", said["messagetype"])
    data = [
        {"docId": row["doc_id"], "senderDocId": row["own"], "fromCode": row["sender"], "sendStatus": "done"}
        for row in rows
    ]
    return _answer("0", "Success", data=data)


@router.post("/getReceivedEdocList")
async def get_received(request: Request) -> Response:
    """List what waits, newest first as nobody promised an order."""
    door, said, early = await _opened(request)
    if early is not None:
        return early
    rows = door.journal.rows(
        "SELECT doc_id, kind, created_time FROM axis_waiting WHERE state = 'new' AND kind = ?"
        " ORDER BY number DESC",
        said["messagetype"],
    )
    data = [
        {"docId": row["doc_id"], "messageType": row["kind"], "created_time": row["created_time"]}
        for row in rows
    ]
    return _answer("0", "Success", data=data)


@router.post("/getEdoc")
async def get_edoc(request: Request) -> Response:
    """Give a message as base64."""
    door, said, early = await _opened(request)
    if early is not None:
        return early
    row = door.journal.row("SELECT body FROM axis_waiting WHERE doc_id = ?", said.get("docid", ""))
    if row is None:
        return _answer(_NO_SUCH, "không có gói tin", data="")
    return _answer("0", "Success", data=base64.b64encode(row["body"]).decode())


@router.post("/updateStatus")
async def update_status(request: Request) -> Response:
    """Note that the receiver has it, or could not take it; it is listed no more."""
    door, said, early = await _opened(request)
    if early is not None:
        return early
    changed = door.journal.write(
        "UPDATE axis_waiting SET state = ? WHERE doc_id = ? AND state = 'new'",
        *(said.get("status", ""), said.get("docid", "")),
    )
    if door.uses("lose_answer"):
        return Response(status_code=504)
    return _answer("0", "Success") if changed else _answer(_NO_SUCH, "không có gói tin đang chờ")


@router.put("/faults")
async def switch_faults(faults: DoorFaults, request: Request) -> DoorFaults:
    """Replace the faults."""
    cast("NationalDoor", request.app.state.door).faults = faults
    return faults


async def _opened(request: Request) -> tuple[NationalDoor, dict[str, str], Response | None]:
    """Return the door, what the headers say, and an answer where a fault or wrong signature ends the call."""
    door = cast("NationalDoor", request.app.state.door)
    headers = {name.lower(): value for name, value in request.headers.items()}
    said = {name.removeprefix(_PREFIX): value for name, value in headers.items() if name.startswith(_PREFIX)}
    if door.office.faults.is_away or door.uses("down"):
        return door, said, Response(status_code=503)
    if door.uses("html"):
        return door, said, HTMLResponse("<html>502</html>")
    if door.uses("redirect"):
        return door, said, Response(status_code=307, headers={"Location": "/truc/getEdoc"})
    if door.uses("slow"):
        await asyncio.sleep(door.faults.slow_seconds)
    if not door.is_signed(headers):
        return door, said, _answer(_NO_RIGHT, "sai chữ ký")
    return door, said, None


def _part(content_type: str, body: bytes) -> bytes:
    """Return the file of a multipart body that has one part."""
    _, _, boundary = content_type.partition("boundary=")
    _, _, rest = body.partition(b"\r\n\r\n")
    content, _, _ = rest.rpartition(b"\r\n--" + boundary.strip('"').encode())
    return content


def _answer(code: str, reason: str, **members: Any) -> Response:
    status = "OK" if code == "0" else "FAIL"
    return JSONResponse({"status": status, "ErrorCode": code, "ErrorDesc": reason, **members})
