"""Who sees what of a submission and who may decide: party and lead agency all members, others theirs."""

from datetime import date, datetime
from enum import StrEnum

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.standing import WORKING_ROLES

DECIDING_ROLES = ("ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "SIGNER")


class Sight(StrEnum):
    """How much of a submission somebody sees."""

    PARTY = "PARTY"
    LEAD = "LEAD"
    """Every member's place, no member's sealed content."""
    MEMBER = "MEMBER"
    """The own agency's members, and the bare order of the others."""
    SUPERVISOR = "SUPERVISOR"
    """As the lead agency, without the name."""


SLIP_READERS = frozenset({Sight.PARTY, Sight.LEAD})
"""Who may read the one slip."""


def sight_of(
    parent: Parent, caller: Caller, index: bytes | None, *, is_overseen: bool, now: datetime
) -> Sight:
    """Return how much this caller sees; raise `NotFound` for whoever may not know of it.

    `is_overseen`: whether the caller supervises an agency that has a part in it.
    """
    if caller.kind is CallerKind.PERSON:
        is_own = parent.owner_subject in caller.subjects
        is_party = is_own or (parent.submitter_subject in caller.subjects and is_spoken_for(parent, now))
        if is_party or (index is not None and index == parent.owner_index):
            return Sight.PARTY
        raise NotFound
    if caller.kind is CallerKind.STAFF and caller.has_role(*WORKING_ROLES):
        if caller.agency == parent.lead_now.code:
            return Sight.LEAD
        if caller.agency in parent.agencies:
            return Sight.MEMBER
    if is_overseen:
        return Sight.SUPERVISOR
    raise NotFound


def is_spoken_for(parent: Parent, now: datetime) -> bool:
    """Tell whether what the submitter acts under still holds; an owner's own submission needs nothing."""
    if parent.authority is not None:
        return parent.authority.holds(now)
    until = parent.brought.get("authorized_until")
    return until is None or Authority(valid_until=date.fromisoformat(until)).holds(now)


def require_lead_officer(parent: Parent, caller: Caller) -> None:
    """Raise `Forbidden` for whoever does not answer for the submission at its lead agency."""
    is_there = caller.kind is CallerKind.STAFF and caller.agency == parent.lead_now.code
    if not is_there or not caller.has_role(*DECIDING_ROLES):
        raise Forbidden


def require_lead_counter(parent: Parent, caller: Caller) -> None:
    """Raise `Forbidden` for whoever is not at the lead agency's counter, where form 01 is issued."""
    require_lead_officer(parent, caller)
    if not caller.has_role("ONE_STOP_OFFICER"):
        raise Forbidden


def require_withdrawer(parent: Parent, caller: Caller, sight: Sight) -> None:
    """Raise `Forbidden` unless it is the party, or the counter where it was handed in on paper."""
    if sight is Sight.PARTY:
        return
    if parent.origin != "COUNTER" or sight is not Sight.LEAD or not caller.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
