"""The driver through the national exchange, or straight to the provider: sections 3.1, 4 and 5."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.core.clock import Clock
from services.gateway.clients.portal.transport import JsonExchange
from services.gateway.domain.portal.account import DirectAccount
from services.gateway.domain.portal.answers.answer import (
    PortalAnswer,
    PortalShut,
    PortalUnreached,
    PortalUnreadable,
    read_answer,
)
from services.gateway.domain.portal.answers.verdicts import Session
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.domain.portal.wire.lists import member, said, text_told

STATUS_TYPE = "2"
_TRIES_SIDE_BY_SIDE = 2
_TRIES_ALONE = 3


@dataclass(frozen=True, slots=True)
class _Session:
    value: str
    good_until: datetime


class DirectPortal:
    """Keeps one session, logs in again when it ends or is rejected, repeats the call."""

    def __init__(self, exchange: JsonExchange, account: DirectAccount, clock: Clock) -> None:
        self._exchange = exchange
        self._account = account
        self._clock = clock
        self._session: _Session | None = None
        self._logging_in = asyncio.Lock()
        self._alone = asyncio.Lock()

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier; one a call, because answers tell of the whole call only."""
        fields = {"isUpdating": "True" if is_updating else "False", "data": [message]}
        return self._of_one(await self._call("DongBoHoSoMC", fields), message)

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries."""
        return self._of_one(await self._call("CapNhatTienDoHoSoMC", {"data": list(entries)}), entries)

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal."""
        fields = {"type": STATUS_TYPE, "data": message}
        return self._of_one(await self._call("DongBoTrangThaiHoSo", fields), message)

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds."""
        return await self._call("TraCuuHoSo", {"mahoso": code})

    async def read(self, service: str, **asked: str) -> PortalAnswer:
        """Ask one of the portal's reading services (section 6)."""
        return await self._call(service, dict(asked))

    async def write(self, service: str, data: Sequence[Json]) -> PortalAnswer:
        """Hand a list to one of the portal's writing services that are not about dossiers."""
        return self._of_one(await self._call(service, {"data": list(data)}), data)

    async def _call(self, service: str, fields: Json) -> PortalAnswer:
        """Repeat a call whose session was rejected: nothing was applied.

        More than once, because calls side by side end each other's sessions when the portal forgets all; and
        after the first repetitions one call at a time, so that they cannot go on doing so. What may be of the
        session or of the message is believed once it is said to a new session too.
        """
        answer, session = await self._try(service, fields, tries=_TRIES_SIDE_BY_SIDE, rejected="")
        if self._rejects(answer):
            async with self._alone:
                answer, _ = await self._try(service, fields, tries=_TRIES_ALONE, rejected=session)
        # A session that is never good is the portal's trouble, not the dossier's.
        return self._account.words.heard(answer)

    def _of_one(self, answer: PortalAnswer, told: Json | Sequence[Json]) -> PortalAnswer:
        return self._account.words.judged(answer.of_one(told))

    async def _try(
        self, service: str, fields: Json, *, tries: int, rejected: str
    ) -> tuple[PortalAnswer, str]:
        """Return the last answer and the session it was asked with."""
        session = await self._current_session(rejected=rejected)
        try:
            answer = await self._send(session, service, fields)
        except PortalShut:
            if tries <= 1:
                raise
        except PortalUnreadable:
            # A page to sign in at may be a page of anything: what was sent may have arrived, and waits for
            # its next time; the session is not tried again.
            self._forget(session)
            raise
        else:
            if tries <= 1 or self._account.words.session_of(answer) is Session.GOOD:
                return answer, session
            if not self._account.words.applied_nothing(answer):
                # Perhaps it was done: who is told asks with a new session, and is not told twice.
                self._forget(session)
                return answer, session
        return await self._try(service, fields, tries=tries - 1, rejected=session)

    def _rejects(self, answer: PortalAnswer) -> bool:
        return self._account.words.session_of(answer) is Session.ENDED

    def _forget(self, session: str) -> None:
        if self._session is not None and self._session.value == session:
            self._session = None

    async def _send(self, session: str, service: str, fields: Json) -> PortalAnswer:
        envelope = {"session": session, "madonvi": self._account.agency, "service": service, **fields}
        return read_answer(await self._post(self._account.call_path, envelope))

    async def _current_session(self, *, rejected: str) -> str:
        async with self._logging_in:
            now, held = self._clock.now(), self._session
            if held is not None and held.value != rejected and held.good_until > now:
                return held.value
            value = await self._log_in()
            self._session = _Session(value, now + self._account.session_lifetime)
            return value

    async def _log_in(self) -> str:
        credentials = {"username": self._account.username, "password": self._account.password}
        value = await self._post(self._account.login_path, credentials)
        answer = read_answer(value)
        session = _session_in(value)
        if answer.code != 0 or not session:
            # Wrong credentials are an operator's to mend; the rows wait meanwhile.
            words = answer.message[:200] if answer.code != 0 else f"không có session {answer.message[:200]}"
            raise PortalUnreached(f"đăng nhập không thành công: {words.strip()}")
        return session

    async def _post(self, path: str, body: Json) -> Json:
        headers = {"dstcode": self._account.dstcode} if self._account.prefix else {}
        url = f"{self._account.url}{self._account.prefix}{path}"
        value = await self._exchange.post(url, body, headers=headers)
        value = said(value)
        if isinstance(value, list) and len(value) == 1:
            value = said(value[0])
        if not isinstance(value, dict):
            raise PortalUnreadable("câu trả lời không phải đối tượng JSON")
        return value


def _session_in(told: Json) -> str:
    """Return the session a sign-in begins: at the top, or in its `result` (section 4)."""
    for held in (told, *(said(member(told, name)) for name in ("result", "data"))):
        place = held[0] if isinstance(held, list) and len(held) == 1 else held
        if isinstance(place, Mapping) and (session := text_told(place, "session")):
            return session
    return ""
