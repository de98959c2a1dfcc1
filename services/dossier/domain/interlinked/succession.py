"""Agencies end while a submission runs, or after it: their heirs take their places in it."""

from collections.abc import Mapping

from services.dossier.domain.definitions import Agency
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.keepers import Keepers


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


def come_back(parent: Parent, keepers: Keepers) -> list[tuple[str, str]]:
    """Take heirs out who are it no more; return whose places those are, by agency and procedure."""
    back = []
    lead = parent.group.lead_procedure
    if parent.heir is not None and keepers.of(parent.lead_agency.code, lead) != parent.heir.code:
        back.append((parent.lead_agency.code, lead))
        parent.heir = None
    for child in parent.children.values():
        if child.heir is not None and keepers.of(child.agency.code, child.procedure) != child.heir.code:
            back.append((child.agency.code, child.procedure))
            child.heir = None
    return back
