"""The service's tables, as the migrations leave them, by what they hold."""

from services.dossier.store.tables import desk, files, heart, intake, work
from services.dossier.store.tables.columns import metadata

__all__ = ["desk", "files", "heart", "intake", "metadata", "work"]
