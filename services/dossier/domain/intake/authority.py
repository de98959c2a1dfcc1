"""By what right somebody files for an owner: a recorded authorisation, a paper that was shown, or the law."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kernel.core.clock import VIETNAM
from services.dossier.domain.intake.limits import limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Until when a submitter speaks for the owner; a recorded one may end before."""

    valid_until: date
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether the submitter still speaks for the owner."""
        return self.revoked_at is None and at.astimezone(VIETNAM).date() <= self.valid_until


def needs_paper(owner: Mapping[str, Any], representative: Mapping[str, Any] | None) -> bool:
    """Tell whether who acts has to show an authorisation.

    A child that has no number yet is spoken for by its parents without one (Bộ luật Dân sự 2015 Đ.136).
    """
    return representative is not None and owner.get("identity_type") != "NEWBORN"


def paper_faults(representative: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """Return what a paper authorisation lacks: what it covers, until when, and the paper itself."""
    faults = []
    if not representative.get("authorization_attachment_id"):
        faults.append(("authorization_attachment_id", "Cần bản chụp văn bản ủy quyền"))
    if not str(representative.get("scope") or "").strip():
        faults.append(("scope", "Phải ghi phạm vi ủy quyền"))
    until = representative.get("valid_until")
    if until is None:
        faults.append(("valid_until", "Phải ghi thời hạn ủy quyền"))
    elif until < today:
        faults.append(("valid_until", "Văn bản ủy quyền đã hết hạn"))
    elif until.year > today.year + limit("authorization_years", today):
        faults.append(("valid_until", "Thời hạn ủy quyền không hợp lý"))
    return [(f"representative.{name}", said) for name, said in faults]
