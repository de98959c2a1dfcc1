"""Notify's unit of work in memory: what was planned and published, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.testing.fixed_clock import TUESDAY_MORNING
from kernel.testing.running import TEST_PII_KEY
from services.notify.domain.messages import Channel, Claimed, Message, Settlement, Text
from services.notify.domain.notices import Desk, Occurrence
from services.notify.domain.timing import QuietHours
from services.notify.store.templates import PackagedTemplates
from services.notify.use_cases.ports import House

SEALS = Sealer(TEST_PII_KEY)
TEMPLATES = PackagedTemplates()


@dataclass
class MemoryMessages:
    """Planned messages, and what was settled."""

    planned: list[Message] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)

    def add(self, messages: Sequence[Message]) -> None:
        self.planned += messages

    async def claim(self, channel: Channel, **_: Any) -> Sequence[Claimed]:
        raise NotImplementedError(channel)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        self.settled += settlements


@dataclass
class MemoryOptOuts:
    """Refusals by person."""

    refused: set[tuple[str, str]] = field(default_factory=set)
    changed_at: datetime | None = None

    async def of(self, subject: str) -> Sequence[str]:
        return sorted(category for who, category in self.refused if who == subject)

    async def has(self, subjects: Sequence[str], category: str) -> bool:
        return any((subject, category) in self.refused for subject in subjects)

    def replace(self, subject: str, categories: Sequence[str], *, now: datetime) -> None:
        self.refused = {one for one in self.refused if one[0] != subject}
        self.refused |= {(subject, category) for category in categories}
        self.changed_at = now


@dataclass
class MemoryWork:
    """One unit of work."""

    messages: MemoryMessages = field(default_factory=MemoryMessages)
    opt_outs: MemoryOptOuts = field(default_factory=MemoryOptOuts)
    events: list[Event] = field(default_factory=list)
    house: House = field(
        default_factory=lambda: House(
            "http://127.0.0.1:8000", "1022", QuietHours(time(21), time(7)), timedelta(hours=72)
        )
    )
    seals: Any = SEALS
    templates: Any = TEMPLATES
    inboxes: Any = None
    sent: Any = None

    def record(self, event: Event) -> None:
        self.events.append(event)


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
