"""Issues the one slip of a submission, and issues it anew where the owner is put right or the day moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from services.dossier.domain import papers
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.slip import (
    group_receipt,
    number_of,
    owner_words,
    standing,
    why_moved,
)
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
    """Queue a slip in the place of the one in force with the owner put right; return the one replaced.

    Nothing where no slip was issued, or where the lead's own dossier is destroyed already.
    """
    lead, _ = await work.dossiers.load(parent.lead.dossier_id)
    parties = parties_of(lead, work)
    if not parties.get("owner"):
        return None
    words = owner_words(changed, has_representative=bool(parties.get("representative")))
    return await _renew(parent, words, facts, work=work, now=now)


async def move_slip(
    parent: Parent, appointed: Mapping[str, str | None], *, work: Work, now: datetime
) -> UUID | None:
    """Queue a slip that carries the moved appointment in the place of the one in force; return that one."""
    facts = [["Hẹn lại", why_moved(parent, appointed)]] if appointed["previous_due_at"] else []
    return await _renew(parent, {}, facts, work=work, now=now)


async def _renew(
    parent: Parent, words: Mapping[str, str], facts: list[list[str]], *, work: Work, now: datetime
) -> UUID | None:
    """Issue the slip anew from what the last one said: a word put right once is not written wrongly again."""
    replaced = await work.papers.in_force(parent.id, PaperKind.GROUP_RECEIPT)
    said = work.seals.open(replaced.content_sealed, purpose="paper") if replaced else None
    if replaced is None or not isinstance(said, dict):
        return None
    instead = f"Giấy ban hành {papers.local_text(replaced.issued_at)}"
    content = {**said, **words, **standing(parent), "facts": [["Thay thế", instead], *facts]}
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
        "place_and_date": papers.written_date(now, parent.lead.agency_now),
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
