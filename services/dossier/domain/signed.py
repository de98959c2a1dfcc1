"""Whether the result is signed and waits on its way to the issue: it is not withdrawn any more (T16)."""

from collections.abc import Collection

from services.dossier.domain.definitions import Process
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import ResultExists


def require_unsigned(dossier: Dossier, process: Process | None) -> None:
    """Raise `ResultExists` once a signed result waits to be issued."""
    if is_signed(dossier, process):
        raise ResultExists


def is_signed(dossier: Dossier, process: Process | None) -> bool:
    """Tell whether the result is signed and waits to be issued, also for its number or seal.

    A signature with a signer still ahead is a proposal's; one the dossier went back from to be signed anew
    counts no more. What the process does not name leads nowhere.
    """
    step = dossier.step
    signed = [
        place for place, item in enumerate(dossier.done) if (item.role, item.outcome) == ("SIGNER", "DONE")
    ]
    if step is None or not signed:
        return False
    last = signed[-1]
    been_at = {item.code for item in dossier.done[last + 1 :]} | {step.code}
    signers = {code for code, rule in (process.steps if process else {}).items() if rule.role == "SIGNER"}
    is_to_be_signed = step.role == "SIGNER" or not signers.isdisjoint(_on_from({step.code}, process))
    return not is_to_be_signed and dossier.done[last].code not in _on_from(been_at, process)


def _on_from(codes: Collection[str], process: Process | None) -> set[str]:
    """Return these steps and every one they lead to."""
    found, ahead = set(codes), list(codes)
    while ahead:
        rule = process.steps.get(ahead.pop()) if process else None
        led_to = {to for to, _ in rule.next} - found if rule else set()
        found |= led_to
        ahead.extend(led_to)
    return found
