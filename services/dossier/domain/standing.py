"""Who somebody is to a dossier: party, colleague, supervisor; at which desk they sit, whose step it is."""

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import NotFound
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Consultation, Step
from services.dossier.domain.mandates import Mandate

WORKING_ROLES = (
    "ONE_STOP_OFFICER",
    "ONE_STOP_MANAGER",
    "SPECIALIST",
    "TEAM_LEAD",
    "SIGNER",
    "CLERK",
    "CASHIER",
)


def is_party(dossier: Dossier, caller: Caller, identity_index: bytes | None = None) -> bool:
    """Tell whether the caller is the owner, or the submitter while an authority holds.

    An owner is also known by identity number.
    """
    if caller.kind is not CallerKind.PERSON:
        return False
    if dossier.owner_subject in caller.subjects:
        return True
    if dossier.submitter_subject in caller.subjects and dossier.is_spoken_for:
        return True
    return identity_index is not None and identity_index == dossier.owner_index


def is_colleague(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller works at an agency that takes part in the dossier."""
    is_working = caller.kind is CallerKind.STAFF and caller.has_role(*WORKING_ROLES)
    if is_working and caller.agency in dossier.agencies:
        return True
    mandate = dossier.acting
    return mandate is not None and mandate.agency in dossier.agencies and _covers(mandate, dossier)


def _covers(mandate: Mandate, dossier: Dossier) -> bool:
    return any(mandate.covers(role, dossier.procedure_code) for role in WORKING_ROLES)


def is_supervisor(caller: Caller) -> bool:
    """Tell whether the caller supervises: reads what happens, without names and papers."""
    return caller.kind is CallerKind.STAFF and caller.has_role("SUPERVISOR")


def require_sight(dossier: Dossier, caller: Caller, identity_index: bytes | None) -> None:
    """Raise `NotFound` for whoever may not know of the dossier: no telling that it exists."""
    if not is_party(dossier, caller, identity_index) and not is_colleague(dossier, caller):
        raise NotFound


def sits_at_step(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the office step is one of the caller's role and unit, whoever holds it."""
    return dossier.step is not None and sits_where(dossier.step, dossier, caller)


def sits_where(step: Step, dossier: Dossier, caller: Caller) -> bool:
    """Tell whether a step, the present one or another, is an office's of the caller's role and unit."""
    return step.kind == "OFFICE" and sits_at(
        dossier, caller, role=step.role, unit=step.unit, agency=step.agency
    )


def is_held_by(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller holds the step, in their own place or in its holder's."""
    holder = dossier.step.holder if dossier.step else None
    mandate = dossier.acting
    names = {caller.subject} | ({mandate.giver} if mandate and mandate.giver else set())
    return holder is not None and holder.subject in names


def is_held_by_another(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the step is somebody else's."""
    is_held = dossier.step is not None and dossier.step.holder is not None
    return is_held and not is_held_by(dossier, caller)


def sits_at(dossier: Dossier, caller: Caller, *, role: str, unit: str, agency: str) -> bool:
    """Tell whether the caller holds this role in this unit (any, when empty) of this agency.

    An agency that ended is who continues it. What is delegated counts at the giver's place.
    """
    if caller.kind is not CallerKind.STAFF:
        return False
    now, unit = dossier.now_at(agency), dossier.unit_at(unit, agency)
    if caller.has_role(role) and caller.agency == now and unit in {"", caller.unit}:
        return True
    mandate = dossier.acting
    return (
        mandate is not None
        and mandate.covers(role, dossier.procedure_code)
        and dossier.now_at(mandate.agency) == now
        and unit in {"", mandate.unit}
    )


def opinions_of(dossier: Dossier, caller: Caller) -> list[Consultation]:
    """Return the open opinions that the caller is asked for."""
    return [
        item
        for item in dossier.consultations
        if item.state == "OPEN"
        and sits_at(dossier, caller, role=item.role, unit=item.unit, agency=item.agency)
    ]
