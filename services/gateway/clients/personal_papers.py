"""The personal-paper store of section 20: login, list of a person's result papers, a file as base64."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from services.gateway.clients.shared_databases import posted
from services.gateway.domain.shared_databases import (
    MATCHED,
    NOT_FOUND,
    DatabaseSilent,
    Found,
    PaperFile,
    PapersAccount,
    Question,
)

_MOST_FILES = 10
_GOOD = frozenset({"0", "00"})


class HttpPersonalPapers:
    """Keeps its session until the store rejects it, then signs in once more and asks once more."""

    def __init__(self, session: aiohttp.ClientSession, account: PapersAccount) -> None:
        self._session = session
        self._account = account
        self._login = ""

    async def ask(self, question: Question) -> Found:
        """Return the papers it holds of a person, with files where wanted; raise `DatabaseSilent`."""
        number = question.subject["identity_number"]
        asked = {
            "SoDinhDanhChuSoHuu": number,
            "SoDinhDanhNguoiYeuCau": number,
            "HoTenNguoiYeuCau": question.subject.get("full_name", ""),
            "KenhThucHien": self._account.channel,
            "MaThuTuc": question.procedure,
            "DanhSachDanhMucKetQua": [
                {"MaKetQua": code, "SoKyHieu": sign} for code, sign in question.result_codes
            ],
        }
        said = await self._called(self._account.list_path, asked)
        # The store spells it `errorCode`, unlike everything else of the portal.
        if not isinstance(said, dict) or str(said.get("errorCode")) not in _GOOD:
            raise DatabaseSilent("kho giấy tờ từ chối yêu cầu")
        held = (said.get("result") or {}).get("DanhSachGiayToKetQua")
        papers = [one for one in held or () if isinstance(one, dict)]
        files = await self._files(papers) if question.wants_files else []
        shown = [_paper(one) for one in papers]
        reference = str(said.get("signature") or "")[:200]
        return Found(MATCHED if shown else NOT_FOUND, reference, {"papers": shown}, files)

    async def _files(self, papers: Sequence[Mapping[str, Any]]) -> list[PaperFile]:
        found: list[PaperFile] = []
        for paper in papers:
            for file in paper.get("DanhSachTepDinhKem") or ():
                if len(found) >= _MOST_FILES:
                    return found
                asked = {
                    "CoQuanChuQuan": str(paper.get("CoQuanChuQuan") or ""),
                    "DuongDan": str(file.get("DuongDan") or ""),
                }
                found.append(
                    _file(str(file.get("TenTep") or ""), await self._called(self._account.file_path, asked))
                )
        return found

    async def _called(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            return await self._once(path, body)
        except DatabaseSilent:
            if not self._login:
                raise
            self._login = ""
            return await self._once(path, body)

    async def _once(self, path: str, body: Mapping[str, Any]) -> Any:
        if not self._login:
            account = self._account
            credentials = {"username": account.username, "password": account.password}
            said = await self._post(account.login_path, credentials)
            self._login = (
                str(said.get("session") or said.get("token") or "") if isinstance(said, dict) else ""
            )
            if not self._login:
                raise DatabaseSilent("không đăng nhập được kho giấy tờ")
        said = await self._post(path, {"session": self._login, **body})
        if isinstance(said, dict) and "errorCode" in said and str(said["errorCode"]) not in _GOOD:
            raise DatabaseSilent(f"kho giấy tờ trả lời mã {str(said['errorCode'])[:20]}")
        return said

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        account = self._account
        query = {"dstcode": account.dstcode, "providerurl": account.provider_url}
        return await posted(
            self._session,
            f"{account.url}{account.prefix}{path}",
            body,
            headers={"Charset": "utf-8", "dstcode": account.dstcode},
            seconds=account.timeout_seconds,
            most=account.most_bytes,
            query={name: value for name, value in query.items() if value},
        )


def _file(name: str, said: Any) -> PaperFile:
    """Return a file; an empty answer is an error (section 20)."""
    if not isinstance(said, str) or not said:
        raise DatabaseSilent("kho giấy tờ không trả tệp")
    try:
        content = base64.b64decode(said, validate=True)
    except binascii.Error as error:
        raise DatabaseSilent("tệp của kho giấy tờ không phải base64") from error
    return PaperFile(name[:200], hashlib.sha256(content).hexdigest(), said)


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    names = {"code": "MaKetQua", "name": "TenGiayTo", "number": "SoKyHieu", "agency": "CoQuanChuQuan"}
    files = [str(file.get("TenTep") or "") for file in paper.get("DanhSachTepDinhKem") or ()]
    return {ours: str(paper.get(theirs) or "") for ours, theirs in names.items()} | {"files": files}
