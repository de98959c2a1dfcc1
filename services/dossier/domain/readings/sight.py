"""Who may ask who looked: supervisors, of the officers they supervise; the province's own of everybody's."""

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden
from services.dossier.domain.standing import is_supervisor


def readers_seen(by: Caller, *, is_provincial: bool) -> str:
    """Return whose officers' readings a caller sees: an agency and those below it, empty for everybody's.

    Raises `Forbidden` for whoever does not supervise: an officer who reads is not who says who read.
    """
    if not is_supervisor(by) or (not is_provincial and not by.agency):
        raise Forbidden
    return "" if is_provincial else by.agency
