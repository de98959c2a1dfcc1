"""Moments as other systems write them; without a zone they are Vietnam's."""

from datetime import datetime

from kernel.core.clock import VIETNAM

_FORMS = ("%Y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


def moment_of(text: str) -> datetime:
    """Return the moment; raise `ValueError` when it is none."""
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    found = datetime.fromisoformat(text)
    # A moment at the edge of the calendar has no other zone's counterpart.
    if not 1900 <= found.year <= 9000:  # noqa: PLR2004 - far past any dossier, far before any overflow.
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
