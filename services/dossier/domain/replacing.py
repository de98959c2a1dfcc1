"""Who may replace a file of a dossier, and when: before a decision was made on what it says."""

from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.standing import is_party, sits_at
from services.dossier.domain.states import State

_BY_PARTY = frozenset({State.SUBMITTED, State.INTAKE_SUPPLEMENT, State.SUPPLEMENT_REQUESTED})
"""The applicant's files are the applicant's until somebody works with them, and when they were asked for."""
_BY_OFFICER = _BY_PARTY | {State.ACCEPTED, State.PROCESSING}
_RESULT = "RESULT"


def may_replace(dossier: Dossier, purpose: str, caller: Caller, identity_index: bytes | None) -> bool:
    """Tell whether a file of this purpose is this caller's to replace: a result is recalled, not replaced."""
    if purpose == _RESULT:
        return False
    return is_party(dossier, caller, identity_index) or any(
        sits_at(dossier, caller, role="ONE_STOP_OFFICER", unit="", agency=agency.code)
        for agency in (dossier.receiving_agency, dossier.helping_agency)
    )


def takes_files(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the dossier stands where its files may still change."""
    return dossier.state in (_BY_PARTY if caller.kind is CallerKind.PERSON else _BY_OFFICER)
