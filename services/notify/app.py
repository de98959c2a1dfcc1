"""Builds notify from its rooms: the one file that knows them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

import httpx

from contracts.topics import topics_for
from kernel.runtime import Runtime
from kernel.sealing import Sealer
from kernel.service import Job, JobTick, Service
from kernel.tls import authorities
from services.notify.api.messages import router
from services.notify.clients.sms_http import HttpSms
from services.notify.clients.smtp import SmtpMail
from services.notify.consumers import (
    catalog,
    deadlines,
    desk,
    documents,
    dossier,
    drafts,
    interlinked,
    payment,
    petitions,
    subscriptions,
    survey,
)
from services.notify.domain.timing import QuietHours
from services.notify.jobs.send_messages import Pace, keep_sending
from services.notify.settings import Settings
from services.notify.store.tables import metadata
from services.notify.store.templates import PackagedTemplates
from services.notify.store.work import PostgresWork, Resources
from services.notify.use_cases.ports import House


@asynccontextmanager
async def open_resources(runtime: Runtime) -> AsyncIterator[Resources]:
    """Open the providers' connections and read the templates."""
    settings = cast("Settings", runtime.settings)
    limits = httpx.Limits(max_connections=settings.parallel, max_keepalive_connections=settings.parallel)
    mail = SmtpMail(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.mail_from,
        sender_name=settings.mail_sender_name,
        timeout_seconds=settings.provider_timeout_seconds,
    )
    async with httpx.AsyncClient(
        timeout=settings.provider_timeout_seconds, limits=limits, verify=authorities()
    ) as client:
        try:
            yield Resources(
                seals=Sealer(settings.pii_key.get_secret_value()),
                templates=PackagedTemplates(),
                house=House(
                    public_url=settings.public_url,
                    hotline=settings.hotline,
                    quiet_hours=QuietHours(settings.quiet_from, settings.quiet_until),
                    latest_notice=timedelta(hours=settings.latest_notice_hours),
                ),
                mail=mail,
                sms=HttpSms(
                    client,
                    url=settings.sms_url,
                    key=settings.sms_key.get_secret_value(),
                    sender=settings.sms_sender,
                ),
            )
        finally:
            await mail.close()


def pace_of(settings: Settings) -> Pace:
    """Return how fast this installation sends."""
    return Pace(
        parallel=settings.parallel,
        lease=timedelta(seconds=settings.lease_seconds),
        poll_seconds=settings.poll_milliseconds / 1000,
    )


async def _keep_sending(tick: JobTick) -> None:
    """Run the worker; a replica that waits for its turn takes over within a second."""
    await keep_sending(tick, pace_of(cast("Settings", tick.runtime.settings)))


SEND = Job("send_messages", 1, _keep_sending)

service = Service(
    name="notify",
    title="Một Cửa: thông báo",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    routers=[router],
    handlers=[
        *dossier.HANDLERS,
        *payment.HANDLERS,
        survey.on_invitation_issued,
        *petitions.HANDLERS,
        catalog.on_catalog_reminder,
        deadlines.on_deadline_warning,
        *subscriptions.HANDLERS,
        *desk.HANDLERS,
        *documents.HANDLERS,
        drafts.on_draft_reminded,
        *interlinked.HANDLERS,
    ],
    jobs=[SEND],
    topics=topics_for(
        "notify",
        "appointment",
        "catalog_reminder",
        "deadline_warning",
        "dossier",
        "exchanged_document",
        "inspection_reminder",
        "interlinked_dossier",
        "draft",
        "invitation",
        "payment",
        "petition",
        "post_item",
        "subscription",
    ),
    messages_at_once=32,
    resources=open_resources,
)
