"""Builds notify from its rooms: the one file that knows them all."""

from contracts.topics import topics_for
from kernel.service import Service
from services.notify.settings import Settings
from services.notify.store.tables import metadata
from services.notify.store.work import PostgresWork

service = Service(
    name="notify",
    title="Một Cửa: thông báo",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    topics=topics_for("notify", "dossier", "invitation"),
)
