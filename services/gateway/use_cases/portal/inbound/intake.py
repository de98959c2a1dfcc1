"""What the portal sends down: kept first, understood second, handed to the dossier service third."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Unavailable
from services.gateway.domain.portal.inbound.corrections import place_name, portal_names
from services.gateway.domain.portal.inbound.links import LinkState
from services.gateway.domain.portal.inbound.messages import (
    FAILED,
    UNREADABLE,
    Inbound,
    InboxState,
    Ruling,
    faulty,
    parked,
    repeated,
    ruling_of_refusal,
    taken,
    told_again,
    told_otherwise,
    waiting,
)
from services.gateway.domain.portal.inbound.reading import (
    Handed,
    code_named,
    require_of_request,
)
from services.gateway.domain.portal.telling.code_forms import as_ours, national_code
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.domain.portal.telling.messages import Json, Wire, dossier_message
from services.gateway.domain.portal.telling.view import PortalView
from services.gateway.domain.portal.wire.outline import Bounds, NoOutline, NotJson, with_limit
from services.gateway.domain.portal.wire.profiles import LAND_TAX
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood
from services.gateway.use_cases.portal.inbound.accounting import accounted, unread_in
from services.gateway.use_cases.portal.inbound.bodies import Said, read_message
from services.gateway.use_cases.portal.inbound.handing import (
    key_of,
    with_files_there,
)
from services.gateway.use_cases.portal.inbound.links import AwaitLinks
from services.gateway.use_cases.portal.inbound.receiving import KeepMessages
from services.gateway.use_cases.portal.inbound.tax_notices import dossiers_told
from services.gateway.use_cases.portal.inbound.understanding import understood
from services.gateway.use_cases.portal.ports import DossierService, Intake, Mappings, OpenWork

_log = structlog.get_logger()
DOSSIERS = "/v1/portal-dossiers"
_SUPPLEMENTS = "/v1/portal-dossiers/{code}/supplement"
_PARKED_RETRY = timedelta(minutes=10)
_NOT_FOUND = 404
_PROBLEMS_FROM = 400
_MAPPED = {"procedure_code": CodeKind.PROCEDURE, "agency": CodeKind.AGENCY}
_MINIMUM = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "LoaiDoiTuong",
    "TrangThaiHoSo",
    "HinhThuc",
    "DonViXuLy",
)


class TakeFromPortal:
    """Nothing the portal was answered 0 for is lost, whatever dies afterwards."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        dossiers: DossierService,
        clock: Clock,
        bounds: Bounds,
        links: AwaitLinks,
    ) -> None:
        self._open_work = open_work
        self._bounds = bounds
        self._keep = KeepMessages(open_work, bounds)
        self._dossiers = dossiers
        self._clock = clock
        self._links = links
        self._backoff = Backoff(first_seconds=2)

    async def receive(
        self, path: str, body: AsyncIterator[bytes], beside: Mapping[str, str] | None = None
    ) -> Ruling:
        """Keep a message as it comes, then deal with it; it is answered only after it is safe.

        `beside` is what its address says of it, by the names of its members.
        """
        message = await self._keep.keep(path, body, self._clock.now(), beside or {})
        return await self._deliver(message)

    async def deliver_again(self, message_id: UUID) -> Ruling | None:
        """Deal with a kept message; None when it has been settled meanwhile."""
        async with self._open_work() as work:
            message: Inbound | None = await work.portal_inbox.find(message_id)
        if message is None:
            return None
        return await self._deliver(message)

    async def said_by(self, message: Inbound) -> Any:
        """Return what a message says before corrections; None for one that is no message."""
        try:
            return (await read_message(message, self._open_work, self._bounds)).value
        except (NotJson, NoOutline):
            return None

    async def unread_in(self, message: Inbound) -> Mapping[str, Any]:
        """Return what of a message nobody reads, by where it stands; nothing of one it fails on."""
        with suppress(NotJson, NoOutline, NotUnderstood, NeedsPeople):
            said = await read_message(message, self._open_work, self._bounds)
            handed, _ = await understood(said, message)
            return await unread_in(handed, said, message)
        return {}

    async def due(self, limit: int) -> list[UUID]:
        """Return kept messages that should be dealt with now."""
        async with self._open_work() as work:
            found: list[UUID] = await work.portal_inbox.due(limit=limit, now=self._clock.now())
        return found

    async def look_up(self, code: str) -> Json | None:
        """Return the minimum set of section 7 of one dossier, None when nobody here knows it (17.5)."""
        async with self._open_work() as work:
            dossier_id = await work.portal_ledger.dossier_of(code)
        data = await self._dossiers.view(dossier_id, None) if dossier_id else None
        if data is None:
            return None
        view = PortalView.of({**data, "attachments": [], "results": []})
        async with self._open_work() as work:
            spoken = await work.portal_ledger.spoken_of(view.procedure_code)
        view = view.knowing(sector_name=spoken.sector_name, tech_id="", sector=spoken.sector)
        status = int(data.get("portal_status") or 0)
        own = (str(data.get(name) or "") for name in ("portal_code", "dossier_code"))
        code = next((one for one in own if one.casefold() == code.casefold()), code)
        message = dossier_message(
            view,
            code=code,
            status=status,
            procedure=spoken.procedure or view.procedure_code,
            wire=Wire(mode="2020"),
        )
        return {name: message[name] for name in _MINIMUM}

    async def _deliver(self, message: Inbound) -> Ruling:
        ruling = await self._ruling_of_any(message)
        if not message.is_new and ruling.state is InboxState.REFUSED:
            # The portal was told 0 before: it is ours to mend now.
            ruling = replace(ruling, state=InboxState.PARKED)
        async with self._open_work() as work:
            if ruling.state is InboxState.PARKED and ruling.portal_code and message.version == 1:
                same = await work.portal_inbox.told_before(ruling.portal_code, message)
                ruling = told_again(ruling, *same) if same else ruling
            work.portal_inbox.settle(
                message, ruling, retry_at=self._retry_at(message, ruling), now=self._clock.now()
            )
        return ruling

    def _retry_at(self, message: Inbound, ruling: Ruling) -> datetime | None:
        if not ruling.is_retried:
            return None
        if ruling.state is InboxState.PARKED:
            return self._clock.now() + _PARKED_RETRY
        return self._clock.now() + self._backoff.wait(message.attempts + 1, 1.0)

    async def _ruling_of_any(self, message: Inbound) -> Ruling:
        """Return the ruling of whatever came: a message nobody thought of must not hold up the others."""
        try:
            return await self._ruling(message)
        except Exception as fault:  # The boundary of a message; with the database away, parking fails too.
            _log.exception("portal_message_failed", message_id=str(message.id))
            return faulty(await self._code_of(message), type(fault).__name__, message.attempts)

    async def _code_of(self, message: Inbound) -> str:
        """Return whose dossier a message is of that nobody could deal with, blank where that fails too."""
        try:
            return code_named(message.path, await self.said_by(message))
        except Exception:
            # Reading failed before, by a fault of ours: it must not stop the ruling that shows it to people.
            _log.exception("portal_message_unnamed", message_id=str(message.id))
            return ""

    async def _ruling(self, message: Inbound) -> Ruling:
        if not message.is_readable:
            return parked("", UNREADABLE, is_retried=True)
        try:
            said = await read_message(message, self._open_work, self._bounds)
            if message.path == LAND_TAX:
                return await self._ruling_of_tax(await dossiers_told(said))
            handed, lengths = await understood(said, message)
        except NotJson:
            return Ruling(InboxState.REFUSED, FAILED, "| nội dung không phải JSON", "not JSON")
        except (NotUnderstood, NoOutline) as fault:
            told = with_limit(str(fault), self._bounds)
            return Ruling(InboxState.REFUSED, FAILED, f"| {told}", told)
        except NeedsPeople as reason:
            return parked(code_named(message.path, said.value), str(reason), is_retried=False)
        ruling = await self._hand_in(handed, said, message, lengths)
        return replace(ruling, tech_id=handed.tech_id)

    async def _hand_in(
        self, handed: Handed, said: Said, message: Inbound, lengths: Mapping[int, int]
    ) -> Ruling:
        async with self._open_work() as work:
            whose = {"portal_code": handed.portal_code, "is_supplement": handed.is_supplement}
            work.portal_inbox.name(message, **whose)
            is_create = message.is_new and not handed.is_supplement
            if is_create and await work.portal_inbox.has_create_under_way(handed.portal_code, message):
                return repeated(handed.portal_code)
            if await work.portal_inbox.has_waiting_before(message=message, **whose):
                return waiting(handed.portal_code, "chờ bản tin trước của hồ sơ")
            as_read, handed = handed, await self._in_our_codes(handed, work.portal_codes)
            asked = (
                await work.portal_ledger.asked_last(handed.portal_code, message.received_at)
                if handed.is_supplement
                else None
            )
        asked_in, asked_at = asked or (None, None)
        try:
            if asked_at is not None:
                require_of_request(handed, asked_at)
            return await self._bring(handed, as_read, said, message, lengths, asked_in)
        except NeedsPeople as reason:
            return parked(handed.portal_code, str(reason), is_retried=False)
        except Unavailable as silence:
            return waiting(handed.portal_code, silence.detail or silence.title)

    async def _bring(
        self,
        handed: Handed,
        as_read: Handed,
        said: Said,
        message: Inbound,
        lengths: Mapping[int, int],
        asked_in: int | None,
    ) -> Ruling:
        """Bring a message and its files to the dossier service, all it says with it; raise `Unavailable`.

        `as_read` has the portal's own codes.
        """
        links = await self._links.standing(handed, message)
        if isinstance(links, Ruling):
            return links
        fetched = {
            place: self._links.file(one) if one.state is LinkState.FETCHED else None
            for place, one in links.items()
        }
        ready = await with_files_there(said, handed, message, self._dossiers, fetched, lengths)
        if isinstance(ready, Intake):
            return await self._ruling_of(ready, handed, message)
        whole = await accounted(ready, as_read, said, message)
        if whole.people_why:
            ruling = parked(handed.portal_code, whole.people_why, is_retried=False)
            return replace(ruling, unread=whole.unread)
        told = whole.handed.body
        if handed.is_supplement:
            told = {**told, "received_at": message.received_at.isoformat()}
        # What nobody read makes another message of it as well.
        key = await key_of(
            replace(handed, body={**handed.body, "form_data": told["form_data"]}), said, asked_in
        )
        ruling = await self._ruling_of(await self._taken_in(handed, told, key), handed, message)
        return replace(ruling, unread=whole.unread)

    async def _taken_in(self, handed: Handed, told: Json, key: str) -> Intake:
        # Some portals' codes have a slash, which a path has for itself.
        code = quote(handed.portal_code, safe="")
        path = _SUPPLEMENTS.format(code=code) if handed.is_supplement else DOSSIERS
        answer = await self._dossiers.take_in(path, told, key=key)
        national = national_code(told.get("procedure_code", ""))
        if national and any(name == "procedure_code" for name, _ in answer.fields):
            # A localised code nobody has here means the national procedure (section 2.3).
            answer = await self._dossiers.take_in(path, {**told, "procedure_code": national}, key=key)
        return answer

    async def _in_our_codes(self, handed: Handed, codes: Mappings) -> Handed:
        """Put our codes in the place of the portal's: as people mapped them, else in today's form."""
        if handed.is_supplement:
            return handed
        theirs = {kind: handed.body[name] for name, kind in _MAPPED.items()}
        mapped = await codes.local_of_each(theirs)
        ours = {name: mapped.get(kind) or as_ours(kind, theirs[kind]) for name, kind in _MAPPED.items()}
        return replace(handed, body={**handed.body, **ours})

    async def _ruling_of_tax(self, codes: Sequence[str]) -> Ruling:
        """Keep what names a dossier of ours for people; refuse the rest, as section 17.4 prefers."""
        async with self._open_work() as work:
            known = await work.portal_ledger.known_of(codes)
        if known:
            among = f"; các hồ sơ: {', '.join(codes)}" if len(codes) > 1 else ""
            ruling = parked(known[0], f"thuế đất: chuyển người xử lý{among}", is_retried=False)
            return replace(ruling, other_codes=tuple(known[1:]))
        text = f"{codes[0]}| hồ sơ không tồn tại trên hệ thống"
        return Ruling(InboxState.REFUSED, FAILED, text, "không có hồ sơ này")

    async def _ruling_of(self, answer: Intake, handed: Handed, message: Inbound) -> Ruling:
        code = handed.portal_code
        is_repeated = answer.problem == "idempotency-key-reused"
        if handed.is_supplement and (answer.status < _PROBLEMS_FROM or is_repeated):
            return taken(code, answer.dossier_id, is_first=True)
        if answer.status < _PROBLEMS_FROM or is_repeated:
            async with self._open_work() as work:
                is_first = await work.portal_inbox.is_first(code, message.id)
            if is_repeated and not is_first and not message.corrections:
                return told_otherwise(code)
            is_first = is_first and answer.status < _PROBLEMS_FROM
            return taken(code, answer.dossier_id, is_first=is_first)
        if answer.status == _NOT_FOUND:
            return parked(code, "chưa có hồ sơ này", is_retried=True)
        fields = [(_portal_name(name, handed, message.path), reason) for name, reason in answer.fields]
        return ruling_of_refusal(code, answer.status, answer.problem, answer.title, fields)


def _portal_name(name: str, handed: Handed, path: str) -> str:
    """Return a field by the portal's name; an upload that is gone is brought anew and stays ours."""
    if name.startswith("attachments") and not name.endswith("upload_id"):
        _, _, place = name.partition(".")
        if place.isdecimal() and int(place) < len(handed.body["attachments"]):
            # All of it: what people may leave out is its content, or the address it stands at.
            is_linked = "link" in handed.body["attachments"][int(place)]
            name = f"{name}.{'link' if is_linked else 'content_base64'}"
        return place_name(handed.places, name)
    if name.startswith("form_data."):
        return f"{portal_names(path).get('form_data', '')}.{name.partition('.')[2]}".strip(".")
    return portal_names(path).get(name, name)
