"""Issues the one slip of a submission, and issues it anew where what it says of the owner was put right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from services.dossier.domain import papers
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.slip import group_receipt, number_of
from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.secrets import look_up_secret


def issue_slip(parent: Parent, lead: Dossier, *, officer: str, work: Work, now: datetime) -> None:
    """Queue the slip of a submission whose lead was accepted and whose appointment stands."""
    _keep(parent, _content(parent, lead, parties_of(lead, work), officer, work), work=work, now=now)


async def issue_first_slip(parent: Parent, *, work: Work, now: datetime) -> None:
    """Queue the slip once the lead agency has accepted, signed by who issued the lead's own form 01."""
    lead, _ = await work.dossiers.load(parent.lead.dossier_id)
    own = await work.papers.in_force(lead.id, PaperKind.RECEIPT)
    said = work.seals.open(own.content_sealed, purpose="paper") if own else None
    officer = str(said.get("officer", "")) if isinstance(said, dict) else ""
    issue_slip(parent, lead, officer=officer, work=work, now=now)


async def correct_slip(
    parent: Parent, changed: Mapping[str, Any], facts: list[list[str]], *, work: Work, now: datetime
) -> UUID | None:
    """Queue a slip in the place of the one in force, saying what it replaces; return the one replaced.

    Nothing where no slip was issued, or where the lead's own dossier is destroyed already.
    """
    replaced = await work.papers.in_force(parent.id, PaperKind.GROUP_RECEIPT)
    lead, _ = await work.dossiers.load(parent.lead.dossier_id)
    parties = parties_of(lead, work)
    if replaced is None or not parties.get("owner"):
        return None
    said = work.seals.open(replaced.content_sealed, purpose="paper")
    officer = str(said.get("officer", "")) if isinstance(said, dict) else ""
    content = _content(parent, lead, {**parties, "owner": {**parties["owner"], **changed}}, officer, work)
    content["facts"] = [["Thay thế", f"Giấy ban hành {papers.local_text(replaced.issued_at)}"], *facts]
    _keep(parent, content, work=work, now=now)
    work.papers.supersede(replaced.id, by=parent.slips[-1], at=now)
    return replaced.id


def told_slip(parent: Parent) -> list[dict[str, str]]:
    """Return the slip in force as events name a paper."""
    return [{"kind": PaperKind.GROUP_RECEIPT.value, "paper_id": str(one)} for one in parent.slips[-1:]]


def _content(
    parent: Parent, lead: Dossier, parties: dict[str, Any], officer: str, work: Work
) -> dict[str, Any]:
    return group_receipt(
        parent,
        lead,
        parties=parties,
        officer=officer,
        look_up=work.policy.public_url,
        secret=look_up_secret(work.seals, parent.id),
    )


def _keep(parent: Parent, content: dict[str, Any], *, work: Work, now: datetime) -> None:
    number = number_of(parent)
    printed = {
        "number": number,
        "issued_at": papers.local_text(now),
        "place_and_date": papers.written_date(now, parent.lead_agency),
    }
    paper = Paper(
        id=new_id(),
        dossier_id=parent.id,
        kind=PaperKind.GROUP_RECEIPT,
        number=number,
        legal_set=work.legal_sets.on(now).code,
        issued_at=now,
        issued_by=content["officer"],
        content={**content, **printed},
    )
    work.papers.add(paper)
    parent.slips = (*parent.slips, paper.id)
