"""An agency of a dossier ends, another goes on for it, or it works again; nothing else of it changes."""

from collections.abc import Mapping
from dataclasses import replace

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.heirs import Continuing
from services.dossier.domain.states import State


def continue_at(dossier: Dossier, agency: str, heir: Continuing) -> State:
    """Let an agency go on for one that has ended."""
    go_on_after_the_end(dossier, {agency: heir})
    return dossier.note_work()


def resume_at(dossier: Dossier, agency: str) -> State:
    """Let an agency work again whose end was taken back."""
    dossier.continuing = dossier.continuing.without(agency).led_to_from(dossier.own_agencies)
    return dossier.note_work()


def go_on_after_the_end(dossier: Dossier, heirs: Mapping[str, Continuing]) -> None:
    """Name who goes on for agencies that ended since this dossier did, with the change that follows."""
    dossier.continuing = dossier.continuing.with_heirs(heirs).led_to_from(dossier.own_agencies)


def let_go(dossier: Dossier) -> None:
    """Give a held step back to its role: whoever held it works elsewhere."""
    if dossier.step is not None:
        dossier.step = replace(dossier.step, holder=None, transfer=None)
