"""The way to the axis over HTTP: sent at once, fetched from its list, marked done when it is kept here.

An answer that was lost leaves a message with the axis and here in doubt: before a message is sent the axis is
asked what it has of it, by our own id, so that a repeat has no second effect.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import orjson
import structlog

from kernel.core.clock import VIETNAM, Clock
from services.gateway.domain.documents.axis_http import Answer, AxisAccount, answer_of, file_hash, headers_of
from services.gateway.domain.documents.ledger import Message, MessageKind
from services.gateway.domain.documents.organs import written_organ
from services.gateway.domain.log_reason import for_the_log
from services.gateway.domain.portal.wire.lists import Lines, NoLines, lines_of, member, said, text_told
from services.gateway.use_cases.documents.ports import AxisRefused, AxisSilent, Handed, Incoming, Receipt

_KINDS = {MessageKind.DOCUMENT: "edoc", MessageKind.STATUS: "status"}
_DONE, _FAIL = "done", "fail"
_ROOM = 65_536
_LISTED_BYTES = 8 * 1_048_576
_DOC_ID, _DEEPEST = "docId", 4
_LOOK_BACK = timedelta(days=30)
_WINDOWS = (timedelta(days=1), timedelta(hours=6), timedelta(hours=1))
"""How far back a message is looked for that was not tried before, and where the list is too long."""
_WAIT = timedelta(minutes=10)
_SILENCES = 3
_log = structlog.get_logger()


class HttpAxis:
    """A `DocumentAxis`; whatever is no answer of the axis is `AxisSilent`, and nothing follows redirects."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        account: AxisAccount,
        clock: Clock,
        *,
        most_bytes: int,
        old_identifiers: bool,
    ) -> None:
        self._session = session
        self._account = account
        self._clock = clock
        self._most_bytes = most_bytes
        self._old = old_identifiers
        self._not_before: dict[str, datetime] = {}

    async def hand_over(self, message: Message) -> Handed:
        """Send a message unless the axis has it; its answer is the receipt."""
        known = await self._known(message)
        if known:
            return Handed(known, is_taken=True)
        account = self._account
        values = {
            "servicetype": "eDoc",
            "messagetype": _KINDS[message.kind],
            "from": self._organ(message.sender),
            "to": orjson.dumps([self._organ(message.receiver)]).decode(),
            "hash-file": file_hash(message.body, is_short=account.short_hash),
        }
        if account.own_name:
            values[account.own_name] = str(message.id)
        answer = await self._called(account.send_path, values, most=_ROOM, body=message.body)
        if not answer.is_good:
            raise AxisRefused(f"{answer.code}: {answer.reason}"[:500])
        return Handed(str(answer.members.get("DocId") or "")[:200], is_taken=True)

    async def receipts(self, limit: int) -> Sequence[Receipt]:  # noqa: ARG002 - the port's own word.
        """Return none: the answer to sending was the receipt."""
        return ()

    async def incoming(self, limit: int) -> AsyncIterator[Incoming]:
        """Yield what the axis holds for us, oldest first.

        One it cannot give now, or whose name nobody can send back, is asked for again after a while: those
        behind it do not wait for it. Nothing of it is marked, so nothing is lost.
        """
        rows: list[Mapping[str, Any]] = []
        for kind in _KINDS.values():
            values = {"servicetype": "eDoc", "messagetype": kind}
            rows += await self._list(self._account.received_path, values)
        named = {doc_id: row for row in rows if (doc_id := _doc_id(row))}
        oldest = sorted(named, key=lambda one: (text_told(named[one], "created_time"), one))
        self._not_before = {one: at for one, at in self._not_before.items() if one in named}
        now = self._clock.now()
        due = [one for one in oldest if one not in self._not_before or self._not_before[one] <= now]
        found = silences = 0
        for doc_id in due[: limit * 2]:
            try:
                one = await self._content(doc_id)
            except AxisSilent as silence:
                one, silences = None, silences + 1
                _log.warning("axis_content_not_given", document=doc_id[:100], reason=for_the_log(silence))
            if one is None:
                self._not_before[doc_id] = now + _WAIT
            else:
                found += 1
                yield one
            if found == limit or (silences == _SILENCES and not found):
                break
            one = None
        _require_named(rows)

    async def let_go(self, handle: str) -> None:
        """Tell the axis that something is kept here, or was too large for us."""
        status, _, doc_id = handle.partition(":")
        answer = await self._called(
            self._account.status_path, {"docId": doc_id, "status": status}, most=_ROOM
        )
        if not answer.is_good:
            # Marked before, perhaps: what is really still there comes again and is known by its bytes.
            _log.warning("axis_status_declined", code=answer.code)

    async def _known(self, message: Message) -> str:
        """Return the axis' reference of a message it has, empty when it has none."""
        own = self._account.own_name
        if not own:
            return ""
        for row in await self._sent_before(message):
            if text_told(row, own) == str(message.id):
                return (_doc_id(row) or text_told(row, "receiverDocId") or str(message.id))[:200]
        return ""

    async def _sent_before(self, message: Message) -> list[Mapping[str, Any]]:
        """Return what the axis has of us, as far back as its list can be read."""
        windows = [_LOOK_BACK, *_WINDOWS] if message.attempts else [*_WINDOWS]
        for window in windows:
            since = (self._clock.now() - window).astimezone(VIETNAM)
            values = {"messagetype": _KINDS[message.kind], "fromDate": f"{since:%d/%m/%Y %H:%M:%S}"}
            try:
                rows = await self._list(self._account.sent_path, values)
            except _TooLarge:
                if window is windows[-1]:
                    raise
            else:
                # Among what cannot be read may be the one that is asked after: it is not sent again.
                _require_named(rows)
                return rows
        return []

    async def _list(self, path: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
        answer = await self._called(path, values, most=_LISTED_BYTES)
        if not answer.is_good:
            raise AxisSilent(f"trục từ chối danh sách: {answer.code}"[:500])
        try:
            lines = _lines_within(answer.members.get("data"))
        except NoLines as why:
            raise AxisSilent(f"danh sách của trục: {why}"[:500]) from why
        if lines.unread:
            # What stands there may be the one that is asked after: nothing is taken for "not there".
            raise AxisSilent(f"danh sách của trục có {lines.unread} dòng không đọc được")
        return lines.items

    async def _content(self, doc_id: str) -> Incoming | None:
        if not doc_id.isascii() or not doc_id.isprintable():
            raise AxisSilent("mã văn bản không gửi lại được")
        most = self._most_bytes * 3 // 2 + _ROOM
        try:
            answer = await self._called(self._account.content_path, {"docId": doc_id}, most=most)
            told = "".join(str(answer.members.get("data") or "").split())
            body = base64.b64decode(told, validate=True)
        except _TooLarge as large:
            return Incoming(f"{_FAIL}:{doc_id}", large.size, None)
        except binascii.Error as error:
            raise AxisSilent("trục trả nội dung không phải base64") from error
        if not answer.is_good or not body:
            _log.warning("axis_content_declined", code=answer.code)
            return None
        if len(body) > self._most_bytes:
            return Incoming(f"{_FAIL}:{doc_id}", len(body), None)
        return Incoming(f"{_DONE}:{doc_id}", len(body), body)

    async def _called(
        self, path: str, values: Mapping[str, str], *, most: int, body: bytes | None = None
    ) -> Answer:
        account = self._account
        content_type = "application/json" if body is None else "application/octet-stream"
        headers = headers_of(account, values, content_type=content_type, now=self._clock.now())
        data: Any = b"{}"
        if body is None:
            headers["Content-Type"] = content_type
        else:
            data = aiohttp.FormData()
            data.add_field("file_doc", body, filename="file_doc", content_type=content_type)
        answer = answer_of(await self._exchanged(f"{account.url}{path}", headers, data, most))
        if answer is None:
            raise AxisSilent("trục trả lời không đúng dạng")
        if answer.code in account.retry_codes:
            raise AxisSilent(f"{answer.code}: {answer.reason}"[:500])
        return answer

    async def _exchanged(self, url: str, headers: Mapping[str, str], data: Any, most: int) -> Any:
        seconds = self._account.timeout_seconds
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(5.0, seconds))
        try:
            async with self._session.post(
                url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK.
                    raise AxisSilent(f"HTTP {response.status}")
                raw = bytearray()
                async for chunk in response.content.iter_chunked(_ROOM):
                    raw += chunk
                    if len(raw) > most:
                        raise _TooLarge(max(response.content_length or 0, len(raw)))
            return orjson.loads(raw)
        except TimeoutError as error:
            raise AxisSilent("quá thời gian chờ") from error
        except (aiohttp.ClientError, orjson.JSONDecodeError) as error:
            raise AxisSilent(type(error).__name__) from error

    def _organ(self, organ: str) -> str:
        return written_organ(organ, old_form=self._old)


def _lines_within(told: Any) -> Lines:
    """Return the lines of a list, also of one that stands alone in an object of any name (bridges of XML)."""
    lines = lines_of(told)
    for _ in range(_DEEPEST):
        held = [*lines.first.values()] if len(lines.items) == 1 and lines.first else []
        if len(held) != 1 or not isinstance(said(held[0]), list | Mapping):
            break
        lines = lines_of(held[0])
    return lines


def _doc_id(row: Mapping[str, Any]) -> str:
    """Return a line's identifier, in whatever letters its name is spelled, as it must be sent back."""
    told = member(row, _DOC_ID)
    return told if isinstance(told, str) else text_told(row, _DOC_ID)


def _require_named(rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise `AxisSilent` where lines have no identifier: nobody can ask for them, yet they are there."""
    unnamed = sum(1 for row in rows if not _doc_id(row))
    if unnamed:
        raise AxisSilent(f"danh sách của trục có {unnamed} dòng không có {_DOC_ID}")


class _TooLarge(AxisSilent):
    """An answer larger than may be; of a list it is silence, of a document it is told."""

    def __init__(self, size: int) -> None:
        super().__init__("trục trả lời quá lớn")
        self.size = size
