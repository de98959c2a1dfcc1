"""What is sent and answered about dossiers worked elsewhere."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, StringConstraints, model_validator

from services.dossier.api.moments import MomentAsTold
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Code, Name, Note, Reason

OutsideCode = Annotated[str, StringConstraints(strict=True, min_length=3, max_length=64, pattern=r"^\S+$")]
Secret = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z]{6,32}$")]


class MirrorIn(Strict):
    """One status of a dossier another system works; `at` is that system's own time of it."""

    source: Code
    outside_code: OutsideCode
    route: Literal["MINISTRY", "SECTOR"]
    procedure_code: Code
    agency: Code
    owner_name: Name
    submitted_at: MomentAsTold
    accepted_at: MomentAsTold | None = None
    due_at: MomentAsTold | None = None
    status: Annotated[StrictInt, Field(ge=1, le=10)]
    status_text: Note = ""
    at: MomentAsTold
    secret: Secret | None = None


class MirrorKept(BaseModel):
    """Whether the mirror is new, gained a status, or knew it."""

    outcome: Literal["created", "added", "repeated"]
    mirror_id: UUID


class MirrorStatus(BaseModel):
    """A status with its source's time and when it came here."""

    status: int
    state: str
    text: str
    at: datetime
    received_at: datetime | None


class MirrorOut(BaseModel):
    """A dossier worked elsewhere; `dossier_id` is ours where its route was changed."""

    mirror_id: UUID
    source: str
    outside_code: str
    route: str
    dossier_id: UUID | None
    procedure: dict[str, str]
    agency: dict[str, str]
    owner_name: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    present: MirrorStatus
    statuses: list[MirrorStatus]


class MirrorPage(BaseModel):
    """One page of mirrors."""

    items: list[MirrorOut]
    next_cursor: str | None = None


class RouteChangeIn(Strict):
    """Who goes on with a running dossier, and why; PROVINCE takes it back."""

    route: Literal["PROVINCE", "MINISTRY", "SECTOR"]
    source: Code | None = None
    outside_code: OutsideCode | None = None
    note: Reason

    @model_validator(mode="after")
    def _names_the_other(self) -> "RouteChangeIn":
        named: list[Any] = [self.source, self.outside_code]
        if (self.route == "PROVINCE") is all(named) or (self.route == "PROVINCE" and any(named)):
            raise ValueError(
                "Phải nêu hệ thống và mã hồ sơ ở hệ thống đó khi chuyển đi, không nêu khi nhận lại"
            )
        return self
