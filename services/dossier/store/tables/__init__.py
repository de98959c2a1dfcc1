"""The service's tables, as the migrations leave them, by what they hold."""

from services.dossier.store.tables import (
    archive,
    deadlines,
    desk,
    figures,
    files,
    heart,
    intake,
    interlinked,
    mirrors,
    payments,
    results,
    supervision,
    work,
)
from services.dossier.store.tables.columns import metadata

__all__ = [
    "archive",
    "deadlines",
    "desk",
    "figures",
    "files",
    "heart",
    "intake",
    "interlinked",
    "metadata",
    "mirrors",
    "payments",
    "results",
    "supervision",
    "work",
]
