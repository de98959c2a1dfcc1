"""Agencies end while a submission runs, or after it: their heirs take their places in it."""

from collections.abc import Mapping

from services.dossier.domain.definitions import Agency
from services.dossier.domain.interlinked.parent import Parent


def continue_at(parent: Parent, heirs: Mapping[tuple[str, str], Agency]) -> list[tuple[str, Agency]]:
    """Put heirs, by ended agency and procedure, in their places; return who was replaced by whom."""
    continued = []
    heir = heirs.get((parent.lead_now.code, parent.group.lead_procedure))
    if heir is not None:
        continued.append((parent.lead_now.code, heir))
        parent.heir = heir
    for child in parent.children.values():
        heir = heirs.get((child.agency_now.code, child.procedure))
        if heir is not None:
            continued.append((child.agency_now.code, heir))
            child.heir = heir
    return list(dict.fromkeys(continued))
