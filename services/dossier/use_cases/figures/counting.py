"""What the event of an acceptance tells statistics of the dossier's components."""

from collections.abc import Sequence

from services.dossier.use_cases.ports.records import SubmittedComponent


def counted(components: Sequence[SubmittedComponent]) -> dict[str, int]:
    """Return how many components were given, how many are digitised, how many were not asked for again."""
    return {
        "components": len(components),
        "digitised": sum(1 for item in components if item.is_digitised),
        "reused": sum(1 for item in components if item.reuse or item.is_from_personal_store),
    }
