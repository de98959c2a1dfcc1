"""What one process has parsed of the catalogue's copies."""

from typing import Any

from eforms.form import Form
from services.dossier.domain.definitions import Procedure, Process
from worktime.calendar import WorkCalendar

_MOST_KEPT = 20_000


class Definitions:
    """Parsed definitions of this process; a key names version, sequence and seal: never stale.

    A row whose number alone was changed is another one, and is proved before it is believed.
    """

    def __init__(self) -> None:
        self.procedures: dict[tuple[str, int, str], Procedure] = {}
        self.processes: dict[tuple[str, int, str], Process] = {}
        self.calendars: dict[tuple[str, str], WorkCalendar] = {}
        self.forms: dict[tuple[str, int], Form] = {}
        self.sound: dict[tuple[Any, ...], Any] = {}
        """Copies that were looked at, as they were: what is the same again fits again."""

    def trim(self) -> None:
        """Forget all when too many were kept."""
        for kept in (self.procedures, self.processes, self.calendars, self.forms, self.sound):
            if len(kept) > _MOST_KEPT:
                kept.clear()
