"""Builds survey from its rooms: the one file that knows them all."""

from contracts.topics import topics_for
from kernel.service import Service
from services.survey.settings import Settings
from services.survey.store.tables import metadata
from services.survey.store.work import PostgresWork

service = Service(
    name="survey",
    title="Một Cửa: khảo sát",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    topics=topics_for("survey", "dossier"),
)
