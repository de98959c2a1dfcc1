"""Columns that hold a word of an enum of the domain: the database takes no other.

A member more needs a migration that lets the database take it; a test holds each to its enum.
"""

from enum import StrEnum

from services.dossier.domain.archive import destruction, holds, packages, retention
from services.dossier.domain.desk import appointments, post, tickets
from services.dossier.domain.figures import export, fact
from services.dossier.domain.files import Scan
from services.dossier.domain.intake import batches, drafts, evidence, late_entries
from services.dossier.domain.interlinked import child, standing
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.payments import counter, entries, reconciliation, requests
from services.dossier.domain.results.register import ResultState
from services.dossier.domain.states import State
from services.dossier.domain.supervision import anomalies, inspections
from services.dossier.domain.uploads import UploadState

WORDS: dict[str, dict[str, type[StrEnum]]] = {
    "dossiers": {"state": State, "prior_state": State},
    "papers": {"kind": PaperKind},
    "attachments": {"scan": Scan},
    "uploads": {"state": UploadState},
    "archive_records": {"state": retention.RecordState, "ending": retention.Ending},
    "archive_holds": {"kind": holds.HoldKind},
    "archive_batches": {"state": packages.BatchState},
    "archive_packages": {"state": packages.PackageState},
    "archive_message_lines": {"judgement": packages.Judgement},
    "destruction_lists": {"state": destruction.ListState},
    "destruction_lines": {"verdict": destruction.Verdict, "outcome": destruction.Outcome},
    "tickets": {"state": tickets.TicketState},
    "appointments": {"state": appointments.AppointmentState},
    "post_items": {"state": post.ItemState},
    "post_statuses": {"status": post.PostStatus},
    "figure_rows": {"ending": fact.Ending, "punctuality": fact.Punctuality},
    "closed_figure_rows": {"ending": fact.Ending, "punctuality": fact.Punctuality},
    "exports": {"format": export.Format, "state": export.ExportState},
    "drafts": {"state": drafts.DraftState},
    "late_entries": {"state": late_entries.EntryState},
    "evidence": {"kind": evidence.EvidenceKind},
    "intake_batches": {"state": batches.BatchState},
    "interlinked_parents": {"state": standing.ParentState, "outcome": standing.Outcome},
    "interlinked_children": {"status": child.ChildStatus},
    "payment_entries": {"kind": entries.EntryKind, "method": entries.Method},
    "payment_requests": {"state": requests.RequestState},
    "receipts": {
        "state": counter.ReceiptState,
        "electronic": counter.ElectronicState,
        "method": entries.Method,
    },
    "cash_closings": {"state": counter.ClosingState},
    "refunds": {"state": counter.RefundState, "method": entries.Method},
    "payment_differences": {"kind": reconciliation.Wrong},
    "result_register": {"state": ResultState},
    "inspection_findings": {"state": inspections.FindingState},
    "anomalies": {"kind": anomalies.AnomalyKind},
}
