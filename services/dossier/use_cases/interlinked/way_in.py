"""What is handed in for a group, whichever way it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.dossier.domain.interlinked.carrying import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSubmission:
    """What is handed in for a group, whichever way it comes."""

    group_code: str
    channel: str
    owner: Mapping[str, Any]
    representative: Mapping[str, Any] | None = None
    helper: Mapping[str, Any] | None = None
    receiving_agency: str
    agencies: Mapping[str, str] = field(default_factory=dict)
    """Whose a member is, where the applicant chooses or several agencies work it; by procedure."""
    papers: Sequence[Paper] = ()
    form_data: Mapping[str, Any] = field(default_factory=dict)
    result_delivery: str = "COUNTER"
    authorization_id: UUID | None = None
