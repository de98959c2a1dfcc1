"""Dossiers as the dossier service would tell of them, an event a change."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.gateway.domain.portal.telling.ledger import STATUS_OF_STATE

EIGHT = datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)
PROCEDURE = {"code": "1.004873", "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "sector": "G15-TP07"}
AGENCY = {"code": "H99.201", "name": "Ủy ban nhân dân phường Bến Lam"}

_ENDED = {"RESULT_READY", "RETURNED", "ARCHIVED"}
OUTSIDE = {
    "source": "BNV-TTHC",
    "outside_code": "G05-260303-0000123",
    "outcome": "RESULT",
    "last_at": "2026-03-05T08:00:00+07:00",
}


@dataclass
class ADossier:
    """A dossier as the dossier service would tell it, one event a change."""

    origin: str = "HERE"
    id: UUID = field(default_factory=uuid4)
    code: str = ""
    portal_code: str | None = None
    procedure: dict[str, str] = field(default_factory=lambda: dict(PROCEDURE))
    state: str = ""
    version: int = 0
    at: datetime = EIGHT
    accepted_at: datetime | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    recalled: list[dict[str, Any]] = field(default_factory=list)
    route: str = "PROVINCE"
    views: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.code = self.code or f"H99.201-260303-{self.id.int % 10_000_000:07d}"
        if self.origin != "COUNTER":
            self.went("submitted", "SUBMITTED")

    def went(self, name: str, state: str = "", *, after_minutes: int = 5) -> "ADossier":
        """Let something happen to it."""
        before, self.state = self.state or None, state or self.state
        self.version += 1
        self.at += timedelta(minutes=after_minutes)
        if name == "accepted":
            self.accepted_at = self.at
        self._tell(name, before)
        return self

    def went_to(self, route: str) -> "ADossier":
        """Let its route be changed."""
        self.route = route
        self.went("work_noted")
        self.events[-1].data["change"]["noted"] = "ROUTE_CHANGED"
        return self

    def to_the_end(self) -> "ADossier":
        """Accept, hand over, issue and return."""
        self.went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
        return self.went("result_issued", "RESULT_READY").went("returned", "RETURNED")

    def _tell(self, name: str, before: str | None) -> None:
        shown = {
            "dossier_id": str(self.id),
            "reference": f"R-{self.id.hex[:8].upper()}",
            "dossier_code": self.code if self.accepted_at else None,
            "portal_code": self.portal_code,
            "origin": self.origin,
            "channel": "ONLINE",
            "route": self.route,
            "procedure": self.procedure,
            "procedure_version": 1,
            "helping_agency": AGENCY,
            "receiving_agency": AGENCY,
            "competent_agency": AGENCY,
            "state": self.state,
            "portal_status": STATUS_OF_STATE[self.state],
            "submitted_at": EIGHT.isoformat(),
            "accepted_at": self.accepted_at.isoformat() if self.accepted_at else None,
            "due_at": "2026-03-06T17:00:00+07:00" if self.accepted_at else None,
            "original_due_at": None,
            "ended_at": self.at.isoformat() if self.state in _ENDED else None,
            "clock": "RUNNING",
            "step": None,
            "owner_masked": "Nguyễn V*** A***",
            "owner_subject": None,
            "submitter_subject": None,
            "secret_hash": None,
            "contact": "sealed",
            "result_delivery": "COUNTER",
            "version": self.version,
        }
        change = {
            "at": self.at.isoformat(),
            "actor": {"kind": "staff", "name": "Bùi Thị Lan"},
            "from_state": before,
            "note": "",
            "papers": [],
        }
        if name.endswith("_elsewhere"):
            change["outside"] = OUTSIDE
        self.events.append(
            Event(
                type=f"dossier.{name}.v1",
                key=str(self.id),
                sequence=self.version,
                data={"dossier": shown, "change": change},
                occurred_at=self.at,
            )
        )
        self.views[self.version] = {
            **shown,
            "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
            "fees": [{"name": "Lệ phí", "amount": 15000}],
            "attachments": self.attachments,
            "results": self.results,
            "recalled_results": list(self.recalled),
            "supplements": [],
            "progress": [
                {"version": self.version, "at": self.at.isoformat(), "officer": "Bùi Thị Lan", "text": name}
            ],
            "returned_at": self.at.isoformat() if self.state == "RETURNED" else None,
            "note": "",
            "evidence": {"is_vneid_verified": True},
        }
