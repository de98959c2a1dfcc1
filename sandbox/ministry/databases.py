"""The shared databases, played: population, business register, and the personal-paper store of section 20."""

import base64
import hmac
import secrets
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from sandbox.journal import Journal
from sandbox.ministry.api import spoiled
from sandbox.ministry.faults import strikes

SCHEMA = """
CREATE TABLE IF NOT EXISTS citizens (number TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS businesses (number TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS papers (number TEXT NOT NULL, path TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, body TEXT NOT NULL
);
"""
PREFIXES = ("", "/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward")
_HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"

router = APIRouter(tags=["databases"])


class Known(BaseModel):
    """What a database knows of one number."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=20)
    data: dict[str, Any]


class HeldPaper(BaseModel):
    """A paper the personal store holds of a person."""

    model_config = ConfigDict(extra="forbid")

    owner: str
    code: str
    name: str
    number: str
    agency: str
    content_base64: str
    more: dict[str, Any] = {}
    """What else the list tells of it, by the store's names: holder, state, validity."""


def _journal(request: Request) -> Journal:
    return cast("Journal", request.app.state.journal)


async def _require_key(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    wanted = f"Bearer {request.app.state.settings.database_key}"
    if not hmac.compare_digest(authorization.encode(), wanted.encode()):
        raise HTTPException(401, "Sai khóa truy cập")


def _note(request: Request, service: str, body: dict[str, Any]) -> None:
    text = orjson.dumps(body).decode()
    _journal(request).write("INSERT INTO asked (service, body) VALUES (?, ?)", service, text)


def _known(request: Request, table: str, number: str) -> dict[str, Any] | None:
    row = _journal(request).row(f"SELECT data FROM {table} WHERE number = ?", number)
    found: dict[str, Any] | None = orjson.loads(row["data"]) if row else None
    return found


def _answer(request: Request, data: dict[str, Any] | None, *, fits: bool) -> Any:
    """Answer with everything it knows, more than was asked for: real ones do."""
    if strikes(request, "html_5xx"):
        return HTMLResponse(_HTML, 502)
    outcome = "KHONG_TIM_THAY" if data is None else "KHOP" if fits else "KHONG_KHOP"
    told = data if outcome == "KHOP" else {}
    now = request.app.state.clock.now().isoformat(timespec="seconds")
    return {"ketQua": outcome, "maGiaoDich": secrets.token_hex(8), "thoiDiem": now, "duLieu": told}


@router.post("/csdl/dan-cu", dependencies=[Depends(_require_key), Depends(spoiled)], response_model=None)
async def ask_population(body: dict[str, Any], request: Request) -> Any:
    """Compare number, name and birth date; tell what is known when all three fit."""
    _note(request, "dan-cu", body)
    data = _known(request, "citizens", str(body.get("soDinhDanh")))
    pairs = (("full_name", "hoTen"), ("birth_date", "ngaySinh"))
    fits = data is not None and all(
        str(data.get(ours)).casefold() == str(body.get(theirs)).casefold() for ours, theirs in pairs
    )
    return _answer(request, data, fits=fits)


@router.post(
    "/csdl/doanh-nghiep", dependencies=[Depends(_require_key), Depends(spoiled)], response_model=None
)
async def ask_businesses(body: dict[str, Any], request: Request) -> Any:
    """Tell what is known of an enterprise by its code."""
    _note(request, "doanh-nghiep", body)
    return _answer(request, _known(request, "businesses", str(body.get("maSoDoanhNghiep"))), fits=True)


async def sign_in(body: dict[str, Any], request: Request) -> Any:
    """Begin a session of the personal-paper store."""
    settings = request.app.state.settings
    given = (body.get("username"), body.get("password"))
    if given != (settings.papers_username, settings.papers_password):
        return {"error_code": "-1", "message": "Sai tài khoản"}
    session = secrets.token_hex(16)
    minutes = settings.papers_session_minutes
    request.app.state.papers_sessions[session] = request.app.state.clock.now().timestamp() + minutes * 60
    return {"error_code": "0", "message": "Thành công", "session": session}


def _is_signed_in(body: dict[str, Any], request: Request) -> bool:
    until = request.app.state.papers_sessions.get(str(body.get("session")), 0)
    return bool(request.app.state.clock.now().timestamp() < until)


async def list_papers(body: dict[str, Any], request: Request) -> Any:
    """List the result papers of a person (section 20); asked-for codes narrow the list."""
    _note(request, "giay-to", body)
    if strikes(request, "html_5xx"):
        return HTMLResponse(_HTML, 502)
    if not _is_signed_in(body, request):
        return {"errorCode": "-1", "message": "Phiên không hợp lệ", "signature": "", "result": None}
    rows = _journal(request).rows(
        "SELECT data FROM papers WHERE number = ?", str(body.get("SoDinhDanhChuSoHuu"))
    )
    wanted = {str(one.get("MaKetQua")) for one in body.get("DanhSachDanhMucKetQua") or ()}
    papers = [orjson.loads(row["data"])["told"] for row in rows]
    shown = [one for one in papers if not wanted or one["MaKetQua"] in wanted]
    result = {"DanhSachGiayToKetQua": shown}
    return {"errorCode": "0", "message": "Thành công", "signature": secrets.token_hex(16), "result": result}


async def read_paper(body: dict[str, Any], request: Request) -> Any:
    """Return a file as a JSON string of base64; empty when there is none (section 20)."""
    _note(request, "tep", body)
    if strikes(request, "html_5xx"):
        return HTMLResponse(_HTML, 502)
    if not _is_signed_in(body, request):
        return {"errorCode": "-1", "message": "Phiên không hợp lệ"}
    row = _journal(request).row("SELECT data FROM papers WHERE path = ?", str(body.get("DuongDan")))
    return orjson.loads(row["data"])["content"] if row else ""


for _prefix in PREFIXES:
    for _path, _endpoint in (
        ("login", sign_in),
        ("danhsachgiayto", list_papers),
        ("taigiayto", read_paper),
    ):
        router.add_api_route(
            f"{_prefix}/bndp/public/v1/{_path}",
            _endpoint,
            methods=["POST"],
            dependencies=[Depends(spoiled)],
            response_model=None,
            name=f"{_path}{_prefix.partition('Adapter')[0]}",
        )


@router.put("/sandbox/citizens", status_code=204)
async def know_citizen(known: Known, request: Request) -> None:
    """Let the population database know somebody."""
    text = orjson.dumps(known.data).decode()
    _journal(request).write("REPLACE INTO citizens (number, data) VALUES (?, ?)", known.number, text)


@router.put("/sandbox/businesses", status_code=204)
async def know_business(known: Known, request: Request) -> None:
    """Let the business register know an enterprise."""
    text = orjson.dumps(known.data).decode()
    _journal(request).write("REPLACE INTO businesses (number, data) VALUES (?, ?)", known.number, text)


@router.put("/sandbox/papers", status_code=204)
async def hold_paper(paper: HeldPaper, request: Request) -> None:
    """Let the personal store hold a paper of somebody."""
    base64.b64decode(paper.content_base64, validate=True)
    path = f"/giayto/{paper.owner}/{paper.number}"
    told = {
        "MaKetQua": paper.code,
        "TenGiayTo": paper.name,
        "SoKyHieu": paper.number,
        "CoQuanChuQuan": paper.agency,
        **paper.more,
        "DanhSachTepDinhKem": [{"TenTep": f"{paper.name}.pdf", "DuongDan": path}],
    }
    text = orjson.dumps({"told": told, "content": paper.content_base64}).decode()
    _journal(request).write(
        "REPLACE INTO papers (number, path, data) VALUES (?, ?, ?)", paper.owner, path, text
    )


@router.delete("/sandbox/papers", status_code=204)
async def drop_paper(owner: str, number: str, request: Request) -> None:
    """Let the personal store hold a paper no more."""
    path = f"/giayto/{owner}/{number}"
    _journal(request).write("DELETE FROM papers WHERE path = ?", path)


@router.get("/sandbox/asked")
async def list_asked(request: Request) -> list[dict[str, Any]]:
    """List what the databases were asked, oldest first."""
    rows = _journal(request).rows("SELECT service, body FROM asked ORDER BY id")
    return [{"service": row["service"], "body": orjson.loads(row["body"])} for row in rows]
