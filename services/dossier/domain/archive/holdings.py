"""Every table of the service, and what becomes of its rows when a dossier is destroyed.

A table nobody thought of fails a test (`tests/unit/dossier/archive`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows stay, these columns are emptied: sealed ones get the seal of nothing, by its purpose."""

    sealed: Mapping[str, str] = field(default_factory=dict)
    nulled: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    condition: str = "dossier_id = :id"


DELETED = {
    "components": "dossier_id = :id",
    "papers": "dossier_id = :id",
    "evidence": "dossier_id = :id",
    "dossier_search": "dossier_id = :id",
    "drafts": "dossier_id = :id",
    "late_entries": "dossier_id = :id",
    "file_links": "attachment_id IN (SELECT a.id FROM attachments a WHERE a.dossier_id = :id)",
    "signings": "attachment_id IN (SELECT a.id FROM attachments a WHERE a.dossier_id = :id)",
    "scan_batches": "attachment_id IN (SELECT a.id FROM attachments a WHERE a.dossier_id = :id)",
    "uploads": "attachment_id IN (SELECT a.id FROM attachments a WHERE a.dossier_id = :id)",
    "attachments": "dossier_id = :id",
}
"""Rows that go."""

EMPTIED = {
    "appointments": Emptied(sealed={"contact_sealed": "contact"}, blank=("subject",)),
    "post_items": Emptied(
        sealed={"receiver_sealed": "post receiver", "contact_sealed": "contact"}, nulled=("owner_subject",)
    ),
    "receipts": Emptied(sealed={"payer_sealed": "payer"}),
    "refunds": Emptied(sealed={"payee_sealed": "payee"}, blank=("reason",)),
    "payment_requests": Emptied(sealed={"bill_sealed": "bill"}, blank=("pay_url",)),
    "result_register": Emptied(sealed={"holder_sealed": "result"}, nulled=("holder_index", "holder_subject")),
    "outside_requests": Emptied(nulled=("evidence",), documents=("payload",)),
    "mirrors": Emptied(sealed={"owner_sealed": "mirror owner"}, nulled=("secret_hash",)),
}
"""Books and registers: their numbers stay, the people in them go."""

BY_HEART = frozenset(
    {
        "dossiers",
        "history",
        "archive_records",
        "destruction_lines",
        # What several dossiers share goes with the last of them.
        "interlinked_parents",
        "interlinked_children",
        "interlinked_history",
    }
)
"""Moved by the use cases themselves."""

KEPT = {
    "of officers, offices and entries": {
        "control_slip",
        "deadline_warnings",
        "visit_dossiers",
        "handover_items",
        "handover_lists",
        "anomalies",
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
        "payment_entries",
        "payment_messages",
        "payment_reconciliations",
        "payment_differences",
        "cash_closings",
    },
    "the archive's own": {
        "archive_packages",
        "archive_batches",
        "archive_holds",
        "archive_messages",
        "archive_message_lines",
        "archive_numbers",
        "archive_removals",
        "destruction_lists",
    },
    "of no dossier": {
        "authorizations",
        "certified_copies",
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
    "who read what": {"access_log"},
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
