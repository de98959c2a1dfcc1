"""Every table of the service, and who would miss a change of it by hand; `verify-history` reads by this.

A table nobody thought of fails `tests/architecture/test_every_table_is_sealed.py`. What carries seals by
group is in `use_cases/sealed_tables.py`, column by column.
"""

CHAINED = {
    "dossiers": "sealed as a whole row (row_seals.ROW), held against its history",
    "history": "the keyed chain itself",
    "components": "hashed in order into the dossier's sealed row",
    "attachments": "sealed by what it is, where it belongs and what the scanner said",
    "papers": "sealed when issued and when printed, named by history",
    "access_log": "sealed in batches that stand on each other",
    "access_seals": "the chain of those batches",
    "seal_marks": "each sealed by itself, checked before it is believed",
}
"""Covered by chains, hashes and seals of their own."""

COUNTED = {
    "code_counters": "against the codes of dossiers",
    "book_counters": "against the lines of the book of copies",
    "receipt_counters": "against the receipts",
    "archive_numbers": "against batches and lists",
}
"""Counters: proved by what they counted."""

DERIVED = {
    "figure_rows": "rebuild-figures --check proves them from history",
    "dossier_search": "index-search makes it anew",
    "deadline_warnings": "that somebody was warned once; the due moment is sealed",
}
"""Made again from what is proved here, or kept elsewhere: what was published is believed, never compared."""

TECHNICAL = {
    "inbox": "the kernel's",
    "outbox": "the kernel's",
    "idempotency_keys": "the kernel's",
    "dead_letters": "the kernel's",
    "uploads": "a file on its way; its record is sealed when it is whole",
    "upload_parts": "as uploads",
    "file_links": "short-lived; who used one is in the log of readings",
    "signings": "on its way; the signed file is sealed",
    "scan_batches": "on its way; the files it made are sealed",
    "anomaly_readings": "how far a job read",
    "archive_removals": "a job's own list of contents to remove",
    "display_heads": "what a screen shows",
    "display_events": "what a screen shows",
    "slot_loads": "counted from appointments",
    "queues": "counted from tickets",
}
"""Passing or of the machinery: states nothing that lasts."""

OPEN = {
    "closed_periods": "a snapshot; the database refuses its change, figures of history show another number",
    "closed_figure_rows": "as closed_periods",
    "visit_dossiers": "groups what was handed in together; decides nothing",
    "handover_lists": "paper's way between two desks; both sign on paper too",
    "handover_items": "as handover_lists",
    "intake_batches": "a company's sheet; its dossiers are sealed",
    "archive_batches": "its packages are sealed; the archive has them and answers with its own messages",
    "archive_messages": "as archive_batches",
    "archive_message_lines": "as archive_batches",
    "payment_messages": "what the platform said, kept beside; the ledger is sealed",
    "payment_reconciliations": "counted again from the platform's list of the day",
    "payment_differences": "found again from the platform's list of the day",
    "inspections": "the office's own check of desks; of no dossier",
    "inspection_findings": "as inspections",
    "anomalies": "found again in history; how one was closed is in the events only",
    "post_lists": "the post has its own copy, signed",
    "post_items": "as post_lists; the hand-over is told by the dossier's history",
    "post_statuses": "as post_lists",
    "post_counters": "numbers of post lists",
    "desk_groups": "how a front desk is set up",
    "desk_counters": "how a front desk is set up",
    "desk_kiosks": "how a front desk is set up",
    "desk_rosters": "who sat where; decides nothing of a dossier",
    "counter_sessions": "as desk_rosters",
    "tickets": "a place in a queue",
    "ticket_parts": "measured waiting; decides nothing of a dossier",
    "appointments": "a time promised at a desk; ends with its day",
}
"""Not sealed: a change by hand is not found here, for the reason said."""
