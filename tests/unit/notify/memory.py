"""Notify's stores in memory: reads see what was committed, a commit is all or nothing.

`tests/conformance/notify` runs the same suite on this and on PostgreSQL, so that the fake tells the truth.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.testing.fixed_clock import TUESDAY_MORNING
from kernel.testing.running import TEST_PII_KEY
from services.notify.domain.messages import Channel, Claimed, Message, MessageState, Settlement, Text
from services.notify.domain.notices import Desk, Occurrence
from services.notify.domain.timing import QuietHours
from services.notify.store.templates import PackagedTemplates
from services.notify.use_cases.ports import House, InboxItem, Place, SentMessage

SEALS = Sealer(TEST_PII_KEY)
TEMPLATES = PackagedTemplates()
HOUSE = House("http://127.0.0.1:8000", "1022", QuietHours(time(21), time(7)), timedelta(hours=72))
_UNDONE = {MessageState.PLANNED, MessageState.SENDING, MessageState.FAILED_TEMPORARY}


@dataclass(kw_only=True)
class Row:
    """A message with what its sending added."""

    planned: Message
    state: MessageState
    due_at: datetime | None
    sent_at: datetime | None
    reason: str
    provider_id: str | None = None
    attempts: int = 0
    lease: UUID | None = None
    version: int = 1

    @property
    def occurrence(self) -> tuple[UUID, str, str, str]:
        """What may be told once only."""
        one = self.planned
        return one.event_id, one.recipient_key, one.template, one.channel


@dataclass
class MemoryDatabase:
    """What was committed."""

    rows: dict[UUID, Row] = field(default_factory=dict)
    readings: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    opt_outs: set[tuple[str, str]] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator["MemoryWork"]:
        """Open a unit of work; leaving without an error commits it."""
        work = MemoryWork(self)
        yield work
        work.commit()


class MemoryMessages:
    """Messages of one unit of work; `planned` and `settled` are what it queued."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self.planned: list[Message] = []
        self.settled: list[Settlement] = []

    def add(self, messages: Sequence[Message]) -> None:
        self.planned += messages
        self._work.queue(lambda: None, lambda: [self._plan(message) for message in messages])

    def _plan(self, message: Message) -> None:
        rows = self._work.database.rows
        row = Row(
            planned=message,
            state=message.state,
            due_at=message.not_before if message.state is MessageState.PLANNED else None,
            sent_at=message.created_at if message.state is MessageState.SENT else None,
            reason=message.reason,
        )
        if message.id not in rows and row.occurrence not in {one.occurrence for one in rows.values()}:
            rows[message.id] = row

    async def claim(
        self, channel: Channel, *, at_most: int, now: datetime, lease: timedelta
    ) -> Sequence[Claimed]:
        due = [
            row
            for row in self._work.database.rows.values()
            if row.planned.channel is channel and row.state in _UNDONE and row.due_at and row.due_at <= now
        ]
        token = new_id()
        taken = sorted(due, key=lambda row: row.due_at or now)[:at_most]
        for row in taken:
            row.state, row.lease, row.due_at = MessageState.SENDING, token, now + lease
            row.attempts += 1
            row.version += 1
        return [_claimed(row) for row in taken]

    def settle(self, settlements: Sequence[Settlement]) -> None:
        self.settled += settlements
        self._work.queue(
            lambda: [self._check(one.message) for one in settlements],
            lambda: [self._settle(one) for one in settlements],
        )

    def _check(self, held: Claimed) -> None:
        row = self._work.database.rows.get(held.id)
        if row is None or (row.lease, row.version) != (held.lease, held.version):
            raise Stale

    def _settle(self, one: Settlement) -> None:
        row = self._work.database.rows[one.message.id]
        row.state, row.reason, row.provider_id = one.state, one.reason, one.provider_id
        row.sent_at, row.due_at, row.lease = one.sent_at, one.due_at, None
        row.version += 1


def _claimed(row: Row) -> Claimed:
    message = row.planned
    assert row.lease is not None
    return Claimed(
        id=message.id,
        event_id=message.event_id,
        lease=row.lease,
        channel=message.channel,
        address=message.address,
        text=message.text,
        template=message.template,
        template_version=message.template_version,
        dossier_id=message.dossier_id,
        attempts=row.attempts,
        version=row.version,
    )


class MemoryInboxes:
    """What people read."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def page(
        self,
        keys: Sequence[str],
        *,
        subjects: Sequence[str],
        unread_only: bool,
        before: Place | None,
        limit: int,
    ) -> Sequence[InboxItem]:
        database = self._work.database

        def read_at(message_id: UUID) -> datetime | None:
            moments = [
                at for (one, who), at in database.readings.items() if one == message_id and who in subjects
            ]
            return min(moments, default=None)

        found = [
            row.planned
            for row in database.rows.values()
            if row.planned.channel is Channel.IN_APP
            and row.planned.recipient_key in keys
            and (before is None or (row.planned.event_id, row.planned.id) < (before.event_id, before.id))
            and not (unread_only and read_at(row.planned.id))
        ]
        newest = sorted(found, key=lambda message: (message.event_id, message.id), reverse=True)
        return [
            InboxItem(
                id=message.id,
                event_id=message.event_id,
                dossier_id=message.dossier_id,
                template=message.template,
                text=message.text,
                created_at=message.created_at,
                read_at=read_at(message.id),
            )
            for message in newest[:limit]
        ]

    async def holds(self, message_id: UUID, keys: Sequence[str]) -> bool:
        row = self._work.database.rows.get(message_id)
        return row is not None and row.planned.channel is Channel.IN_APP and row.planned.recipient_key in keys

    def mark_read(self, message_id: UUID, *, subject: str, now: datetime) -> None:
        readings = self._work.database.readings
        self._work.queue(lambda: None, lambda: readings.setdefault((message_id, subject), now))


class MemorySentMessages:
    """What was sent about dossiers."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def about(self, dossier_id: UUID, *, agency: str | None) -> Sequence[SentMessage]:
        found = [
            row
            for row in self._work.database.rows.values()
            if row.planned.dossier_id == dossier_id and (agency is None or agency in row.planned.agencies)
        ]
        return [_sent(row) for row in sorted(found, key=lambda row: (row.planned.event_id, row.planned.id))]


def _sent(row: Row) -> SentMessage:
    message = row.planned
    return SentMessage(
        id=message.id,
        template=message.template,
        template_version=message.template_version,
        channel=message.channel.value,
        recipient_masked=message.address_masked,
        state=row.state.value,
        reason=row.reason,
        skipped=[{"channel": skip.channel.value, "reason": skip.reason} for skip in message.skipped],
        attempts=row.attempts,
        not_before=message.not_before,
        created_at=message.created_at,
        sent_at=row.sent_at,
        provider_id=row.provider_id,
        version=row.version,
    )


class MemoryOptOuts:
    """Refusals by person."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        held: dict[str, list[str]] = {}
        for who, category in sorted(self._work.database.opt_outs):
            if who in subjects:
                held.setdefault(who, []).append(category)
        return held

    async def has(self, subjects: Sequence[str], category: str) -> bool:
        return any((subject, category) in self._work.database.opt_outs for subject in subjects)

    def replace(self, subjects: Sequence[str], categories: Sequence[str], *, now: datetime) -> None:
        self._work.queue(lambda: None, lambda: self._replace(subjects, categories))

    def _replace(self, subjects: Sequence[str], categories: Sequence[str]) -> None:
        kept = {one for one in self._work.database.opt_outs if one[0] not in subjects}
        chosen = {(subject, category) for subject in subjects for category in categories}
        self._work.database.opt_outs = kept | chosen


class MemoryWork:
    """One unit of work: what it wrote is there after `commit`, or not at all."""

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self.database = database or MemoryDatabase()
        self.messages = MemoryMessages(self)
        self.inboxes = MemoryInboxes(self)
        self.sent = MemorySentMessages(self)
        self.opt_outs = MemoryOptOuts(self)
        self.events: list[Event] = []
        self.house = HOUSE
        self.seals: Any = SEALS
        self.templates: Any = TEMPLATES
        self._queued: list[tuple[Callable[[], object], Callable[[], object]]] = []

    def record(self, event: Event) -> None:
        self.events.append(event)

    def queue(self, check: Callable[[], object], apply: Callable[[], object]) -> None:
        """Keep a write for the commit: `check` raises what forbids it, `apply` makes it."""
        self._queued.append((check, apply))

    def commit(self) -> None:
        """Make every write, or raise and make none."""
        for check, _ in self._queued:
            check()
        for _, apply in self._queued:
            apply()
        self.database.events += self.events
        self._queued = []


def an_occurrence(
    event_type: str, *, phone: str = "0912345678", email: str = "an@thu.example", **changed: Any
) -> Occurrence:
    """Return what happened to a dossier of a signed-in citizen, waiting at a specialist's desk."""
    facts = {
        "code": "H99.201-261117-0001",
        "procedure": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "agency": "Ủy ban nhân dân phường Bến Lam",
        "competent_agency": "Ủy ban nhân dân phường Bến Lam",
        "submitted_at": TUESDAY_MORNING,
        "accepted_at": TUESDAY_MORNING,
        "due_at": TUESDAY_MORNING,
        "step": {"name": "Thẩm định", "due_at": None},
        "at": TUESDAY_MORNING,
        "officer": "Bùi Thị Lan",
        "note": "",
        "supplement": None,
        "result": None,
        "legal_basis": "",
        "previous_due_at": None,
        "delivery": "",
        "expires_at": TUESDAY_MORNING,
    }
    occurrence = Occurrence(
        event_id=new_id(),
        type=event_type,
        occurred_at=TUESDAY_MORNING,
        dossier_id=new_id(),
        contact=SEALS.seal({"name": "An", "phone": phone, "email": email}, purpose="contact"),
        subjects=("cong-dan-an",),
        step=Desk("H99.201", "chuyen-mon", "SPECIALIST"),
        one_stop=Desk("H99.201", role="ONE_STOP_OFFICER"),
        agencies=("H99.201",),
        facts=facts,
        sealed_facts={},
    )
    return replace(occurrence, **changed)


def a_claimed(channel: Channel = Channel.SMS, *, attempts: int = 1, **changed: Any) -> Claimed:
    """Return a message in a worker's hand."""
    claimed = Claimed(
        id=UUID(int=1),
        event_id=UUID(int=2),
        lease=UUID(int=3),
        channel=channel,
        address="0912345678",
        text=Text("Tiêu đề", "noi dung"),
        template="dossier-accepted",
        template_version=1,
        dossier_id=UUID(int=4),
        attempts=attempts,
        version=2,
    )
    return replace(claimed, **changed)
