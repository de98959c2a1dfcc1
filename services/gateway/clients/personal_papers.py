"""The personal-paper store of section 20: login, list of a person's result papers, a file as base64."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import aiohttp

from kernel.core.clock import Clock
from kernel.core.unseen import without_unseen
from services.gateway.clients.shared_databases import posted
from services.gateway.domain.personal_paper_answers import file_of, good, papers_of, session_of
from services.gateway.domain.personal_papers import MOST_FILES, HeldPaper
from services.gateway.domain.portal.wire.lists import text_told
from services.gateway.domain.shared_databases import (
    MATCHED,
    NOT_FOUND,
    DatabaseSilent,
    DatabaseSlow,
    FileMissing,
    Found,
    PaperFile,
    PapersAccount,
    Question,
)

Answer = Mapping[str, Any] | str
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class _Session:
    value: str
    good_until: datetime


class HttpPersonalPapers:
    """Keeps its session until it ends or an answer is not good, then signs in anew and asks once more."""

    def __init__(self, session: aiohttp.ClientSession, account: PapersAccount, clock: Clock) -> None:
        self._session = session
        self._account = account
        self._clock = clock
        self._held: _Session | None = None
        self._signing_in = asyncio.Lock()

    async def ask(self, question: Question) -> Found:
        """Return the papers it holds of a person, with files where wanted; raise `DatabaseSilent`."""
        papers, reference = await self.held(
            question.subject["identity_number"],
            question.subject.get("full_name", ""),
            question.procedure,
            question.result_codes,
        )
        number = question.subject["identity_number"]
        papers = [one for one in papers if not one.is_of_another(number)]
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

        def read(said: Answer) -> tuple[Sequence[HeldPaper], str]:
            mark = without_unseen(text_told(said, "signature"))[:200] if isinstance(said, Mapping) else ""
            return papers_of(said, self._account), mark

        return await self._called(self._account.list_path, asked, read)

    async def file(self, agency: str, name: str, path: str) -> PaperFile:
        """Return a file; raise `FileMissing`, `DatabaseSilent`."""
        asked = {"CoQuanChuQuan": agency, "DuongDan": path}
        words = self._account.session_words
        return await self._called(self._account.file_path, asked, lambda said: file_of(name, said, words))

    async def _called(self, path: str, body: Mapping[str, Any], read: Callable[[Answer], _Read]) -> _Read:
        """Ask, and once more in a new session whatever the first answer said that was not good.

        No code for an ended session is known (section 22.1), so any refusal may be one; a store that takes
        its time is not asked twice.
        """
        session = self._good_session()
        if session:
            try:
                return read(await self._once(session, path, body))
            except (FileMissing, DatabaseSlow):
                raise
            except DatabaseSilent:
                pass  # Asked again below, in another session.
        return read(await self._once(await self._new_session(rejected=session), path, body))

    async def _once(self, session: str, path: str, body: Mapping[str, Any]) -> Answer:
        return good(await self._post(path, {"session": session, **body}), self._account.session_words)

    def _good_session(self) -> str:
        held = self._held
        return held.value if held is not None and held.good_until > self._clock.now() else ""

    async def _new_session(self, *, rejected: str) -> str:
        """Return a session that is not the rejected one; whoever waits for a sign-in takes what it brings."""
        try:
            async with asyncio.timeout(self._account.timeout_seconds), self._signing_in:
                held = self._good_session()
                if held and held != rejected:
                    return held
                self._held = None
                value = await self._sign_in()
                self._held = _Session(value, self._clock.now() + self._account.session_lifetime)
                return value
        except TimeoutError as error:
            raise DatabaseSlow("quá thời gian chờ đăng nhập") from error

    async def _sign_in(self) -> str:
        account = self._account
        credentials = {"username": account.username, "password": account.password}
        value = session_of(await self._post(account.login_path, credentials))
        if not value:
            raise DatabaseSilent("không đăng nhập được kho giấy tờ")
        return value

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


def _shown(paper: HeldPaper) -> dict[str, Any]:
    told = {"code": paper.code, "name": paper.name, "number": paper.number, "agency": paper.agency}
    return {**told, "files": [name for name, _ in paper.files]}
