"""What a publication decision would do, and did."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.publishing.models.basics import ProcedureDifferenceAnswer
from services.catalog.api.publishing.models.decisions import DecisionAnswer, ItemAnswer, item_answer
from services.catalog.use_cases.publishing.deciding import Preview


class RefusalAnswer(BaseModel):
    """Why an item cannot be published."""

    code: str
    text: str


class VersionDays(BaseModel):
    """A version that would be published and its days."""

    version: int
    agency: str
    valid_from: date
    valid_to: date | None
    visibility: str


class VersionEnd(BaseModel):
    """A published version and its new last day; null: it will not apply on any day."""

    version: int
    agency: str
    valid_to: date | None


class DossierEffect(BaseModel):
    """What becomes of dossiers: running ones keep the version they were accepted under."""

    new_dossiers: Literal["NEW_VERSION", "NOT_ACCEPTED"]
    running_dossiers: Literal["KEEP_THEIR_VERSION"]
    on: date


class PreviewItem(ItemAnswer):
    """What one item would do."""

    reasons: list[RefusalAnswer]
    differences: list[ProcedureDifferenceAnswer]
    opens: list[VersionDays]
    ends: list[VersionEnd]
    dossiers: DossierEffect


class PreviewAnswer(BaseModel):
    """What publishing would do."""

    decision_id: UUID
    publishable: bool
    warning: str
    items: list[PreviewItem]

    @classmethod
    def of(cls, preview: Preview) -> "PreviewAnswer":
        """Return a preview."""
        return cls(
            decision_id=preview.decision.id,
            publishable=preview.is_sound,
            warning=preview.warning,
            items=[
                PreviewItem(
                    **item_answer(one.judged.item).model_dump(),
                    reasons=[RefusalAnswer(code=code, text=text) for code, text in one.judged.reasons],
                    differences=[ProcedureDifferenceAnswer(**part) for part in one.differences],
                    opens=[VersionDays(**part) for part in one.versions],
                    ends=[VersionEnd(**part) for part in one.endings],
                    dossiers=DossierEffect(
                        new_dossiers="NOT_ACCEPTED"
                        if one.judged.item.kind in {"ABOLISHED", "REPLACED"}
                        else "NEW_VERSION",
                        running_dossiers="KEEP_THEIR_VERSION",
                        on=preview.decision.effective_on,
                    ),
                )
                for one in preview.items
            ],
        )


class PublishedVersion(BaseModel):
    """A version that was published."""

    code: str
    version: int
    agency: str
    valid_from: date
    valid_to: date | None
    visibility: str


class PublicationAnswer(DecisionAnswer):
    """A published decision and what came of it."""

    versions: list[PublishedVersion]
