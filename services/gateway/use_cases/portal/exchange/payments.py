"""Carries payments between the dossier service and the portal's platform; keeps nothing of its own.

What has to be opened or looked up is asked of the dossier service, so that a killed process forgets nothing;
every message of the platform is kept there with what was made of it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

import structlog

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM, Clock
from kernel.core.errors import NotFound, Refusal, Unavailable
from services.gateway.domain.log_reason import for_the_log
from services.gateway.domain.portal.answers.answer import PortalSilent
from services.gateway.domain.portal.payments.messages import (
    News,
    PaymentAccount,
    init_message,
    look_up_answer,
    pay_url,
    query_message,
    read_list,
    read_query,
    read_result,
    reply,
    result_in,
)
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.use_cases.portal.ports import OpenWork

_BATCH = 50
_LIST_AFTER = timedelta(hours=30)
_LOOK_BACK_DAYS = 14
"""How long a day's list is asked for that could not be had, or not be read."""
_SILENCES = 3
"""So many look-ups in a row without an answer, and the platform is away: the rest is asked another time."""
_log = structlog.get_logger()


class Platform(Protocol):
    """The payment platform; each call raises `PortalSilent` when nobody answers."""

    async def send(self, message: Json) -> Any:
        """Send INIT or QUERY and return the answer."""

    @property
    def has_lists(self) -> bool:
        """Tell whether this installation has the platform's lists."""

    async def paid_on(self, day: date) -> Any:
        """Return the platform's list of a day."""


class DossierMoney(Protocol):
    """The dossier service's payments; `Unavailable` when it does not answer, or does not take it now."""

    async def to_carry(self, what: str, limit: int) -> list[Json]:
        """Return requests to open or to look up."""

    async def opened(self, reference: str, *, url: str, failure: str) -> None:
        """Tell where to pay, or why there is no address yet."""

    async def tell(self, news: Json) -> str:
        """Tell what the platform said; return what was made of it."""

    async def bill(self, code: str) -> Json | None:
        """Return what a dossier owes as a request to carry; None for a code nobody knows."""

    async def reconcile(self, day: date, rows: list[Json]) -> int:
        """Hand in the platform's list of a day; return how many differences there are."""


@dataclass(frozen=True, slots=True)
class DaysCompared:
    """Which days were held against the books, how many differences were found, what kept others from it."""

    days: tuple[date, ...] = ()
    differences: int = 0
    faults: Mapping[date, Exception] = field(default_factory=dict)


class CarryPayments:
    """Opens, looks up, receives, reconciles."""

    def __init__(
        self,
        platform: Platform,
        dossiers: DossierMoney,
        account: PaymentAccount,
        clock: Clock,
        *,
        open_work: OpenWork,
    ) -> None:
        self._platform = platform
        self._dossiers = dossiers
        self._account = account
        self._clock = clock
        self._open_work = open_work
        self._compared: set[date] = set()

    async def open_waiting(self) -> int:
        """Tell the platform of every request that is due; return how many were opened.

        None holds up another: what cannot be kept of one is put off, and told at the end (`Apart.tell`).
        """
        opened, apart = 0, Apart("payment requests not opened")
        for carried in await self._dossiers.to_carry("open", _BATCH):
            with apart.each(carried.get("reference")):
                opened += await self._open(carried)
        apart.tell()
        return opened

    async def _open(self, carried: Json) -> bool:
        url = failure = ""
        try:
            spoken = await self._in_portal_codes(carried)
            url = pay_url(await self._platform.send(init_message(spoken, self._account)))
        except (PortalSilent, ValueError) as error:
            failure = str(error)[:200] or type(error).__name__
        try:
            await self._dossiers.opened(carried["reference"], url=url, failure=failure)
        except Refusal as refusal:
            if url:
                await self._dossiers.opened(carried["reference"], url="", failure=str(refusal)[:200])
            raise
        return bool(url)

    async def look_up_due(self) -> int:
        """Ask the platform of every request whose news may be lost; return how many were heard of.

        None holds up another: one nobody answers for, or whose news the dossier service does not take, is put
        off and asked about again. What was not taken is told at the end (`Apart.tell`).
        """
        heard, silent, apart = 0, 0, Apart("payments not looked up")
        for carried in await self._dossiers.to_carry("look", _BATCH):
            with apart.each(carried.get("reference")):
                is_answered = await self._look_up(carried)
                heard, silent = heard + is_answered, 0 if is_answered else silent + 1
            if silent == _SILENCES:
                break
        apart.tell()
        return heard

    async def _look_up(self, carried: Json) -> bool:
        """Ask of one and tell what was said; what cannot be kept now is put off, for it is asked again."""
        try:
            answer = await self._platform.send(query_message(carried, self._account))
        except PortalSilent as silence:
            _log.warning("payment_not_looked_up", reason=for_the_log(silence), reference=carried["reference"])
            await self._put_off(carried, str(silence))
            return False
        news = read_query(answer, carried, self._account)
        try:
            await self._dossiers.tell(_told(news, "LOOK_UP", answer))
        except Refusal as refusal:
            await self._put_off(carried, str(refusal))
            raise
        return True

    async def _put_off(self, carried: Json, why: str) -> None:
        """Let others come first: news not to be believed move nothing but the next look."""
        news = News(carried["reference"], "PENDING", 0, "", None, f"chưa ghi nhận: {why}"[:200])
        await self._dossiers.tell(_told(news, "LOOK_UP", {}))

    async def receive(self, message: Any) -> Json:
        """Take a result the platform sent: 00 once the dossier service has it, 99 otherwise."""
        news = read_result(message, self._account)
        if news.refused:
            _log.warning("payment_result_refused", reason=news.refused, reference=news.reference)
        why = news.refused
        try:
            if news.reference:
                outcome = await self._dossiers.tell(_told(news, "CALLBACK", message))
                why = why or ("không có giao dịch này" if outcome == "unknown" else "")
        except Refusal as refusal:
            _log.warning("payment_result_not_kept", reason=for_the_log(refusal), reference=news.reference)
            # Not kept, so not confirmed: the platform tells again, or the look-up finds it.
            why = "hệ thống tạm thời chưa ghi nhận được"
        return reply(message, self._account, why=why)

    async def what_is_owed(self, code: str) -> Json:
        """Answer the portal that pays for a citizen by dossier code (section 17.6)."""
        try:
            carried = await self._dossiers.bill(code)
        except NotFound:
            return {"error_code": -1, "message": []}
        if carried is None:
            return {"error_code": 0, "message": []}
        spoken = await self._in_portal_codes(carried)
        return {"error_code": 1, "message": look_up_answer(spoken, self._account)}

    async def _in_portal_codes(self, carried: Json) -> Json:
        """Return a request whose bill names procedure, online service and agency as the portal does."""
        bill = carried["bill"]
        named = {"procedure": CodeKind.PROCEDURE, "agency": CodeKind.AGENCY}
        async with self._open_work() as work:
            theirs = {
                name: await work.portal_codes.portal_of(kind, [bill[name]["code"]])
                for name, kind in named.items()
            }
            spoken = {
                name: {**bill[name], "code": theirs[name].get(bill[name]["code"], bill[name]["code"])}
                for name in named
            }
            service = await work.portal_codes.online_service_of(
                bill["procedure"]["code"], spoken["procedure"]["code"]
            )
        return {**carried, "bill": {**bill, **spoken, "online_service": service}}

    async def reconcile_due(self) -> DaysCompared:
        """Hold the list of each day that is over for good against the books, the oldest first.

        Once a day and process: handed in again, a list changes nothing that people settled. A day whose list
        cannot be read holds up no other, and is asked for again for a fortnight; who is away is asked another
        time.
        """
        last = (self._clock.now() - _LIST_AFTER).astimezone(VIETNAM).date()
        within = [last - timedelta(days=back) for back in reversed(range(_LOOK_BACK_DAYS))]
        self._compared &= set(within)
        days, differences, faults = list[date](), 0, dict[date, Exception]()
        for day in within if self._platform.has_lists else ():
            if day in self._compared:
                continue
            try:
                rows = read_list(await self._platform.paid_on(day))
                differences += await self._dossiers.reconcile(day, rows)
            except ValueError as fault:
                faults[day] = fault
                continue
            except (Unavailable, PortalSilent) as away:
                faults[day] = away
                break
            # A list that came late may name what the days after it were missing.
            self._compared = {one for one in self._compared if one < day} | {day}
            days.append(day)
        return DaysCompared(tuple(days), differences, faults)


def _told(news: News, source: str, raw: Any) -> Json:
    """Return news as the dossier service reads them, the platform's own words beside."""
    return {**asdict(news), "source": source, "raw": _members(result_in(raw) or raw)}


def _members(raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        return {}
    return {str(name)[:64]: str(value)[:500] for name, value in list(raw.items())[:40]}
