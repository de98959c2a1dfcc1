"""By whom the result is signed; on its way to the issue it is not withdrawn any more (T16)."""

from collections.abc import Collection

from services.dossier.domain.definitions import Process
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import ResultExists
from services.dossier.domain.holdings import DoneStep


def require_unsigned(dossier: Dossier, process: Process | None) -> None:
    """Raise `ResultExists` once a signed result waits to be issued."""
    if is_signed(dossier, process):
        raise ResultExists


def is_signed(dossier: Dossier, process: Process | None) -> bool:
    """Tell whether the result is signed and waits to be issued, also for its number or seal.

    A signature with a signer still ahead is a proposal's.
    """
    step = dossier.step
    if step is None or last_signed(dossier, process) is None:
        return False
    signers = {code for code, rule in (process.steps if process else {}).items() if rule.role == "SIGNER"}
    return step.role != "SIGNER" and signers.isdisjoint(_on_from({step.code}, process))


def last_signed(dossier: Dossier, process: Process | None) -> DoneStep | None:
    """Return the step at which it was signed last, None where nobody here has.

    A signature counts no more that the dossier went back from, to a step that leads to it: it is signed
    anew, or goes on by a way without it. What the process does not name leads nowhere.
    """
    been_at = {dossier.step.code} if dossier.step is not None else set()
    for item in reversed(dossier.done):
        if (item.role, item.outcome) == ("SIGNER", "DONE") and item.code not in _on_from(been_at, process):
            return item
        been_at.add(item.code)
    return None


def _on_from(codes: Collection[str], process: Process | None) -> set[str]:
    """Return these steps and every one they lead to."""
    found, ahead = set(codes), list(codes)
    while ahead:
        rule = process.steps.get(ahead.pop()) if process else None
        led_to = {to for to, _ in rule.next} - found if rule else set()
        found |= led_to
        ahead.extend(led_to)
    return found
