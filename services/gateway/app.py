"""Builds the gateway from its rooms: the one file that knows them all."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from contracts.topics import topics_for
from kernel.runtime import Runtime
from kernel.sealing import Sealer
from kernel.service import Handler, Job, Service
from kernel.web.auth import TokenSigner
from services.gateway.api import (
    account_links,
    account_pages,
    catalog_pages,
    connector_push,
    connectors,
    document_exchange,
    document_replies,
    documents,
    form_pages,
    look_ups,
    oidc,
    pages,
    paper_pages,
    personal_papers,
    petition_pages,
    session,
    survey_pages,
    usage,
)
from services.gateway.api.gate import Gate, OwnEndpoint
from services.gateway.api.openapi import OpenApiDocument
from services.gateway.api.portal import adapter as portal_adapter
from services.gateway.api.portal import comparing as portal_comparing
from services.gateway.api.portal import inbox as portal_inbox
from services.gateway.api.portal import mappings as portal_mappings
from services.gateway.api.portal import pages as portal_pages
from services.gateway.api.portal import questions as portal_questions
from services.gateway.api.portal import sync as portal_sync
from services.gateway.api.tracking import show_tracking
from services.gateway.api.tracking_stream import stream_tracking
from services.gateway.assembly import (
    connector_side,
    documents_side,
    look_up_side,
    paper_side,
    portal_side,
    usage_side,
)
from services.gateway.clients.documents import fields_of, questions_of, read_documents, read_told
from services.gateway.clients.key_sets import KeySets
from services.gateway.clients.outside_tokens import IssuerTokens
from services.gateway.clients.own_issuer import Ed25519Claims
from services.gateway.clients.portal.callers import WithCallbackKey
from services.gateway.clients.portal.transport import open_portal_session
from services.gateway.clients.sign_in import HttpSignIn
from services.gateway.clients.upstream import HttpUpstream, open_session
from services.gateway.consumers import catalog, dossier, interlinked, mirrors, payments
from services.gateway.consumers.documents import with_documents
from services.gateway.consumers.portal import with_portal_ledger
from services.gateway.consumers.usage import with_usage
from services.gateway.domain.issuer import Issuer, IssuerKind
from services.gateway.domain.limits import Buckets, Room, Streams
from services.gateway.domain.pace import DEFAULT_PACES
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import ROUTES
from services.gateway.domain.sample_user import SampleUser, sample_users
from services.gateway.jobs.connectors import CONNECTORS
from services.gateway.jobs.documents import (
    DOCUMENT_CLOCK,
    DOCUMENT_EXCHANGE,
    DOCUMENT_FORGETTING,
    DOCUMENT_PARTING,
)
from services.gateway.jobs.forgetting import FORGET
from services.gateway.jobs.portal.exchange import PORTAL_EXCHANGE
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.keeping import PORTAL_CLOCK, PORTAL_FORGETTING, PORTAL_SEALING
from services.gateway.jobs.portal.links import PORTAL_LINKS
from services.gateway.jobs.portal.payments import PAYMENT_RECONCILIATION, PORTAL_PAYMENTS
from services.gateway.jobs.portal.reconcile import PORTAL_RECONCILE
from services.gateway.jobs.portal.sync import PORTAL_SYNC
from services.gateway.jobs.portal.watch import PORTAL_WATCH
from services.gateway.jobs.usage import USAGE_FOLD, USAGE_FORGETTING, flushing
from services.gateway.settings import Settings
from services.gateway.store.accounts import PostgresAccounts
from services.gateway.store.directory import PostgresDirectory
from services.gateway.store.sessions import PostgresSessions
from services.gateway.store.tracking import PostgresTracking
from services.gateway.store.usage_tables import metadata
from services.gateway.store.work import PostgresWork
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.live_changes import LiveChanges
from services.gateway.use_cases.look_up import LookUp
from services.gateway.use_cases.portal.side import PortalSide
from services.gateway.use_cases.sample_issuer import WEB_CLIENT, OwnIssuer
from services.gateway.use_cases.sign_in import SignIn
from services.gateway.use_cases.who_is_asking import Machine, Machines, WhoIsAsking

ROUTERS: Sequence[APIRouter] = (
    session.own,
    session.router,
    account_links.router,
    account_pages.router,
    oidc.router,
    pages.router,
    survey_pages.router,
    catalog_pages.router,
    form_pages.router,
    paper_pages.router,
    petition_pages.router,
    portal_pages.router,
    portal_sync.router,
    portal_inbox.router,
    portal_mappings.router,
    portal_questions.router,
    connectors.router,
    look_ups.router,
    personal_papers.router,
    connector_push.router,
    documents.router,
    document_exchange.router,
    document_replies.router,
    portal_adapter.router,
    portal_comparing.router,
    usage.router,
)
HANDLERS: Sequence[Handler] = (
    *with_usage(with_documents(with_portal_ledger(dossier.HANDLERS))),
    *catalog.HANDLERS,
    mirrors.on_mirror_recorded,
    *interlinked.HANDLERS,
    *payments.HANDLERS,
)
JOBS: Sequence[Job] = (
    FORGET,
    PORTAL_SYNC,
    PORTAL_INTAKE,
    PORTAL_LINKS,
    PORTAL_RECONCILE,
    PORTAL_WATCH,
    PORTAL_SEALING,
    PORTAL_FORGETTING,
    PORTAL_CLOCK,
    *PORTAL_EXCHANGE,
    PORTAL_PAYMENTS,
    PAYMENT_RECONCILIATION,
    DOCUMENT_EXCHANGE,
    DOCUMENT_FORGETTING,
    DOCUMENT_PARTING,
    DOCUMENT_CLOCK,
    *CONNECTORS,
    USAGE_FOLD,
    USAGE_FORGETTING,
)

OWN_ENDPOINTS: dict[str, OwnEndpoint] = {
    "/api/v1/tracking": show_tracking,
    "/api/v1/tracking/changes": stream_tracking,
    "/openapi.json": OpenApiDocument(read_documents, read_told),
}
AUDIENCE = "motcua-api"
MOST_STREAMS = 300
MOST_STREAMS_OF_ONE = 30
MOST_BODIES_OF_ONE = 64
"""Requests of one asker whose bodies are still coming; an office behind one address has fewer."""
"""Of one address: a centre's displays share one."""


@asynccontextmanager
async def open_resources(runtime: Runtime) -> AsyncIterator[Door]:
    """Open the door: connections to the services and to the issuers, and what stands on them."""
    settings = cast("Settings", runtime.settings)
    async with (
        open_session(settings.upstream_connections) as hot,
        open_session(MOST_STREAMS) as streams,
        aiohttp.ClientSession() as slow,
        open_portal_session(settings.portal_concurrency) as national,
    ):
        portal = portal_side(runtime, settings, slow, national)
        upstream = HttpUpstream(hot, streams, _addresses(settings))
        door = _door(runtime, settings, upstream, slow, portal)
        async with flushing(door.usage.here):
            yield door


def _door(
    runtime: Runtime,
    settings: Settings,
    upstream: HttpUpstream,
    slow: aiohttp.ClientSession,
    portal: PortalSide,
) -> Door:
    clock, pool = runtime.clock, runtime.pool
    tracking = PostgresTracking(pool)
    sealer = Sealer(settings.pii_key.get_secret_value())
    machines = Machines(
        {
            client.client_id: Machine(client.secret_sha256, frozenset(client.scopes))
            for client in settings.service_clients
        }
    )
    own = _own_issuer(runtime, settings, sealer, machines)
    issuers = [*(given.issuer_of() for given in settings.issuers), _own(settings, own)]
    keys = KeySets(slow, asyncio.get_running_loop().time)
    outside = IssuerTokens(issuers, keys, clock, has_people=settings.development_issuer)
    sessions, accounts = PostgresSessions(pool, sealer), PostgresAccounts(pool, sealer)
    tokens = TokenSigner(settings.signing_jwk(), clock)
    return Door(
        table=RouteTable(ROUTES),
        upstream=upstream,
        tokens=tokens,
        documents=documents_side(runtime, settings, upstream, slow, portal),
        who=WhoIsAsking(
            outside=WithCallbackKey(outside, settings.outside_callback_key.get_secret_value()),
            directory=PostgresDirectory(pool),
            sessions=sessions,
            accounts=accounts,
            machines=machines,
            tokens=tokens,
            clock=clock,
        ),
        sign_in=SignIn(
            issuers,
            HttpSignIn(slow, keys, outside, own),
            sessions,
            accounts,
            sealer,
            clock,
            callback=f"{settings.public_url}/session/callback",
            lifetime=timedelta(hours=settings.session_hours),
        ),
        own_issuer=own,
        look_up=LookUp(tracking, sealer, clock),
        live=LiveChanges(tracking),
        room=Room(settings.max_in_flight),
        streams=Streams(MOST_STREAMS, MOST_STREAMS_OF_ONE),
        bodies=Streams(settings.max_in_flight, MOST_BODIES_OF_ONE),
        buckets=_buckets(settings),
        cors_origins=frozenset(origin.encode() for origin in settings.cors_origins),
        trusted_proxies=settings.trusted_proxies,
        is_https=settings.public_url.startswith("https://"),
        fields_of=fields_of,
        questions_of=questions_of,
        portal=portal,
        connectors=connector_side(runtime, settings, slow),
        look_ups=look_up_side(runtime, settings, slow),
        papers=paper_side(runtime, settings, slow, sealer),
        seals=sealer,
        usage=usage_side(runtime, settings),
    )


def _addresses(settings: Settings) -> dict[str, str]:
    return {
        "catalog": settings.catalog_url,
        "dossier": settings.dossier_url,
        "notify": settings.notify_url,
        "survey": settings.survey_url,
    }


def _buckets(settings: Settings) -> dict[str, Buckets | None]:
    found: dict[str, Buckets | None] = {name: Buckets(*pace) for name, pace in DEFAULT_PACES.items()}
    for name, limit in settings.rate_limits.items():
        found[name] = Buckets(limit.per_second, limit.burst) if limit else None
    return found


def _own_issuer(runtime: Runtime, settings: Settings, sealer: Sealer, machines: Machines) -> OwnIssuer:
    return OwnIssuer(
        issuer=f"{settings.public_url}/oidc",
        audience=AUDIENCE,
        signer=Ed25519Claims(settings.issuer_jwk()),
        machines=machines,
        seals=sealer,
        clock=runtime.clock,
        users=_users(settings),
        redirect_uris=[f"{settings.public_url}/session/callback", *settings.redirect_uris],
        has_people=settings.development_issuer,
    )


def _users(settings: Settings) -> dict[str, SampleUser]:
    if not settings.sample_users_file:
        return {}
    document: dict[str, Any] = json.loads(Path(settings.sample_users_file).read_text(encoding="utf-8"))
    return sample_users(document)


def _own(settings: Settings, own: OwnIssuer) -> Issuer:
    return Issuer(
        name=own.issuer,
        kind=IssuerKind.OWN,
        audience=AUDIENCE,
        jwks=own.public_keys(),
        client_id=WEB_CLIENT if settings.development_issuer else "",
        label="Người dùng mẫu",
    )


def extend_app(app: FastAPI) -> None:
    """Set the gate before the routers, inside correlation ids and measurements."""
    app.user_middleware.append(Middleware(Gate, own=OWN_ENDPOINTS))


service = Service(
    name="gateway",
    title="Một Cửa: cổng vào",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    routers=ROUTERS,
    handlers=HANDLERS,
    jobs=JOBS,
    topics=topics_for(
        "gateway",
        "dossier",
        "payment",
        "interlinked_dossier",
        "mirrored_dossier",
        "staff",
        "agency",
        "procedure",
    ),
    messages_at_once=32,
    resources=open_resources,
    extend_app=extend_app,
)
