"""Builds survey from its rooms: the one file that knows them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

from contracts.topics import topics_for
from kernel.runtime import Runtime
from kernel.sealing import Sealer
from kernel.service import Service
from services.survey.api import petition_figures, petition_work, petitions
from services.survey.api.surveys import router
from services.survey.consumers import catalog, dossier
from services.survey.jobs.petitions import PETITION_FORGETTING
from services.survey.settings import Settings
from services.survey.store.petition_tables import metadata
from services.survey.store.questionnaires import PackagedQuestionnaires
from services.survey.store.work import PostgresWork, Resources
from services.survey.use_cases.ports import Terms


@asynccontextmanager
async def open_resources(runtime: Runtime) -> AsyncIterator[Resources]:
    """Read the questionnaires; a broken one stops the process before it serves anybody."""
    settings = cast("Settings", runtime.settings)
    yield Resources(
        seals=Sealer(settings.pii_key.get_secret_value()),
        questionnaires=PackagedQuestionnaires(),
        terms=Terms(
            link_start=settings.public_url + settings.invitation_path,
            lasts=timedelta(days=settings.invitation_days),
        ),
        petition_keep_days=settings.petition_keep_days,
        most_petitions_a_day=settings.petitions_a_day,
    )


service = Service(
    name="survey",
    title="Một Cửa: khảo sát",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    routers=[router, petitions.router, petition_work.router, petition_work.acts, petition_figures.router],
    handlers=[*dossier.HANDLERS, *catalog.HANDLERS],
    jobs=[PETITION_FORGETTING],
    topics=topics_for("survey", "dossier", "agency", "calendar"),
    resources=open_resources,
)
