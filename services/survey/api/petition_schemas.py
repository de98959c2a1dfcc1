"""What petitions' routes take and answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from services.survey.api.schemas import Moment
from services.survey.domain.petitions.petition import (
    Petition,
    PetitionKind,
    PetitionStage,
    RejectReason,
    hints_of,
)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=10_000)]
Phone = Annotated[str, StringConstraints(pattern=r"^(0|\+84)\d{9}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewPetition(_Body):
    """A petition with who sends it: name, address and telephone are asked for by law (NĐ 20/2008)."""

    agency: str = Field(min_length=2, max_length=35)
    title: Line
    text: Words
    name: Line
    address: Line
    phone: Phone
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$")] | None = (
        None
    )
    dossier_code: str = Field(default="", max_length=64, pattern=r"^[0-9A-Za-z.\-]*$")
    keep_secret: StrictBool = Field(default=False, description="Đề nghị giữ bí mật, không công khai")

    def sender(self) -> dict[str, str]:
        """Return who sends it."""
        return {"name": self.name, "address": self.address, "phone": self.phone, "email": self.email or ""}


class PortalPetition(_Body):
    """A petition of the national portal's waiting list; its own number is the key."""

    portal_id: str = Field(min_length=1, max_length=100)
    agency: str = Field(min_length=2, max_length=35)
    title: str = Field(default="", max_length=1000)
    text: str = Field(min_length=1, max_length=20_000)
    name: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=500)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=254)
    beside: str = Field(
        default="", max_length=5_000, description="Cổng ghi thêm ngoài lời người gửi; chỉ để xem"
    )


class LookUp(_Body):
    """The reference of a petition and the code that was told when it was sent."""

    reference: str = Field(min_length=1, max_length=40)
    code: str = Field(min_length=1, max_length=40)


class Information(_Body):
    """What the agency asked for."""

    text: Words


class InformationByCode(LookUp, Information):
    """The same, of whoever has no account."""


class Rating(_Body):
    """Whether the answer helped; with `again` one who is not satisfied raises it once more."""

    is_satisfied: bool
    again: Words | None = None


class RatingByCode(LookUp, Rating):
    """The same, of whoever has no account."""


class Classification(_Body):
    """What it is about."""

    kind: PetitionKind


class Forwarding(_Body):
    """Where it belongs, and why."""

    agency: str = Field(min_length=2, max_length=35)
    reason: Words


class Question(_Body):
    """What is missing."""

    text: Words


class Rejection(_Body):
    """Why it is not taken, and in words where it may go."""

    reason: RejectReason
    text: Words


class Answer(_Body):
    """The agency's official answer."""

    text: Words


class Publication(_Body):
    """Petition and answer as everybody may read them, without anything of a person."""

    title: Line
    text: Words
    answer: Words


class OfficeShown(BaseModel):
    """An agency."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str


class SaidShown(BaseModel):
    """Something that was asked, added, answered."""

    what: str
    text: str
    at: Moment


class PetitionShown(BaseModel):
    """A petition as its sender sees it."""

    id: UUID
    reference: str
    state: PetitionStage
    kind: PetitionKind | None
    agency: OfficeShown
    title: str
    text: str
    said: list[SaidShown]
    received_at: Moment
    due_at: Moment | None
    closed_at: Moment | None
    reject_reason: RejectReason | None
    is_satisfied: bool | None
    published_at: Moment | None
    is_secret: bool = False
    publish_due_at: Moment | None = None
    version: int

    @classmethod
    def of(cls, one: Petition) -> "PetitionShown":
        """Return it; what agencies wrote to each other when it was sent on stays with them."""
        return cls(**_shown(one, inside=False))


class FiledPetition(PetitionShown):
    """A petition just sent; `code` is told this once: with the reference it opens it without an account."""

    code: str

    @classmethod
    def told(cls, one: Petition, code: str) -> "FiledPetition":
        """Return it with its code."""
        return cls(**_shown(one, inside=False), code=code)


class SenderShown(BaseModel):
    """Who sent it."""

    name: str
    address: str
    phone: str
    email: str


class ActShown(BaseModel):
    """Who did what."""

    model_config = ConfigDict(from_attributes=True)

    action: str
    by: str
    at: Moment


class PetitionAtWork(PetitionShown):
    """A petition as the officers of its agency see it; `hints`: what has a law of its own and is referred.

    `beside`: what the portal says besides the sender's words, as its list last had it.
    """

    source: str
    beside: str = ""
    sender: SenderShown | None
    dossier_code: str
    is_overdue: bool
    is_late: bool
    times_again: int
    hints: list[RejectReason]
    acts: list[ActShown]

    @classmethod
    def at_work(cls, one: Petition, acts: list[Any], now: datetime) -> "PetitionAtWork":
        """Return it with who sent it and what was done."""
        sender = one.words.get("sender")
        return cls(
            **_shown(one, inside=True),
            source=one.source,
            beside=one.words.get("beside", ""),
            sender=SenderShown(**sender) if sender else None,
            dossier_code=one.dossier_code,
            is_overdue=one.is_overdue(now),
            is_late=one.is_late,
            times_again=one.times_again,
            hints=hints_of([str(one.words.get("title", "")), str(one.words.get("text", ""))]),
            acts=[ActShown.model_validate(act) for act in acts],
        )


class PetitionLine(BaseModel):
    """A petition in a list: no words, no sender.

    `portal_id` is the number of one of the portal's, where its answer is given by hand: no service is known.
    """

    id: UUID
    reference: str
    source: str
    portal_id: str | None
    state: PetitionStage
    kind: PetitionKind | None
    agency: OfficeShown
    received_at: Moment
    due_at: Moment | None
    is_overdue: bool
    is_secret: bool = False
    publish_due_at: Moment | None = None
    is_publication_overdue: bool = False
    version: int

    @classmethod
    def of(cls, one: Petition, now: datetime) -> "PetitionLine":
        """Return its line."""
        return cls(
            id=one.id,
            reference=one.reference,
            source=one.source,
            portal_id=one.portal_id,
            state=one.stage,
            kind=one.kind,
            agency=OfficeShown.model_validate(one.office),
            received_at=one.received_at,
            due_at=one.due_at,
            is_overdue=one.is_overdue(now),
            is_secret=one.is_secret,
            publish_due_at=one.publish_due_at if one.published_at is None else None,
            is_publication_overdue=one.is_unpublished_late(now),
            version=one.version,
        )


class PublishedPetition(BaseModel):
    """A petition and its answer as everybody may read them."""

    id: UUID
    kind: PetitionKind | None
    agency: OfficeShown
    title: str
    text: str
    answer: str
    published_at: Moment

    @classmethod
    def of(cls, one: Petition) -> "PublishedPetition":
        """Return what was published; it is a text of its own and not the sender's."""
        return cls(id=one.id, kind=one.kind, published_at=one.published_at, **(one.published or {}))


def _shown(one: Petition, *, inside: bool) -> dict[str, Any]:
    said = [entry for entry in one.words.get("said", ()) if inside or entry["what"] != "FORWARDED"]
    return {
        "id": one.id,
        "reference": one.reference,
        "state": one.stage,
        "kind": one.kind,
        "agency": OfficeShown.model_validate(one.office),
        "title": one.words.get("title", ""),
        "text": one.words.get("text", ""),
        "said": [SaidShown(what=entry["what"], text=entry["text"], at=entry["at"]) for entry in said],
        "received_at": one.received_at,
        "due_at": one.answer_due_at if one.closed_at is None else None,
        "closed_at": one.closed_at,
        "reject_reason": one.reject_reason,
        "is_satisfied": one.is_satisfied,
        "published_at": one.published_at,
        "is_secret": one.is_secret,
        "publish_due_at": one.publish_due_at,
        "version": one.version,
    }
