"""The personal-paper store of section 20: login, list of a person's result papers, a file as base64."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from kernel.core.clock import VIETNAM
from services.gateway.clients.shared_databases import posted
from services.gateway.domain.personal_papers import MOST_FILES, HeldPaper
from services.gateway.domain.portal_words import as_list, moment_of, text_of
from services.gateway.domain.shared_databases import (
    MATCHED,
    NOT_FOUND,
    DatabaseSilent,
    FileMissing,
    Found,
    PaperFile,
    PapersAccount,
    Question,
)

_LONGEST = 300
_GOOD = frozenset({"0", "00"})


class HttpPersonalPapers:
    """Keeps its session until the store rejects it, then signs in once more and asks once more."""

    def __init__(self, session: aiohttp.ClientSession, account: PapersAccount) -> None:
        self._session = session
        self._account = account
        self._login = ""

    async def ask(self, question: Question) -> Found:
        """Return the papers it holds of a person, with files where wanted; raise `DatabaseSilent`."""
        papers, reference = await self.held(
            question.subject["identity_number"],
            question.subject.get("full_name", ""),
            question.procedure,
            question.result_codes,
        )
        wanted = [(one.agency, *file) for one in papers for file in one.files] if question.wants_files else []
        files = [await self.file(*one) for one in wanted[:MOST_FILES]]
        shown = [_shown(one) for one in papers]
        return Found(MATCHED if shown else NOT_FOUND, reference, {"papers": shown}, files)

    async def held(
        self, number: str, name: str, procedure: str, codes: Sequence[tuple[str, str]]
    ) -> tuple[Sequence[HeldPaper], str]:
        """Return what it holds of a person and the mark of its answer; raise `DatabaseSilent`."""
        asked = {
            "SoDinhDanhChuSoHuu": number,
            "SoDinhDanhNguoiYeuCau": number,
            "HoTenNguoiYeuCau": name,
            "KenhThucHien": self._account.channel,
            "MaThuTuc": procedure,
            "DanhSachDanhMucKetQua": [{"MaKetQua": code, "SoKyHieu": sign} for code, sign in codes],
        }
        said = await self._called(self._account.list_path, asked)
        # The store spells it `errorCode`, unlike everything else of the portal.
        if not isinstance(said, dict) or str(said.get("errorCode")) not in _GOOD:
            raise DatabaseSilent("kho giấy tờ từ chối yêu cầu")
        result = said.get("result")
        listed = result.get("DanhSachGiayToKetQua") if isinstance(result, dict) else None
        papers = [self._paper(one) for one in as_list(listed) if isinstance(one, dict)]
        return papers, str(said.get("signature") or "")[:200]

    async def file(self, agency: str, name: str, path: str) -> PaperFile:
        """Return a file; raise `FileMissing`, `DatabaseSilent`."""
        asked = {"CoQuanChuQuan": agency, "DuongDan": path}
        return _file(name, await self._called(self._account.file_path, asked))

    def _paper(self, one: Mapping[str, Any]) -> HeldPaper:
        names = self._account.names
        issued, until = (moment_of(text_of(one, names.get(name, ""))) for name in ("issued_on", "valid_to"))
        files = [file for file in as_list(one.get("DanhSachTepDinhKem")) if isinstance(file, dict)]
        state = text_of(one, names.get("state", "")).upper()
        return HeldPaper(
            code=text_of(one, "MaKetQua")[:_LONGEST],
            name=text_of(one, "TenGiayTo")[:_LONGEST],
            number=text_of(one, "SoKyHieu")[:_LONGEST],
            agency=text_of(one, "CoQuanChuQuan")[:_LONGEST],
            holder=text_of(one, names.get("holder", "")),
            issued_on=issued.astimezone(VIETNAM).date() if issued else None,
            valid_to=until.astimezone(VIETNAM).date() if until else None,
            is_revoked=state in self._account.revoked_states,
            files=[(text_of(file, "TenTep")[:200], text_of(file, "DuongDan")) for file in files],
            told=one,
        )

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
        raise FileMissing("kho giấy tờ không trả tệp")
    try:
        content = base64.b64decode(said, validate=True)
    except binascii.Error as error:
        raise FileMissing("tệp của kho giấy tờ không phải base64") from error
    return PaperFile(name[:200], hashlib.sha256(content).hexdigest(), said)


def _shown(paper: HeldPaper) -> dict[str, Any]:
    told = {"code": paper.code, "name": paper.name, "number": paper.number, "agency": paper.agency}
    return {**told, "files": [name for name, _ in paper.files]}
