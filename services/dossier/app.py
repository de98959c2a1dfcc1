"""The one file that knows all of the dossier service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from contracts.topics import topics_for
from kernel.runtime import Runtime
from kernel.service import Service
from services.dossier.api import (
    attachments,
    counter,
    course,
    decisions,
    due_commands,
    machines,
    reads,
    registers,
    results,
    submissions,
)
from services.dossier.api.archive import ROUTERS as ARCHIVE_ROUTERS
from services.dossier.api.desk import ROUTERS as DESK_ROUTERS
from services.dossier.api.figures import exports, statistics
from services.dossier.api.files.routers import FILE_ROUTERS
from services.dossier.api.intake import ROUTERS as INTAKE_ROUTERS
from services.dossier.api.interlinked import routes as interlinked
from services.dossier.api.payments import accounts, cash, platform
from services.dossier.api.readings import routes as readings
from services.dossier.api.supervision import anomalies, inspections
from services.dossier.api.work import ROUTERS as WORK_ROUTERS
from services.dossier.clients.clamd import scanner_at
from services.dossier.clients.e_receipts import open_receipts
from services.dossier.clients.historical_archive import open_historical_archive
from services.dossier.clients.outside import open_courier
from services.dossier.clients.time_stamps import open_time_stamps
from services.dossier.commands.archive import fix_retention
from services.dossier.commands.copies import verify_copies
from services.dossier.commands.due_dates import recompute_due_dates
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import index_search, republish, verify_history
from services.dossier.commands.identities import reindex_identities
from services.dossier.commands.obligations import hold_obligations
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.consumers import catalog, groups, points
from services.dossier.domain.history import HistoryKeys
from services.dossier.jobs.advance_interlinked import ADVANCE_INTERLINKED
from services.dossier.jobs.archive import JOBS as ARCHIVE_JOBS
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.files import FILE_JOBS
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.jobs.follow_elsewhere import FOLLOW_ELSEWHERE
from services.dossier.jobs.forget_copy_payers import FORGET_COPY_PAYERS
from services.dossier.jobs.go_on_paid import GO_ON_PAID
from services.dossier.jobs.issue_e_receipts import ISSUE_E_RECEIPTS
from services.dossier.jobs.keep_drafts import KEEP_DRAFTS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.seal_readings import SEAL_READINGS
from services.dossier.jobs.send_outside_requests import SEND_OUTSIDE_REQUESTS
from services.dossier.jobs.tidy_desk import TIDY_DESK
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.jobs.work import JOBS as WORK_JOBS
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from services.dossier.settings import DossierSettings
from services.dossier.store.agency_seals import seals_of
from services.dossier.store.archive.work import read_retention
from services.dossier.store.desk.displays import open_displays
from services.dossier.store.desk.work import read_desk_rules
from services.dossier.store.desk_tallies import DeskTallies
from services.dossier.store.fee_rules import read_fee_rules
from services.dossier.store.files import StoredFiles
from services.dossier.store.inspector import open_inspector
from services.dossier.store.legal_sets import read_legal_sets
from services.dossier.store.limits import read_limits
from services.dossier.store.parsed import Definitions
from services.dossier.store.pdf_signer import WorkshopSigner
from services.dossier.store.personal_seals import PersonalSeals
from services.dossier.store.press import TypstPress
from services.dossier.store.scan_desk import ScanDesk
from services.dossier.store.seal_marks import open_marks
from services.dossier.store.signature_check import SignatureCheck
from services.dossier.store.supervision.work import read_supervision_rules
from services.dossier.store.tables import metadata
from services.dossier.store.work import PostgresWork, Resources
from services.dossier.store.workshop.pool import open_workshop
from services.dossier.use_cases.ports import Policy


@asynccontextmanager
async def open_resources(runtime: Runtime) -> AsyncIterator[Resources]:
    """Open what lives as long as the process."""
    settings = cast("DossierSettings", runtime.settings)
    policy = Policy(
        supplement_days=settings.supplement_days,
        max_attachment_bytes=settings.max_attachment_bytes,
        public_url=settings.public_url.rstrip("/"),
        outside_callback_url=settings.outside_callback_url,
        receipt_serial=settings.receipt_serial,
        identification_level=settings.identification_level,
        has_trust_roots=bool(settings.trust_folder),
        has_time_stamps=bool(settings.tsa_url),
    )
    history_keys = HistoryKeys.of(settings.history_key.get_secret_value())
    agency_seals = seals_of(settings.agency_seals())
    receipts_key = settings.receipts_key.get_secret_value()
    outside_key = settings.outside_key.get_secret_value()
    async with (
        open_courier(settings.outside_url, outside_key) as courier,
        open_receipts(settings.receipts_url, receipts_key, settings.receipt_serial) as receipts,
        open_inspector() as inspector,
        open_displays(runtime) as displays,
        open_workshop() as workshop,
        open_time_stamps(settings.tsa_url) as time_stamps,
        open_historical_archive(settings.archive_url) as historical_archive,
        open_marks(runtime.pool, history_keys, runtime.clock.now()) as marks,
    ):
        yield Resources(
            files=StoredFiles(settings.files_url),
            seals=PersonalSeals(settings.pii_key.get_secret_value()),
            policy=policy,
            limits=read_limits(),
            history_keys=history_keys,
            press=TypstPress(),
            legal_sets=read_legal_sets(),
            inspector=inspector,
            courier=courier,
            definitions=Definitions(),
            desk_tallies=DeskTallies(),
            scanner=scanner_at(settings.scanner_url),
            desk_rules=read_desk_rules(),
            supervision_rules=read_supervision_rules(),
            displays=displays,
            fee_rules=read_fee_rules(),
            receipts=receipts,
            signer=WorkshopSigner(workshop, settings.trust_folder, stamped=bool(settings.tsa_url)),
            time_stamps=time_stamps,
            scan_desk=ScanDesk(workshop),
            agency_seals=agency_seals,
            signatures=SignatureCheck(workshop, settings.trust_folder, agency_seals.certificates()),
            retention=read_retention(settings.retention_file),
            historical_archive=historical_archive,
            clock=runtime.clock,
            marks=marks,
        )


service = Service(
    name="dossier",
    title="Hồ sơ một cửa",
    settings=DossierSettings,
    tables=metadata,
    work=PostgresWork,
    routers=[
        submissions.router,
        counter.router,
        decisions.router,
        course.router,
        due_commands.router,
        attachments.router,
        *FILE_ROUTERS,
        reads.router,
        machines.router,
        *WORK_ROUTERS,
        *INTAKE_ROUTERS,
        *DESK_ROUTERS,
        inspections.router,
        anomalies.router,
        readings.router,
        statistics.router,
        exports.router,
        accounts.router,
        cash.router,
        platform.router,
        registers.router,
        results.router,
        *ARCHIVE_ROUTERS,
        interlinked.router,
    ],
    handlers=[
        catalog.on_procedure_published,
        catalog.on_process_approved,
        catalog.on_agency_changed,
        catalog.on_form_published,
        catalog.on_calendar_changed,
        catalog.on_staff_changed,
        points.on_point_changed,
        groups.on_group_published,
    ],
    jobs=[
        ADVANCE_INTERLINKED,
        CONTINUE_DOSSIERS,
        REALIGN_DOSSIERS,
        KEEP_DRAFTS,
        PRINT_PAPERS,
        FORGET_COPY_PAYERS,
        FOLLOW_ELSEWHERE,
        GO_ON_PAID,
        ISSUE_E_RECEIPTS,
        SEND_OUTSIDE_REQUESTS,
        *FILE_JOBS,
        WATCH_DEADLINES,
        RECOMPUTE_DUE,
        TIDY_DESK,
        FIND_ANOMALIES,
        SEAL_READINGS,
        WRITE_EXPORTS,
        *WORK_JOBS,
        *ARCHIVE_JOBS,
    ],
    topics=topics_for(
        "dossier",
        "procedure",
        "process",
        "agency",
        "calendar",
        "staff",
        "form",
        "one_stop_point",
        "interlinked_group",
    ),
    resources=open_resources,
    commands={
        "verify-history": verify_history,
        "verify-copies": verify_copies,
        "seal-rows": seal_rows,
        "recompute-due": recompute_due_dates,
        "republish": republish,
        "index-search": index_search,
        "reindex-identities": reindex_identities,
        "rebuild-figures": rebuild_figures,
        "fix-retention": fix_retention,
        "hold-obligations": hold_obligations,
    },
)
