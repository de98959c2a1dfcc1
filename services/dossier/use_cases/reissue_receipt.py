"""Issues form 01 anew in the place of the one in force, saying what it replaces and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain import papers
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.papers import PaperKind
from services.dossier.use_cases.ports import Grounds, SubmittedComponent, Work
from services.dossier.use_cases.receive_dossier import issue
from services.dossier.use_cases.secrets import look_up_secret


@dataclass(frozen=True, slots=True)
class Reissued:
    """The new form 01 as events name it, and the one that no longer counts."""

    paper: tuple[str, UUID]
    superseded: UUID | None


async def reissue_receipt(
    dossier: Dossier,
    grounds: Grounds,
    components: Sequence[SubmittedComponent],
    *,
    parties: dict[str, Any],
    correction: str,
    by: Caller | None,
    work: Work,
    now: datetime,
) -> Reissued | None:
    """Queue the new form 01; without `by` in the name of who issued the old one, None where there is none."""
    replaced = await work.papers.in_force(dossier.id, PaperKind.RECEIPT)
    if by is None and replaced is None:
        return None
    said = work.seals.open(replaced.content_sealed, purpose="paper") if replaced and by is None else None
    officer = str(said.get("officer", "")) if isinstance(said, dict) else ""
    content = papers.receipt(
        dossier,
        grounds.procedure,
        account=grounds.account,
        parties=parties,
        components=[{"name": item.name, "form": item.form} for item in components],
        officer=by.name if by else officer,
        look_up=work.policy.public_url,
        secret=look_up_secret(work.seals, dossier.id),
    )
    if replaced is not None:
        instead = f"Giấy ban hành {papers.local_text(replaced.issued_at)}"
        content["facts"] = [["Thay thế", instead], ["Nội dung đính chính", correction]]
    earlier = int(replaced is not None)
    paper = issue(work, dossier, PaperKind.RECEIPT, content, by=by or officer, now=now, earlier=earlier)
    if replaced is not None:
        work.papers.supersede(replaced.id, by=paper[1], at=now)
    return Reissued(paper, replaced.id if replaced else None)
