"""Puts the gateway's sides together for app.py: the national portal's, the documents' exchange."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from kernel.core.clock import Clock
from kernel.postgres.engine import BROKEN_WORLD
from kernel.runtime import Runtime
from kernel.sealing import Sealer
from kernel.service import JobTick
from kernel.web.auth import TokenSigner
from services.gateway.clients.connector_dossiers import ToldDossiers
from services.gateway.clients.connector_folders import LocalFolders
from services.gateway.clients.connector_pages import HttpPages
from services.gateway.clients.document_folder import made as made_folder
from services.gateway.clients.document_http import HttpAxis
from services.gateway.clients.document_nowhere import NoAxis
from services.gateway.clients.document_papers import DossierPapers
from services.gateway.clients.document_signatures import XmlSignatures
from services.gateway.clients.look_up_desk import HttpLookUpDesk
from services.gateway.clients.personal_papers import HttpPersonalPapers
from services.gateway.clients.portal.dossier import HttpDossierService
from services.gateway.clients.portal.driver import portal_of
from services.gateway.clients.portal.links import HttpLinks
from services.gateway.clients.portal.payments import HttpDossierMoney, HttpPlatform
from services.gateway.clients.portal.sheet import read_portal_sheet
from services.gateway.clients.portal.survey import HttpSurveyService
from services.gateway.clients.portal.transport import JsonExchange, PacedExchange
from services.gateway.clients.shared_databases import HttpDatabase
from services.gateway.clients.upstream import HttpUpstream
from services.gateway.clients.usage_sheets import as_csv, as_xlsx
from services.gateway.domain.portal.exchange.petitions import FIELDS
from services.gateway.domain.portal.inbound.links import Allowed
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.domain.portal.telling.messages import Wire
from services.gateway.jobs.portal.sync import PortalSender
from services.gateway.settings import Settings
from services.gateway.store.connectors.screens import PostgresConnectorKeeping
from services.gateway.store.document_seals import DocumentSeals
from services.gateway.store.portal.keeping import PostgresPortalKeeping
from services.gateway.store.portal.seals import PortalSeals
from services.gateway.store.portal.turns import PostgresTurns
from services.gateway.store.usage import PostgresUsageCounts
from services.gateway.use_cases.connectors.drops import TakeDrops
from services.gateway.use_cases.connectors.feed import FeedDossiers
from services.gateway.use_cases.connectors.pull import PullSources
from services.gateway.use_cases.connectors.side import ConnectorSide
from services.gateway.use_cases.connectors.take_in import TakeIn
from services.gateway.use_cases.documents.answering import TellReplies
from services.gateway.use_cases.documents.deliver import DeliverDocuments
from services.gateway.use_cases.documents.ports import DocumentAxis
from services.gateway.use_cases.documents.results import PrepareDocuments
from services.gateway.use_cases.documents.side import DocumentsSide
from services.gateway.use_cases.documents.take_in import TakeInDocuments
from services.gateway.use_cases.look_ups import LookUpDatabases, SharedDatabase
from services.gateway.use_cases.personal_papers import PersonalPapers
from services.gateway.use_cases.portal.exchange.holding import Exchange
from services.gateway.use_cases.portal.exchange.payments import CarryPayments
from services.gateway.use_cases.portal.exchange.petitions import FetchPetitions
from services.gateway.use_cases.portal.exchange.questions import FetchQuestions, TellAnswers
from services.gateway.use_cases.portal.exchange.satisfaction import SummaryOptions, TellSatisfaction
from services.gateway.use_cases.portal.inbound.intake import TakeFromPortal
from services.gateway.use_cases.portal.inbound.links import AwaitLinks, FetchLinks
from services.gateway.use_cases.portal.ports import National, OpenWork
from services.gateway.use_cases.portal.side import PortalSide
from services.gateway.use_cases.portal.telling.addresses import FileAddresses
from services.gateway.use_cases.portal.telling.catalogues import ReadCatalogues
from services.gateway.use_cases.portal.telling.fence import FencedPortal
from services.gateway.use_cases.portal.telling.lists import DueList
from services.gateway.use_cases.portal.telling.one_row import SyncOptions, Telling
from services.gateway.use_cases.portal.telling.pace import Pace
from services.gateway.use_cases.portal.telling.reconcile import Reconcile
from services.gateway.use_cases.portal.telling.sync import TellPortal
from services.gateway.use_cases.usage.counting import Usage
from services.gateway.use_cases.usage.side import UsageSide

_KEEPING_SECONDS = 60.0
_BODIES_BEGUN = 32


def portal_side(
    runtime: Runtime, settings: Settings, inside: aiohttp.ClientSession, national: aiohttp.ClientSession
) -> PortalSide:
    """Put the national portal's side together; without an address nothing is told, but all is kept."""
    clock = runtime.clock

    def open_work() -> AbstractAsyncContextManager[Any]:
        return JobTick(runtime, clock.now()).open_work()

    dossiers = HttpDossierService(
        inside, settings.dossier_url, TokenSigner(settings.signing_jwk(), clock), clock
    )
    seals = PortalSeals(Sealer(settings.pii_key.get_secret_value()))
    exchange = JsonExchange(national, timeout_seconds=settings.portal_timeout_seconds)
    pace = Pace(settings.portal_quota(), clock, PostgresTurns(runtime.pool), asyncio.get_running_loop().time)
    paced = PacedExchange(national, timeout_seconds=settings.portal_timeout_seconds, turn=pace.turn)
    portal = portal_of(settings.portal_account(), paced, clock)
    options = _sync_options(settings)
    fence = FencedPortal(portal, asyncio.get_running_loop().time)
    addresses = FileAddresses(
        open_work, Sealer(settings.pii_key.get_secret_value()), clock.now, settings.files_url()
    )
    telling = Telling(portal=fence, dossiers=dossiers, addresses=addresses, options=options)
    tell = TellPortal(
        open_work=open_work, telling=telling, clock=clock, options=options, is_open=lambda: pace.is_open
    )
    return PortalSide(
        sender=PortalSender(tell, fence, clock, concurrency=settings.portal_concurrency),
        intake=TakeFromPortal(
            open_work=open_work,
            dossiers=dossiers,
            clock=clock,
            bounds=settings.portal_bounds(),
            links=AwaitLinks(open_work=open_work, clock=clock, patience=settings.link_patience()),
        ),
        links=FetchLinks(
            open_work=open_work,
            files=HttpLinks(
                allowed=[Allowed.of(one) for one in settings.portal_link_hosts],
                networks=settings.portal_link_networks,
                most_bytes=settings.portal_link_megabytes * 1_048_576,
                seconds=settings.portal_link_seconds,
            ),
            clock=clock,
            patience=settings.link_patience(),
        ),
        reconcile=Reconcile(
            open_work=open_work,
            portal=portal,
            clock=clock,
            refusal_status=settings.portal_refusal_status,
            mends=settings.portal_mends,
        ),
        read_sheet=partial(read_portal_sheet, most_lines=settings.portal_sheet_lines),
        exchange=_exchange(runtime, settings, open_work, portal, inside),
        dossiers=dossiers,
        adapter_key=settings.adapter_key(),
        body_limit=settings.portal_body_megabytes * 1_048_576,
        begun=asyncio.Semaphore(_BODIES_BEGUN),
        large=asyncio.Semaphore(settings.portal_bodies_at_once),
        body_seconds=settings.portal_body_seconds,
        seals=seals,
        keeping=PostgresPortalKeeping(runtime.pool, seals),
        keep_days=settings.portal_keep_days,
        # Parked messages wait ten minutes, everything else as long as its longest retry.
        longest_wait=2 * timedelta(seconds=max(settings.portal_longest_retry_seconds, 900)),
        is_connected=bool(settings.portal_url),
        payments=_payments(settings, exchange, dossiers, clock, open_work),
        payment_path=settings.payment_result_path,
        bill_path=settings.payment_bill_path,
    )


def _exchange(
    runtime: Runtime,
    settings: Settings,
    open_work: OpenWork,
    national: National,
    inside: aiohttp.ClientSession,
) -> Exchange:
    """Put together what is exchanged with the portal besides dossiers."""
    clock, backoff = runtime.clock, _sync_options(settings).backoff
    surveys = HttpSurveyService(inside, settings.survey_url, TokenSigner(settings.signing_jwk(), clock))
    told = SummaryOptions(
        first_day=settings.portal_summary_day,
        smallest=settings.portal_smallest_sample,
        service_questions=settings.portal_service_questions,
        backoff=backoff,
    )

    def every(hours: float) -> DueList:
        return DueList(open_work=open_work, national=national, clock=clock, every=timedelta(hours=hours))

    return Exchange(
        national=national,
        catalogues=ReadCatalogues(every(settings.portal_lists_hours)),
        questions=FetchQuestions(every(settings.portal_questions_hours)),
        answers=TellAnswers(open_work=open_work, national=national, clock=clock, backoff=backoff),
        satisfaction=TellSatisfaction(
            open_work=open_work, national=national, surveys=surveys, clock=clock, options=told
        ),
        petitions=FetchPetitions(
            every(settings.portal_petitions_hours),
            surveys=surveys,
            fields={
                **FIELDS,
                **{str(name): member for name, member in settings.portal_petition_fields.items()},
            },
            own_agency=settings.portal_madonvi,
        ),
    )


def _payments(
    settings: Settings,
    exchange: JsonExchange,
    dossiers: HttpDossierService,
    clock: Clock,
    open_work: OpenWork,
) -> CarryPayments | None:
    """Return the platform's side; None without an address: nobody is asked to pay online then."""
    if not settings.payment_url:
        return None
    platform = HttpPlatform(exchange, settings.payment_url, list_url=settings.payment_list_url)
    account = settings.payment_account()
    return CarryPayments(platform, HttpDossierMoney(dossiers), account, clock, open_work=open_work)


def _sync_options(settings: Settings) -> SyncOptions:
    return SyncOptions(
        wire=Wire(
            mode=settings.portal_mode,
            refusal_status=settings.portal_refusal_status,
            database_codes=settings.portal_database_codes,
        ),
        lease=timedelta(seconds=settings.portal_lease_seconds),
        backoff=Backoff(settings.portal_first_retry_seconds, settings.portal_longest_retry_seconds),
    )


def documents_side(
    runtime: Runtime,
    settings: Settings,
    upstream: HttpUpstream,
    session: aiohttp.ClientSession,
    portal: PortalSide,
) -> DocumentsSide:
    """Put the documents' exchange together; without a way nothing goes, but all is kept."""
    clock = runtime.clock
    office = settings.office(
        XmlSignatures(settings.document_keys(), settings.documents_trust_folder, settings.documents_signers)
    )
    tokens = TokenSigner(settings.signing_jwk(), clock)
    told = ToldDossiers(HttpDossierService(session, settings.dossier_url, tokens, clock))

    def open_work() -> AbstractAsyncContextManager[Any]:
        return JobTick(runtime, clock.now()).open_work()

    axis: DocumentAxis = NoAxis()
    account = settings.axis_account()
    if account is not None:
        axis = HttpAxis(
            session,
            account,
            clock,
            most_bytes=office.bounds.bytes,
            old_identifiers=settings.documents_old_identifiers,
        )
    if settings.documents_folder:
        axis = made_folder(Path(settings.documents_folder), most_bytes=office.bounds.bytes)
    return DocumentsSide(
        seals=DocumentSeals(Sealer(settings.pii_key.get_secret_value())),
        take_in=TakeInDocuments(
            open_work=open_work, axis=axis, clock=clock, office=office, passing=BROKEN_WORLD
        ),
        deliver=DeliverDocuments(open_work=open_work, axis=axis, clock=clock, office=office),
        prepare=PrepareDocuments(open_work=open_work, dossiers=portal.dossiers, clock=clock, office=office),
        replies=TellReplies(open_work=open_work, dossiers=told, clock=clock, office=office),
        papers=DossierPapers(upstream, tokens),
        office=office,
        silent_hours=settings.documents_silent_hours,
        keep_days=settings.portal_keep_days,
        is_connected=bool(settings.documents_folder or account),
    )


def connector_side(runtime: Runtime, settings: Settings, session: aiohttp.ClientSession) -> ConnectorSide:
    """Put the side of ministries' and sector systems together: one port, three ways in."""
    clock, sources = runtime.clock, settings.sources()

    def open_work() -> AbstractAsyncContextManager[Any]:
        return JobTick(runtime, clock.now()).open_work()

    signer = TokenSigner(settings.signing_jwk(), clock)
    dossiers = ToldDossiers(HttpDossierService(session, settings.dossier_url, signer, clock))
    take_in = TakeIn(open_work=open_work, sources=sources, clock=clock, passing=BROKEN_WORLD)
    return ConnectorSide(
        sources=sources,
        take_in=take_in,
        pull=PullSources(
            open_work=open_work,
            sources=list(sources.values()),
            pages=HttpPages(session),
            take_in=take_in,
            clock=clock,
        ),
        drops=TakeDrops(open_work=open_work, folders=LocalFolders(), take_in=take_in),
        feed=FeedDossiers(open_work=open_work, sources=sources, dossiers=dossiers, clock=clock),
        keeping=PostgresConnectorKeeping(runtime.pool),
        keep=timedelta(days=settings.connector_keep_days),
    )


def look_up_side(runtime: Runtime, settings: Settings, session: aiohttp.ClientSession) -> LookUpDatabases:
    """Put the look-ups of shared databases together; one without an address is never consulted."""
    keys = settings.database_key.get_secret_value()
    seconds = settings.database_timeout_seconds
    addresses = {"POPULATION": settings.population_url, "BUSINESS": settings.business_url}
    databases: dict[str, SharedDatabase] = {
        name: HttpDatabase(session, url, keys, timeout_seconds=seconds)
        for name, url in addresses.items()
        if url
    }
    if settings.papers_url:
        databases["PERSONAL_PAPERS"] = HttpPersonalPapers(session, settings.papers_account(), runtime.clock)
    machine = HttpDossierService(
        session, settings.dossier_url, TokenSigner(settings.signing_jwk(), runtime.clock), runtime.clock
    )
    desk = HttpLookUpDesk(session, settings.dossier_url, machine)
    return LookUpDatabases(databases, desk, runtime.clock, asyncio.get_running_loop().time)


def paper_side(
    runtime: Runtime, settings: Settings, session: aiohttp.ClientSession, sealer: Sealer
) -> PersonalPapers:
    """Put the taking of personal papers together; keeping one may take a scanner's time."""
    signer = TokenSigner(settings.signing_jwk(), runtime.clock)
    machine = HttpDossierService(
        session, settings.dossier_url, signer, runtime.clock, timeout_seconds=_KEEPING_SECONDS
    )
    store = (
        HttpPersonalPapers(session, settings.papers_account(), runtime.clock) if settings.papers_url else None
    )
    desk = HttpLookUpDesk(session, settings.dossier_url, machine)
    return PersonalPapers(store, desk, sealer, runtime.clock, asyncio.get_running_loop().time)


def usage_side(runtime: Runtime, settings: Settings) -> UsageSide:
    """Put counted use together."""
    counts = PostgresUsageCounts(runtime.pool)
    return UsageSide(
        here=Usage(counts, runtime.clock),
        keeping=counts,
        keep_days=settings.usage_keep_days,
        smallest=settings.usage_smallest_cell,
        as_csv=as_csv,
        as_xlsx=as_xlsx,
    )
