"""What the version in force asks beyond what was handed in: the officer asks for it, if they see fit."""

from collections.abc import Collection

from services.dossier.domain.correcting import CORRECTS
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier


def submitted_under(dossier: Dossier) -> int:
    """Return the procedure's version a dossier was handed in under."""
    return dossier.pins.submitted_version or dossier.procedure_version


def missing_now(dossier: Dossier, procedure: Procedure, given: Collection[str]) -> list[dict[str, str]]:
    """Return the mandatory components that are not among those given.

    Only where the version changed since, and of a correction, whose papers were another dossier's: what else
    is missing was judged at the submission, by the rules of its way in.
    """
    if procedure.version == submitted_under(dossier) and CORRECTS not in dossier.brought:
        return []
    return [
        {"component_code": rule.code, "name": rule.name}
        for rule in procedure.components.values()
        if rule.is_mandatory and rule.code not in given
    ]
