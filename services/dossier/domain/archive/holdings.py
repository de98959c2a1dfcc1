"""Every table of the service, and what becomes of its rows when a dossier is destroyed.

A table nobody thought of fails a test (`tests/unit/dossier/archive`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows stay, these columns are emptied: sealed ones get the seal of nothing, by its purpose."""

    sealed: Mapping[str, str] = field(default_factory=dict)
    nulled: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    condition: str = "dossier_id = :id"

    @property
    def plain(self) -> dict[str, Any]:
        """What the columns that are emptied without a seal hold then."""
        return {
            **dict.fromkeys(self.nulled),
            **dict.fromkeys(self.blank, ""),
            **{name: {} for name in self.documents},
            **{name: [] for name in self.lists},
        }


_FILES = (
    "attachment_id IN (SELECT a.id FROM attachments a"
    " WHERE a.dossier_id = :id OR a.dossier_id IN (SELECT goes_with_last(:id)))"
)
_OF_REQUEST = "reference IN (SELECT r.reference FROM payment_requests r WHERE r.dossier_id = :id)"
_OF_PACKAGE = "package_id IN (SELECT p.id FROM archive_packages p WHERE p.dossier_id = :id)"
# A message answers for a whole batch: it goes with the last dossier it speaks of.
_OF_BATCH = """batch_id IN (SELECT p.batch_id FROM archive_packages p WHERE p.dossier_id = :id)
    AND NOT EXISTS (SELECT 1 FROM archive_packages o JOIN archive_records r ON r.dossier_id = o.dossier_id
        WHERE o.batch_id = archive_messages.batch_id AND o.dossier_id <> :id AND r.state <> 'DESTROYED')"""
# A visit's one receipt is of several dossiers: who paid stays as long as one of them needs it.
_OTHER_OF_RECEIPT = """EXISTS (SELECT 1 FROM dossiers o
    WHERE o.id = ANY(receipts.dossier_ids) AND o.id <> :id AND o.destroyed_by IS NULL)"""
_OF_RECEIPT = f"(dossier_id = :id OR dossier_ids @> ARRAY[:id::uuid]) AND NOT {_OTHER_OF_RECEIPT}"

DELETED = {
    "components": "dossier_id = :id",
    "papers": "dossier_id = :id",
    "evidence": "dossier_id = :id",
    "dossier_search": "dossier_id = :id",
    "drafts": "dossier_id = :id",
    "late_entries": "dossier_id = :id",
    "file_links": _FILES,
    "signings": _FILES,
    "scan_batches": _FILES,
    "uploads": _FILES,
    "attachments": "dossier_id = :id OR dossier_id IN (SELECT goes_with_last(:id))",
    "authorizations": "id IN (SELECT goes_with_last(:id))",
}
"""Rows that go; what several dossiers share (`goes_with_last`) with the last of them."""

EMPTIED = {
    "appointments": Emptied(sealed={"contact_sealed": "contact"}, blank=("subject",)),
    "post_items": Emptied(
        sealed={"receiver_sealed": "post receiver", "contact_sealed": "contact"},
        blank=("ended_reason",),
        nulled=("owner_subject",),
    ),
    "receipts": Emptied(
        sealed={"payer_sealed": "payer"},
        blank=("ended_reason", "failure"),
        lists=("lines",),
        condition=_OF_RECEIPT,
    ),
    "refunds": Emptied(sealed={"payee_sealed": "payee"}, blank=("reason", "note")),
    "payment_requests": Emptied(sealed={"bill_sealed": "bill"}, blank=("pay_url", "asked_by", "failure")),
    "payment_entries": Emptied(blank=("by", "by_name"), documents=("data",)),
    "payment_messages": Emptied(documents=("data",), condition=_OF_REQUEST),
    "payment_differences": Emptied(blank=("note",), condition=_OF_REQUEST),
    "result_register": Emptied(
        sealed={"holder_sealed": "result"},
        nulled=("holder_index", "holder_subject"),
        blank=("name", "reason", "legal_basis"),
    ),
    "outside_requests": Emptied(nulled=("evidence",), blank=("last_failure",), documents=("payload",)),
    "mirrors": Emptied(sealed={"owner_sealed": "mirror owner"}, nulled=("secret_hash",)),
    "control_slip": Emptied(
        blank=("note", "giver_subject", "giver_name", "receiver_subject", "receiver_name")
    ),
    "handover_items": Emptied(blank=("remark",)),
    "handover_lists": Emptied(
        blank=("note",),
        condition="id IN (SELECT i.list_id FROM handover_items i WHERE i.dossier_id = :id)",
    ),
    "anomalies": Emptied(blank=("note",)),
    "archive_packages": Emptied(blank=("reason",)),
    "archive_holds": Emptied(blank=("reason", "legal_basis", "release_reason")),
    "archive_message_lines": Emptied(blank=("reason",), condition=_OF_PACKAGE),
    "archive_messages": Emptied(blank=("raw",), condition=_OF_BATCH),
}
"""Books and registers: their numbers stay, the people in them go."""

SHORTENED = {"receipts": ("lines", f"dossier_ids @> ARRAY[:id::uuid] AND {_OTHER_OF_RECEIPT}")}
"""Rows of several dossiers: what they say of this one goes now, the rest with the last of them."""

BY_HEART = frozenset(
    {
        "dossiers",
        "history",
        "archive_records",
        "destruction_lines",
        "row_heads",
        # What several dossiers share goes with the last of them.
        "interlinked_parents",
        "interlinked_children",
        "interlinked_history",
    }
)
"""Moved by the use cases themselves."""

KEPT = {
    "of officers, offices and entries": {
        "deadline_warnings",
        "visit_dossiers",
        "due_commands",
        "due_moves",
        "inspections",
        "inspection_findings",
        "ticket_parts",
        "result_uses",
        "tickets",
    },
    "figures": {"figure_rows", "closed_figure_rows", "closed_periods", "exports", "anomaly_readings"},
    "money without names": {
        "payment_reconciliations",
        "cash_closings",
    },
    "the archive's own": {
        "archive_batches",
        "archive_numbers",
        "archive_removals",
        "destruction_lists",
    },
    "of no dossier": {
        "certified_copies",
        "copy_requests",
        "electronic_copies",
        "intake_batches",
        "mirror_statuses",
        "post_lists",
        "post_statuses",
        "upload_parts",
        "slot_loads",
        "queues",
        "display_events",
        "display_heads",
        "counter_sessions",
    },
    "who read what": {"access_log", "access_seals"},
    "marks of commands": {"seal_marks"},
    "counters and copies of the catalogue": {
        "agencies",
        "procedures",
        "processes",
        "forms",
        "interlinked_groups",
        "calendars",
        "calendar_versions",
        "staff",
        "book_counters",
        "code_counters",
        "post_counters",
        "receipt_counters",
        "desk_counters",
        "desk_groups",
        "desk_kiosks",
        "desk_points",
        "desk_rosters",
    },
    "forgotten by the kernel after days": {"inbox", "outbox", "idempotency_keys", "dead_letters"},
}
"""Tables whose rows stay, and why."""
