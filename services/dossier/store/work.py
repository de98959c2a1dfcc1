"""One unit of work of this service: its stores around the kernel's, and the things that live longer."""

from dataclasses import dataclass, field

from kernel.core.clock import Clock
from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.retention import RetentionRules
from services.dossier.domain.desk.rules import DeskRules
from services.dossier.domain.history import HistoryKeys
from services.dossier.domain.legal_sets import LegalSets
from services.dossier.domain.limits import Limits
from services.dossier.domain.payments.fees import FeeRules
from services.dossier.domain.supervision.rules import SupervisionRules
from services.dossier.store.archive.work import PostgresArchive
from services.dossier.store.archive.zips import write_bag
from services.dossier.store.attachments import PostgresAttachments
from services.dossier.store.code_lines import CodeLines
from services.dossier.store.colleagues import PostgresColleagues
from services.dossier.store.copies import Copies
from services.dossier.store.definitions import PostgresCatalogue
from services.dossier.store.desk.displays import DisplayStreams
from services.dossier.store.desk.work import PostgresDesk
from services.dossier.store.desk_tallies import DeskTallies
from services.dossier.store.dossiers import PostgresDossiers
from services.dossier.store.due_commands import PostgresDueCommands
from services.dossier.store.dues import LedgerDues
from services.dossier.store.exports import PostgresExports
from services.dossier.store.figure_views import PostgresStatistics
from services.dossier.store.figures import PostgresFigures
from services.dossier.store.file_links import PostgresLinks
from services.dossier.store.files import StoredFiles
from services.dossier.store.inbox import PostgresInbox
from services.dossier.store.intake.ways_in import PostgresWaysIn
from services.dossier.store.interlinked.parents import PostgresInterlinked
from services.dossier.store.kept_copies import KeptCopies
from services.dossier.store.mirrors import PostgresMirrors
from services.dossier.store.outside import PostgresOutside
from services.dossier.store.papers import PostgresPapers
from services.dossier.store.parsed import Definitions
from services.dossier.store.payments import PostgresPayments
from services.dossier.store.proofs import PostgresProofs
from services.dossier.store.reconciliations import PostgresReconciliations
from services.dossier.store.registers import PostgresRegisters
from services.dossier.store.results import PostgresResults
from services.dossier.store.row_heads import RowHeads
from services.dossier.store.scan_batches import PostgresScanBatches
from services.dossier.store.searching import PostgresSearching
from services.dossier.store.sheets import begin_sheet
from services.dossier.store.signings import PostgresSignings
from services.dossier.store.slips import PostgresSlips
from services.dossier.store.supervision.work import PostgresSupervision
from services.dossier.store.till import PostgresTill
from services.dossier.store.told_rows import ToldRows
from services.dossier.store.uploads import PostgresUploads
from services.dossier.store.views import PostgresViews
from services.dossier.store.warnings import PostgresWarnings
from services.dossier.store.watches import PostgresWatches
from services.dossier.use_cases.archive.ports import HistoricalArchive
from services.dossier.use_cases.files.ports import (
    AgencySeals,
    PdfSigner,
    ScanDesk,
    Scanner,
    Signatures,
    TimeStamps,
)
from services.dossier.use_cases.payments.ports import ReceiptProvider
from services.dossier.use_cases.ports import Courier, Inspector, Policy, Press, Seals
from services.dossier.use_cases.seal_marks import SealMarks
from services.dossier.use_cases.sealed_rows import RowSeals


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What one process opens once."""

    files: StoredFiles
    seals: Seals
    policy: Policy
    limits: Limits
    legal_sets: LegalSets
    history_keys: HistoryKeys
    press: Press
    inspector: Inspector
    courier: Courier
    definitions: Definitions
    desk_tallies: DeskTallies
    scanner: Scanner
    desk_rules: DeskRules
    supervision_rules: SupervisionRules
    displays: DisplayStreams
    fee_rules: FeeRules
    receipts: ReceiptProvider | None = None
    signer: PdfSigner
    agency_seals: AgencySeals
    scan_desk: ScanDesk
    signatures: Signatures
    time_stamps: TimeStamps
    retention: RetentionRules
    historical_archive: HistoricalArchive | None = None
    clock: Clock
    marks: SealMarks
    code_lines: CodeLines = field(default_factory=CodeLines)


class PostgresWork:
    """What use cases and reads work with."""

    def __init__(self, unit: UnitOfWork, resources: Resources) -> None:
        self._unit = unit
        self.files = self.parts = resources.files
        self.scanner, self.scan_desk = resources.scanner, resources.scan_desk
        self.signer, self.agency_seals = resources.signer, resources.agency_seals
        self.scan_batches = PostgresScanBatches(unit)
        self.signings = PostgresSignings(unit)
        self.signatures, self.time_stamps = resources.signatures, resources.time_stamps
        self.seals = resources.seals
        self.policy = resources.policy
        self.limits = resources.limits
        self.fee_rules = resources.fee_rules
        self.legal_sets = resources.legal_sets
        keys = resources.history_keys
        tell = ToldRows(unit, keys, resources.clock).tell
        rows, heads = RowSeals(keys, resources.marks, tell), RowHeads(unit, keys)
        copies = Copies(rows, resources.definitions.sound)
        self.registers = PostgresRegisters(unit, copies)
        self.proofs = PostgresProofs(unit, rows)
        self.results = PostgresResults(unit, resources.seals, rows, heads)
        self.archive = PostgresArchive(unit, resources.retention, resources.seals, rows, copies)
        self.pack = write_bag
        self.interlinked = PostgresInterlinked(unit, self.results, rows, copies)
        self.history_keys, self.press = keys, resources.press
        self.inspector, self.courier = resources.inspector, resources.courier
        self.catalogue = PostgresCatalogue(unit, resources.definitions, copies)
        self.published = KeptCopies(unit, rows, resources.clock)
        self.searching = PostgresSearching(unit, resources.seals)
        self.dossiers = PostgresDossiers(
            unit,
            self.catalogue,
            self.searching,
            rows,
            resources.clock,
            resources.code_lines,
            heads,
        )
        self.attachments = PostgresAttachments(unit, keys)
        self.papers = PostgresPapers(unit, resources.seals, rows)
        self.payments = PostgresPayments(unit, rows, heads)
        self.till, self.reconciliations = PostgresTill(unit, rows), PostgresReconciliations(unit, rows)
        self.outside = PostgresOutside(unit, rows)
        self.slips = PostgresSlips(unit, rows, heads)
        self.colleagues = PostgresColleagues(unit, copies)
        self.uploads = PostgresUploads(unit)
        self.links = PostgresLinks(unit)
        self.inbox = PostgresInbox(unit, resources.desk_tallies, copies)
        self.warnings = PostgresWarnings(unit, copies)
        self.mirrors = PostgresMirrors(unit, resources.seals, copies, rows)
        self.watches = PostgresWatches(unit)
        self.due_commands = PostgresDueCommands(unit, rows)
        self.views = PostgresViews(unit, resources.clock, self.dossiers, rows, copies)
        self.supervision = PostgresSupervision(unit, resources.supervision_rules)
        self.desk = PostgresDesk(
            unit, resources.definitions, copies, resources.desk_rules, resources.displays
        )
        self.figures = PostgresFigures(unit)
        self.statistics = PostgresStatistics(unit)
        self.exports, self.sheets = PostgresExports(unit, rows), begin_sheet
        self.dues = LedgerDues(self.payments)
        self.ways_in = PostgresWaysIn(unit, resources.seals, rows, heads)

    async def rest(self) -> None:
        """Give the connection back before something slow that is not the database; before the first write."""
        if self._unit.has_changes:
            raise RuntimeError("what is queued would be forgotten")
        await self._unit.close()

    def record(self, event: Event) -> None:
        """Publish this event if, and only if, the unit commits."""
        self._unit.record(event)
