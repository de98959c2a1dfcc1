"""All of it together, for one request or message."""

from typing import Protocol

from kernel.core.unit_of_work import Records
from services.dossier.domain.history import HistoryKeys
from services.dossier.domain.legal_sets import LegalSets
from services.dossier.domain.limits import Limits
from services.dossier.domain.payments.fees import FeeRules
from services.dossier.use_cases.archive.ports import Archive, Packer
from services.dossier.use_cases.desk.ports import Desk
from services.dossier.use_cases.figures.ports import Exports, Figures, Sheets, Statistics
from services.dossier.use_cases.files.ports import (
    AgencySeals,
    Links,
    Parts,
    PdfSigner,
    Proofs,
    ScanBatches,
    ScanDesk,
    Scanner,
    Signatures,
    Signings,
    TimeStamps,
    Uploads,
)
from services.dossier.use_cases.intake.ports import WaysIn
from services.dossier.use_cases.interlinked.ports import Interlinked
from services.dossier.use_cases.payments.ports import Payments, Reconciliations, Till
from services.dossier.use_cases.ports.attachments import Attachments
from services.dossier.use_cases.ports.catalogue import Catalogue
from services.dossier.use_cases.ports.dossiers import Dossiers
from services.dossier.use_cases.ports.due_commands import DueCommands
from services.dossier.use_cases.ports.dues import Dues
from services.dossier.use_cases.ports.materials import Files, Inspector, Press, Seals
from services.dossier.use_cases.ports.outside import Courier, Outside
from services.dossier.use_cases.ports.papers import Papers
from services.dossier.use_cases.ports.published import Published
from services.dossier.use_cases.ports.records import Policy
from services.dossier.use_cases.ports.registers import Registers
from services.dossier.use_cases.ports.views import Views
from services.dossier.use_cases.ports.watches import Watches
from services.dossier.use_cases.results.ports import Results
from services.dossier.use_cases.supervision.ports import Supervision
from services.dossier.use_cases.work.ports import Colleagues, Inbox, Mirrors, Searching, Slips, Warnings


class Work(Records, Protocol):
    """One unit of work of this service."""

    dossiers: Dossiers
    catalogue: Catalogue
    published: Published
    attachments: Attachments
    papers: Papers
    payments: Payments
    till: Till
    reconciliations: Reconciliations
    outside: Outside
    slips: Slips
    colleagues: Colleagues
    ways_in: WaysIn
    inbox: Inbox
    searching: Searching
    warnings: Warnings
    mirrors: Mirrors
    files: Files
    views: Views
    dues: Dues
    watches: Watches
    due_commands: DueCommands
    figures: Figures
    statistics: Statistics
    exports: Exports
    sheets: Sheets
    seals: Seals
    policy: Policy
    limits: Limits
    fee_rules: FeeRules
    legal_sets: LegalSets
    registers: Registers
    results: Results
    archive: Archive
    pack: Packer
    interlinked: Interlinked
    history_keys: HistoryKeys
    press: Press
    inspector: Inspector
    courier: Courier
    uploads: Uploads
    parts: Parts
    links: Links
    scanner: Scanner
    desk: Desk
    supervision: Supervision
    signer: PdfSigner
    signings: Signings
    agency_seals: AgencySeals
    proofs: Proofs
    scan_desk: ScanDesk
    scan_batches: ScanBatches
    signatures: Signatures
    time_stamps: TimeStamps

    async def rest(self) -> None:
        """Give the database back before something slow that is not the database; before the first write."""
